using Fluister.Simulation.Network;

namespace Fluister.InteropTests.Federation;

/// <summary>A small run of `fluister-sim network`: three servers, twelve people with real clients, some seconds, some faults.</summary>
/// <remarks>As the fixture of a class it runs once for all of its tests.</remarks>
public sealed class NetworkScene : IAsyncLifetime
{
    /// <summary>What the run is made of.</summary>
    internal static NetworkOptions Options { get; } = new()
    {
        Servers = 3,
        Accounts = 12,
        Time = TimeSpan.FromSeconds(20),
        Faults = 10,
        Seed = 3,
        Rate = 12,
        LinkedPercent = 25,
        PerVictim = 3,
        Out = "",
    };

    /// <summary>What came of it.</summary>
    internal NetworkOutcome Outcome { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await using var run = new NetworkRun(Options, _ => { });
        Outcome = await run.RunAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
