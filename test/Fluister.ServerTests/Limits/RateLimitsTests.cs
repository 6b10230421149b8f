using Fluister.Server;
using Fluister.Server.Limits;

namespace Fluister.ServerTests.Limits;

/// <summary>Token buckets: as many at once as they hold, and then one by one; never more of them than memory allows.</summary>
public sealed class RateLimitsTests
{
    private static readonly Limit Three = new("three", 3, TimeSpan.FromSeconds(10));

    [Fact]
    public void A_clock_that_is_set_back_holds_nobody_longer_than_an_empty_bucket_does()
    {
        var clock = new TestClock();
        var limits = new RateLimits(clock);
        Assert.Null(limits.Wait(Three, Guid.Empty, 3));
        clock.Advance(TimeSpan.FromHours(-1));
        Assert.Equal(TimeSpan.FromSeconds(10), limits.Wait(Three, Guid.Empty));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(limits.Wait(Three, Guid.Empty));
    }

    [Fact]
    public void As_many_as_the_burst_pass_and_then_one_after_each_interval()
    {
        var clock = new TestClock();
        var limits = new RateLimits(clock);
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(limits.Wait(Three, Guid.Empty));
        }

        Assert.Equal(TimeSpan.FromSeconds(10), limits.Wait(Three, Guid.Empty));
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(6), limits.Wait(Three, Guid.Empty));
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(limits.Wait(Three, Guid.Empty));
        Assert.NotNull(limits.Wait(Three, Guid.Empty));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Null(limits.Wait(Three, Guid.Empty, tokens: 3));
        Assert.NotNull(limits.Wait(Three, Guid.Empty));
    }

    [Fact]
    public void Keys_and_limits_do_not_mix()
    {
        var limits = new RateLimits(new TestClock());
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        LimitKey[] keys = [one, two, LimitKey.Of(one, two), LimitKey.Of(two, one), LimitKey.Of(one, two, 2), 7UL, LimitKey.Of("7")];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.All(keys, key => Assert.Null(limits.Wait(Three, key, tokens: 3)));
        Assert.All(keys, key => Assert.NotNull(limits.Wait(Three, key)));
        Assert.Null(limits.Wait(Three with { Name = "other" }, one));
        limits.Clear(Three, one);
        Assert.Null(limits.Wait(Three, one));
    }

    [Fact]
    public void A_flood_of_keys_neither_fills_memory_nor_lets_the_busiest_go_on()
    {
        var clock = new TestClock();
        var limits = new RateLimits(clock);
        Assert.Null(limits.Wait(Three, Guid.Empty, tokens: 3));
        for (var i = 0UL; i < 2 * ServerLimits.Buckets; i++)
        {
            limits.Wait(Three, i);
        }

        Assert.InRange(limits.Count, 1, ServerLimits.Buckets);
        Assert.NotNull(limits.Wait(Three, Guid.Empty));
        clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0UL; i < ServerLimits.Buckets; i++)
        {
            limits.Wait(Three, i);
        }

        Assert.Null(limits.Wait(Three, Guid.Empty));
    }

    [Fact]
    public void Whether_there_is_a_token_can_be_asked_and_one_can_be_given_back()
    {
        var clock = new TestClock();
        var limits = new RateLimits(clock);
        Assert.True(limits.Allows(Three, Guid.Empty));
        limits.Take(Three, Guid.Empty, 2);
        Assert.True(limits.Allows(Three, Guid.Empty));
        Assert.True(limits.Allows(Three, Guid.Empty));
        limits.Take(Three, Guid.Empty);
        Assert.False(limits.Allows(Three, Guid.Empty));
        limits.GiveBack(Three, Guid.Empty);
        Assert.True(limits.Allows(Three, Guid.Empty));
        limits.Take(Three, Guid.Empty);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(limits.Allows(Three, Guid.Empty));
        limits.GiveBack(Three, Guid.NewGuid());
        Assert.Equal(1, limits.Count);
    }

    [Fact]
    public void A_limit_is_itself_and_no_other_of_the_same_numbers()
    {
        var limits = new RateLimits(new TestClock());
        var same = Three with { };
        limits.Take(Three, Guid.Empty, 3);
        Assert.Null(limits.Wait(same, Guid.Empty));
        Assert.NotEqual(Three, same);
        Assert.Equal(new TimeSpan(0, 0, 15), Limit.Per(TimeSpan.FromMinutes(1), 4, "four").Refill);
    }
}
