using Fluister.Simulation.Worlds;

namespace Fluister.ServerTests.Simulation;

/// <summary>A few hundred worlds, each of a seed: a failure names its seed and says how to see it again.</summary>
public sealed class WorldTests
{
    // So many take some ten seconds of one core; fluister-sim soak takes as many as there is time for.
    private const int Seeds = 100;

    private static readonly WorldOptions _small = new() { Accounts = 4, Steps = 40 };

    [Fact]
    public Task Nothing_is_lost_on_one_server_that_is_killed_stopped_slow_and_full() =>
        RunAsync(_small with { Servers = 1 });

    private static async Task RunAsync(WorldOptions options)
    {
        var (accepted, deliveries) = (0, 0);
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var result = await World.RunAsync(seed, options);
            Assert.True(result.IsClean, $"{result}\n{string.Join('\n', result.Minimal())}\nagain: {result.Command}");
            accepted += result.Verdict.Accepted;
            deliveries += result.Verdict.Deliveries;
        }

        Assert.True(accepted > Seeds && deliveries > Seeds, $"Hardly anything happened: {accepted} accepted, {deliveries} delivered.");
    }
}
