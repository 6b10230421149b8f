using Fluister.Server;
using Fluister.Server.Accounts;
using Fluister.Server.Mailboxes;

namespace Fluister.ServerTests.Operations;

/// <summary>What is too old goes, whatever else stands in the way.</summary>
public sealed class HousekeepingTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_file_that_is_in_the_way_keeps_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var shard = Path.Combine(folder["blobs"], "zz");
        Directory.CreateDirectory(shard);
        await File.WriteAllTextAsync(Path.Combine(shard, new string('z', 64)), "no hash", TestContext.Current.CancellationToken);
        await using var server = new TestServer(folder["blobs"]);
        var mailbox = new MailboxKey((await server.AddAccountAsync()).Account.Aci, Device.Primary);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var keeping = server.Home.KeepHouseAsync(stopping.Token);
        for (var round = 0; round < 2; round++)
        {
            await UntilAsync(() => server.Clock.Timers == 1);
            Assert.True(await server.Home.Mailboxes.AppendAsync([new NewLetter(mailbox, new byte[10])]));
            server.Clock.Advance(ServerLimits.MessageAge + ServerLimits.Housekeeping);
            await UntilAsync(() => server.Home.Mailboxes.Count() == 0);
        }

        await stopping.CancelAsync();
        await UntilAsync(() => keeping.IsCompleted);
        Assert.True(keeping.IsCanceled);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
