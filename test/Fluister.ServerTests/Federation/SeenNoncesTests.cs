using Fluister.Server.Federation;

namespace Fluister.ServerTests.Federation;

public sealed class SeenNoncesTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private static readonly DateTimeOffset Begin = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void However_much_comes_nothing_is_taken_twice_and_what_is_new_is_taken()
    {
        const int Most = 100;
        var seen = new SeenNonces(Window);
        var sent = new List<(string Nonce, long Created)>();
        for (var i = 0; i < 1000; i++)
        {
            var now = Begin.AddSeconds(i / 10);
            var fresh = ($"nonce {i}", now.ToUnixTimeSeconds());
            Assert.True(seen.TryAdd(fresh.Item1, fresh.Item2, now, Most));
            sent.Add(fresh);
        }

        Assert.All(sent, old => Assert.False(seen.TryAdd(old.Nonce, old.Created, Begin.AddSeconds(100), Most)));
    }

    [Fact]
    public void What_is_not_remembered_any_more_is_too_old_to_be_taken()
    {
        var seen = new SeenNonces(Window);
        Assert.True(seen.TryAdd("early", Begin.ToUnixTimeSeconds(), Begin, 4));
        for (var i = 1; i < 6; i++)
        {
            Assert.True(seen.TryAdd($"later {i}", Begin.AddSeconds(i).ToUnixTimeSeconds(), Begin.AddSeconds(i), 4));
        }

        // Never seen, and made when something was that is forgotten.
        Assert.False(seen.TryAdd("another", Begin.ToUnixTimeSeconds(), Begin.AddSeconds(6), 4));
        Assert.True(seen.TryAdd("another", Begin.AddSeconds(5).ToUnixTimeSeconds(), Begin.AddSeconds(6), 4));
    }
}
