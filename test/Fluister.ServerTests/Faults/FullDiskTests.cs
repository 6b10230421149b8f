using System.Net;
using Fluister.Server;
using Fluister.Server.Operations;

namespace Fluister.ServerTests.Faults;

/// <summary>The disk is full, for real.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Under_load_it_refuses_loses_nothing_and_goes_on_when_there_is_room_without_repair()
    {
        using var disk = new SmallDisk(_temporary["disk"], 64);
        await using var server = new LiveServer(_temporary["data"]) { Within = disk.Within };
        var accounts = await server.AddAccountsAsync(12);
        server.PathWithin = disk.Take(server.Folder.Path);
        var letters = new Letters(server, accounts[..4], accounts[4..], padding: 8000);
        await server.StartAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/health/ready"));

        // It fills while they write, so that it is full at some place of a commit.
        var sending = letters.SendAsync(() => letters.Refused.Count >= 40);
        Assert.True(SpinWait.SpinUntil(() => letters.Accepted.Count >= 40, TimeSpan.FromMinutes(1)));
        disk.Fill();
        await sending;
        Assert.Empty(letters.Unknown);
        Assert.All(letters.Refused, refused => Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, (TimeSpan?)ServerLimits.DiskRetry), (refused.Status, refused.RetryAfter)));
        await UntilAsync(HttpStatusCode.ServiceUnavailable, server);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/health/live"));
        Assert.Equal(507, await Upload.TryBeginAsync(server, accounts[0], 1000));

        // What needs no room goes on.
        using (var who = await server.AskAsync(HttpMethod.Get, "/v1/accounts/whoami", accounts[0]))
        {
            Assert.Equal(HttpStatusCode.OK, who.StatusCode);
        }

        disk.Free();
        Assert.Equal(HttpStatusCode.OK, await letters.SendAsync(0, 0));
        await UntilAsync(HttpStatusCode.OK, server);

        // Full once more, and killed.
        sending = letters.SendAsync(() => false);
        disk.Fill();
        var refusals = letters.Refused.Count;
        Assert.True(SpinWait.SpinUntil(() => letters.Refused.Count >= refusals + 10, TimeSpan.FromMinutes(1)));
        await server.KillAsync();
        await sending;
        disk.Free();
        foreach (var file in Directory.GetFiles(Path.Combine(disk.Path, "data"), "server.sqlite*"))
        {
            File.Copy(file, Path.Combine(server.Folder.Path, Path.GetFileName(file)), overwrite: true);
        }

        Assert.True(Backup.Verify(server.Folder.Database) > 0);
        await server.StartAsync();
        await letters.CheckAsync();
    }

    // What was answered a moment ago is answered once more.
    private static async Task UntilAsync(HttpStatusCode readiness, LiveServer server)
    {
        while (await StatusAsync(server, "/health/ready") != readiness)
        {
            await Task.Delay(ServerLimits.ReadyAge / 10, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(LiveServer server, string path)
    {
        using var answer = await server.AskAsync(HttpMethod.Get, path);
        return answer.StatusCode;
    }
}
