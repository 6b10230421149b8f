using Fluister.Server.Mailboxes;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.ServerTests.Mailboxes;

/// <summary>What the writer knows of mailboxes by heart agrees with the database, also where work is taken back.</summary>
public sealed class MailboxBookTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task What_is_taken_back_is_not_counted()
    {
        await using var server = new TestServer();
        var key = new MailboxKey((await server.AddAccountAsync()).Account.Aci, 1);
        await server.Database.WriteAsync(session =>
        {
            var book = new MailboxBook();
            Assert.Equal(0, book.Open(session, key)!.Value.Letters);
            book.Committed();
            book.Add(key, 3, 30);
            book.Mark();
            book.Add(key, 4, 40);
            book.TakeBack(all: false);
            Assert.Equal((3, 30L), (book.Open(session, key)!.Value.Letters, book.Open(session, key)!.Value.Bytes));
            book.Add(key, 1, 1);
            book.TakeBack(all: true);
            Assert.Equal((0, 0L), (book.Open(session, key)!.Value.Letters, book.Open(session, key)!.Value.Bytes));
            return true;
        });
    }

    [Fact]
    public async Task A_work_that_fails_beside_an_append_leaves_the_counts_as_the_database_has_them()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync(devices: 2);
        var key = new MailboxKey(account.Account.Aci, 2);
        using var gate = new ManualResetEventSlim();
        var blocked = server.Database.WriteAsync(_ => gate.Wait(TimeSpan.FromMinutes(1)));
        var appended = server.Home.Mailboxes.AppendAsync([new NewLetter(key, Bytes(100))]);
        var failing = server.Database.WriteAsync<bool>(_ => throw new InvalidOperationException());
        var after = server.Home.Mailboxes.AppendAsync([new NewLetter(key, Bytes(50))]);
        gate.Set();
        Assert.True(await appended);
        Assert.True(await after);
        await failing.ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.IsType<InvalidOperationException>(failing.Exception!.InnerException);
        await blocked;
        Assert.Equal((2, 150L), server.Home.Mailboxes.Known(key));
        Assert.Equal([100, 50], server.Home.Mailboxes.Read(key, 0).Select(letter => letter.Envelope.Length));
    }

    [Fact]
    public async Task A_device_that_is_linked_anew_begins_with_an_empty_mailbox()
    {
        await using var server = new TestServer();
        var account = (await server.AddAccountAsync(devices: 2)).Account;
        var key = new MailboxKey(account.Aci, 2);
        Assert.True(await server.Home.Mailboxes.AppendAsync([new NewLetter(key, Bytes(100))]));
        await server.Home.Accounts.UpdateAsync(account.Aci, now => now with { Devices = [now.Devices[0]] });
        Assert.False(await server.Home.Mailboxes.AppendAsync([new NewLetter(key, Bytes(100))]));
        await server.Home.Accounts.UpdateAsync(account.Aci, _ => account);
        Assert.Empty(server.Home.Mailboxes.Read(key, 0));
        Assert.True(await server.Home.Mailboxes.AppendAsync([new NewLetter(key, Bytes(7))]));
        Assert.Equal((1, 7L), server.Home.Mailboxes.Known(key));
    }

    [Fact]
    public async Task The_order_goes_on_after_a_restart_whatever_was_deleted()
    {
        var last = 0L;
        for (var i = 0; i < 3; i++)
        {
            await using var database = new SqliteDatabase(_temporary["server.sqlite"]);
            var first = await database.WriteAsync(session => new MailboxBook().NextPlace(session));
            Assert.True(first > last);
            last = first;
        }
    }

    [Fact]
    public async Task Places_that_were_set_aside_in_vain_are_set_aside_again()
    {
        await using var database = new SqliteDatabase(":memory:");
        var book = new MailboxBook();
        database.Follow(book);
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync<long>(session =>
        {
            book.NextPlace(session);
            throw new InvalidOperationException();
        }));
        var place = await database.WriteAsync(book.NextPlace);
        var last = database.Read(session => session.First("SELECT last FROM letter_place", row => row.GetInt64(0)));
        Assert.InRange(place, 1, last);
    }

    // An envelope of so many bytes: a field that nobody knows.
    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        (bytes[0], bytes[1], bytes[2]) = (0xfa, 0x01, (byte)(count - 3));
        return bytes;
    }
}
