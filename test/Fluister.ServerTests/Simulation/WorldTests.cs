using Fluister.Simulation.Worlds;

namespace Fluister.ServerTests.Simulation;

/// <summary>A few hundred worlds, each of a seed: a failure names its seed and says how to see it again.</summary>
public sealed class WorldTests
{
    // One takes about a tenth of a second of one core, so that all of them stay within a minute; fluister-sim soak takes as many as there
    // is time for.
    private const int OneServer = 60;
    private const int TwoServers = 140;
    private const int ThreeServers = 50;
    private const int OldCopies = 50;

    private static readonly WorldOptions _small = new() { Accounts = 4, Steps = 50 };

    [Fact]
    public Task One_server_that_is_killed_slow_and_full_loses_nothing() => RunAsync(OneServer, _small with { Servers = 1 });

    [Fact]
    public Task Two_servers_that_lose_each_other_and_are_killed_lose_nothing_of_their_peoples() => RunAsync(TwoServers, _small);

    [Fact]
    public Task Three_servers_lose_nothing() => RunAsync(ThreeServers, _small with { Servers = 3, Accounts = 6 });

    [Fact]
    public Task What_an_old_copy_of_a_server_has_forgotten_is_noticed() => RunAsync(OldCopies, _small with { RollsBack = true });

    private static async Task RunAsync(int seeds, WorldOptions options)
    {
        var (accepted, deliveries) = (0, 0);
        for (var seed = 1; seed <= seeds; seed++)
        {
            var result = await World.RunAsync(seed, options);
            Assert.True(result.IsClean, $"{result}\n{string.Join('\n', result.Minimal())}\nagain: {result.Command}");
            accepted += result.Verdict.Accepted;
            deliveries += result.Verdict.Deliveries;
        }

        Assert.True(accepted > seeds && deliveries > seeds, $"Hardly anything happened: {accepted} accepted, {deliveries} delivered.");
    }
}
