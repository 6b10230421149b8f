using System.Diagnostics;
using Fluister.Server.Operations;

namespace Fluister.ServerTests.Faults;

/// <summary>The disk says that it could not keep what it had taken (fsync, EIO). Asked again it would say yes, and have kept
/// nothing.</summary>
public sealed class FailingSyncTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Fault => _temporary["fault"];

    public void Dispose() => _temporary.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Then_the_server_answers_nothing_more_does_not_try_again_and_ends()
    {
        await using var server = await PrepareAsync();
        var accounts = await server.AddAccountsAsync(6);
        var letters = new Letters(server, accounts[..3], accounts[3..]);
        await server.StartAsync();
        var sending = letters.SendAsync(() => false);
        Assert.True(SpinWait.SpinUntil(() => letters.Accepted.Count >= 30, TimeSpan.FromMinutes(1)));
        await File.WriteAllTextAsync(Fault, "server.sqlite-wal", TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Disk, await server.WaitForEndAsync());
        await sending;

        // Nobody was told yes or no of what it was about: those who waited got no answer.
        Assert.Empty(letters.Refused);
        Assert.NotEmpty(letters.Unknown);
        Assert.StartsWith("failed ", Assert.Single(await File.ReadAllLinesAsync($"{Fault}.log", TestContext.Current.CancellationToken)));
        Assert.Contains("failed to keep what was written", server.Errors, StringComparison.Ordinal);

        File.Delete(Fault);
        await server.StartAsync();

        // The log has been begun anew, so that nothing stands behind what only the system's memory may have.
        Assert.Equal(0, new FileInfo($"{server.Folder.Database}-wal").Length);
        await letters.CheckAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task An_attachment_whose_bytes_may_be_lost_is_dropped_and_the_server_goes_on()
    {
        await using var server = await PrepareAsync();
        var account = Assert.Single(await server.AddAccountsAsync(1));
        await server.StartAsync();
        var upload = await Upload.BeginAsync(server, account, 1000);
        await File.WriteAllTextAsync(Fault, "/parts", TestContext.Current.CancellationToken);
        Assert.Equal(507, await upload.SendAsync(new byte[1000]));
        Assert.Equal(404, (await upload.AskAsync()).Status);
        File.Delete(Fault);
        Assert.Null(await upload.DownloadAsync());
        var again = await Upload.BeginAsync(server, account, 1000);
        Assert.Equal(204, await again.SendAsync(new byte[1000]));
        Assert.Equal(new byte[1000], await again.DownloadAsync());
    }

    private async Task<LiveServer> PrepareAsync()
    {
        var library = _temporary["failing_sync.so"];
        using var compiler = Process.Start(
            "gcc", ["-shared", "-fPIC", "-O1", "-o", library, Path.Combine(AppContext.BaseDirectory, "failing_sync.c")]);
        await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, compiler.ExitCode);
        var server = new LiveServer(_temporary["data"]);
        server.Environment["LD_PRELOAD"] = library;
        server.Environment["FLUISTER_FAULT"] = Fault;
        return server;
    }
}
