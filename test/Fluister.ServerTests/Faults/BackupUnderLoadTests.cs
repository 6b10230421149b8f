using Fluister.ServerTests.Operations;

namespace Fluister.ServerTests.Faults;

/// <summary>Backups of a server that many write to, each restored and served.</summary>
public sealed class BackupUnderLoadTests : IDisposable
{
    private const int Rounds = 3;
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Every_message_that_was_answered_before_a_backup_began_comes_from_its_restored_server()
    {
        await using var server = new LiveServer(_temporary["server"]);
        var accounts = await server.AddAccountsAsync(8);
        var letters = new Letters(server, accounts[..4], accounts[4..]);
        await server.StartAsync();
        var isEnough = false;
        var sending = letters.SendAsync(() => Volatile.Read(ref isEnough));
        for (var round = 0; round < Rounds; round++)
        {
            // So many more of them since the last one that a backup without a state of its own would have some and not others.
            var more = letters.Accepted.Count + 40;
            Assert.True(SpinWait.SpinUntil(() => letters.Accepted.Count >= more, TimeSpan.FromMinutes(1)));
            var before = letters.Accepted.ToList();
            var (file, folder) = (_temporary[$"{round}.tar"], _temporary[$"{round}"]);
            await RunAsync("backup", "--data", server.Folder.Path, file);
            await RunAsync("backup", "verify", file);
            await RunAsync("restore", "--data", folder, file);
            Assert.False(sending.IsCompleted);
            await using var restored = new LiveServer(folder);
            await restored.StartAsync();
            await letters.CheckAsync(restored, before);
            Assert.Equal(0, await restored.StopAsync());
        }

        Volatile.Write(ref isEnough, true);
        await sending;
        Assert.Empty(letters.Refused);
        await letters.CheckAsync();
    }

    private static async Task RunAsync(params string[] arguments)
    {
        var (code, _, errors) = await ServerProgram.RunAsync(arguments);
        Assert.True(code == 0, errors);
    }
}
