using Fluister.Client;

namespace Fluister.ServerTests.Client;

/// <summary>A store that cannot be written costs nothing: what comes waits at the server, what is to be sent in the outbox.</summary>
public sealed class FullStoreTests
{
    [Fact]
    public async Task What_comes_while_the_store_is_full_is_not_acknowledged_and_is_taken_when_there_is_room()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        Fill(bert);

        await anna.SendAsync(bert.Id, new string('a', 30_000));
        await anna.SendAsync(bert.Id, "small");
        var failed = await bert.NextAsync<StoreFailed>();
        Assert.Equal(ClientError.Store, failed.Cause.Error);
        await bert.CloseAsync();

        // Nothing of it was acknowledged: it comes again, and is there once.
        bert.Open();
        await bert.NextTextAsync(new string('a', 30_000));
        await bert.NextTextAsync("small");
    }

    [Fact]
    public async Task The_same_goes_on_by_itself_when_there_is_room_again()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        Fill(bert);
        await anna.SendAsync(bert.Id, new string('b', 30_000));
        await bert.NextAsync<StoreFailed>();

        bert.Store.Read(() => Execute(bert, "PRAGMA max_page_count = 1000000"));
        await bert.NextTextAsync(new string('b', 30_000));
    }

    [Fact]
    public async Task What_cannot_be_encrypted_while_the_store_is_full_is_sent_when_there_is_room()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        await anna.SendAsync(bert.Id, "before");
        var timestamp = anna.Store.Transact(() =>
        {
            var written = anna.Write(bert.Id, new string('c', 20_000));
            Fill(anna);
            return written;
        });

        anna.Client.Sender.Wake();
        await bert.NextTextAsync("before");
        await anna.NextAsync<StoreFailed>();
        Assert.Single(anna.Store.Outbox.Waiting(0, 10));
        anna.Store.Read(() => Execute(anna, "PRAGMA max_page_count = 1000000"));
        Assert.Equal(timestamp, (await bert.NextTextAsync(new string('c', 20_000))).Timestamp);
    }

    // No page more than there are now.
    private static void Fill(Person person) => person.Store.Read(() => Execute(person, "PRAGMA max_page_count = 1"));

    private static bool Execute(Person person, string sql)
    {
        person.Store.Database.Execute(sql);
        return true;
    }
}
