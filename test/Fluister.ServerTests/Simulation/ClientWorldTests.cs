using Fluister.ServerTests.Client;
using Fluister.ServerTests.Federation;
using Fluister.Simulation.Worlds;

namespace Fluister.ServerTests.Simulation;

/// <summary>People with our client on two servers that lose each other now and then, as a seed tells.</summary>
public sealed class ClientWorldTests
{
    private const int Steps = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task People_on_two_servers_read_what_they_wrote_to_each_other_once_and_in_order(int seed)
    {
        var dice = new Dice((ulong)seed);
        await using var pair = await ServerPair.StartAsync();
        await using var here = await ClientScene.StartAsync(pair.Here);
        await using var there = await ClientScene.StartAsync(pair.There);
        var (alice, bob) = (await here.AddAsync(), await there.AddAsync());
        await alice.ReadyAsync();
        await bob.ReadyAsync();
        await alice.SendAsync(bob.Id, "from alice 0");
        await bob.NextTextAsync("from alice 0");
        await bob.SendAsync(alice.Id, "from bob 0");
        await alice.NextTextAsync("from bob 0");
        var (last, written) = (new Dictionary<Person, long>(), new Dictionary<Person, int> { [alice] = 0, [bob] = 0 });
        for (var step = 0; step < Steps; step++)
        {
            if (dice.Chance(25))
            {
                pair.IsCut = !pair.IsCut;
            }
            else
            {
                var (from, to, name) = dice.Chance(50) ? (alice, bob, "alice") : (bob, alice, "bob");
                last[from] = from.Write(to.Id, $"from {name} {++written[from]}");
            }
        }

        // Their servers take what is for the other, whether they reach it or not.
        foreach (var (from, timestamp) in last)
        {
            await from.Client.Sender.SentAsync(from == alice ? bob.Id : alice.Id, timestamp, TestContext.Current.CancellationToken)
                .WaitAsync(Person.Patience, TestContext.Current.CancellationToken);
        }

        // Whoever has just found the other away waits again: so the clock goes on until all has come.
        pair.IsCut = false;
        var reading = Task.WhenAll(ReadAsync(bob, "alice", written[alice]), ReadAsync(alice, "bob", written[bob]));
        await pair.UntilAsync(() => reading.IsCompleted);
        await reading;
    }

    private static async Task ReadAsync(Person reader, string writer, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            await reader.NextTextAsync($"from {writer} {i}");
        }
    }
}
