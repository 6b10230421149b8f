using Fluister.ServerTests.Operations;

namespace Fluister.ServerTests.Faults;

/// <summary>What a disk has at the moment at which the power goes: not what the kernel was about to write to it.</summary>
public sealed class PowerCutTests : IDisposable
{
    private const int Stop = 19; // SIGSTOP

    private static readonly int Rounds = Environment.GetEnvironmentVariable("FLUISTER_LONG_TESTS") == "1" ? 20 : 1;

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task What_was_answered_is_on_the_disk()
    {
        using var disk = SmallDisk.OfImage(_temporary["disk"], _temporary["image"]);
        await using var server = new LiveServer(_temporary["server"]);
        var accounts = await server.AddAccountsAsync(8);
        server.PathWithin = disk.Take(server.Folder.Path);
        server.Within = disk.Within;
        var letters = new Letters(server, accounts[..4], accounts[4..]);
        for (var round = 0; round < Rounds; round++)
        {
            await server.StartAsync();
            var enough = letters.Accepted.Count + 60 + (17 * round);
            var sending = letters.SendAsync(() => false);
            Assert.True(SpinWait.SpinUntil(() => letters.Accepted.Count >= enough, TimeSpan.FromMinutes(1)));

            // Nothing asks the disk for anything any more: its image is what a machine without power finds.
            ServerProgram.Signal(server.Process, Stop);
            File.Copy(_temporary["image"], _temporary[$"cut{round}"]);
            await server.KillAsync();
            await sending;
            using var after = SmallDisk.OfImage(_temporary[$"after{round}"], _temporary[$"cut{round}"]);
            await using var restarted = new LiveServer(Path.Combine(after.Path, "server"))
            {
                Within = after.Within,
                PathWithin = Path.Combine(_temporary[$"after{round}"], "server"),
            };
            await restarted.StartAsync();
            await letters.CheckAsync(restarted, [.. letters.Accepted]);
            Assert.Equal(0, await restarted.StopAsync());
        }
    }
}
