using Fluister.Protocol;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Ratchets;

namespace Fluister.Tests.Protocol.Ratchets;

public sealed class DoubleRatchetTests
{
    private readonly SeededRandom _random = new(9);
    private readonly DoubleRatchet _alice;
    private readonly DoubleRatchet _bob;

    public DoubleRatchetTests()
    {
        var (root, chain) = (_random.Bytes(32), _random.Bytes(32));
        var ours = KeyPair.Generate(_random);
        _alice = DoubleRatchet.BeginAsInitiator(root, chain, ours.Public, _random);
        _bob = DoubleRatchet.BeginAsRecipient(root, chain, ours);
    }

    [Fact]
    public void Both_sides_have_the_same_keys_in_both_directions()
    {
        for (var turn = 0; turn < 10; turn++)
        {
            Assert.Equal(Send(_alice), Receive(_bob, _alice, _alice.SenderIndex - 1));
            Assert.Equal(Send(_alice), Receive(_bob, _alice, _alice.SenderIndex - 1));
            Assert.Equal(Send(_bob), Receive(_alice, _bob, _bob.SenderIndex - 1));
        }
    }

    [Fact]
    public void A_step_that_is_not_committed_changes_nothing()
    {
        Receive(_bob, _alice, 0);
        Receive(_alice, _bob, 0);
        var before = Written(_bob);
        using (_bob.Receive(_alice.SenderRatchetKey, 7, 100))
        {
            Assert.Equal(before, Written(_bob));
        }

        Assert.Equal(before, Written(_bob));
    }

    [Fact]
    public void A_step_without_random_bytes_changes_nothing()
    {
        Receive(_bob, _alice, 0);
        Receive(_alice, _bob, 0);
        var before = Written(_bob);
        using var step = _bob.Receive(_alice.SenderRatchetKey, 7, 100);
        Assert.Throws<InvalidOperationException>(() => step.Commit(new ExhaustedRandom()));
        Assert.Equal(before, Written(_bob));
    }

    [Theory]
    [InlineData(100, 100, true)]
    [InlineData(101, 100, false)]
    public void A_chain_is_advanced_so_far_and_no_further(uint counter, uint farthest, bool accepted)
    {
        if (accepted)
        {
            using var step = _bob.Receive(_alice.SenderRatchetKey, counter, farthest);
            Assert.Equal(32, step.Key.Material.Length);
        }
        else
        {
            Refused.With(ProtocolError.TooFarAhead, () => _bob.Receive(_alice.SenderRatchetKey, counter, farthest));
        }
    }

    [Fact]
    public void The_two_thousand_newest_skipped_keys_are_kept_over_several_gaps()
    {
        Receive(_bob, _alice, 10);
        Receive(_bob, _alice, 1999);
        Assert.NotNull(Peek(0));
        Receive(_bob, _alice, 2001);
        Receive(_bob, _alice, 2003);
        Assert.NotNull(Peek(0));
        Receive(_bob, _alice, 2005);
        Assert.Null(Peek(0));
        Assert.NotNull(Peek(1));
        Receive(_bob, _alice, 9000);
        Assert.Null(Peek(6999));
        Assert.NotNull(Peek(7000));
        Assert.NotNull(Peek(8999));
    }

    [Fact]
    public void The_counter_before_is_one_less_than_the_chain_had()
    {
        Send(_alice);
        Assert.Equal(0u, _alice.PreviousCounter);
        Receive(_bob, _alice, 0);
        Send(_bob);
        Send(_alice);
        Send(_alice);
        Receive(_alice, _bob, 0);
        Assert.Equal(2u, _alice.PreviousCounter);
        Assert.Equal(0u, _alice.SenderIndex);
    }

    [Fact]
    public void A_ratchet_key_of_small_order_is_refused()
    {
        var before = Written(_bob);
        Refused.With(ProtocolError.BadKey, () => _bob.Receive(PublicKey.FromPoint(new byte[32]), 0, 100));
        Assert.Equal(before, Written(_bob));
    }

    private static byte[] Send(DoubleRatchet from)
    {
        var seed = new byte[32];
        from.SenderSeed(seed);
        from.Advance();
        return seed;
    }

    private byte[] Receive(DoubleRatchet to, DoubleRatchet from, uint counter)
    {
        using var step = to.Receive(from.SenderRatchetKey, counter, Limits.ForwardJumps);
        var seed = step.Key.Material.ToArray();
        step.Commit(_random);
        return seed;
    }

    private byte[]? Peek(uint counter)
    {
        try
        {
            using var step = _bob.Receive(_alice.SenderRatchetKey, counter, Limits.ForwardJumps);
            return step.Key.Material;
        }
        catch (ProtocolException refused) when (refused.Error == ProtocolError.Duplicate)
        {
            return null;
        }
    }

    private static byte[] Written(DoubleRatchet ratchet)
    {
        using var writer = new ProtoWriter();
        ratchet.Write(writer);
        return writer.ToArray();
    }
}
