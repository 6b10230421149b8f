using System.Security.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;

namespace Fluister.Tests.Protocol.Spqr;

public sealed class SpqrChainTests
{
    private static readonly byte[] Key = new SeededRandom(100).Bytes(32);

    [Fact]
    public void The_keys_of_one_direction_are_those_of_the_other_at_the_peer()
    {
        var (alice, bob) = Pair();
        for (var epoch = 0UL; epoch < 5; epoch++)
        {
            if (epoch > 0)
            {
                (alice, bob) = (alice.With(Secret(epoch)), bob.With(Secret(epoch)));
            }

            for (var i = 1u; i < 4; i++)
            {
                var sent = Send(ref alice, epoch, i);
                Assert.Equal(sent, Receive(ref bob, epoch, i));
                Assert.NotEqual(sent, Send(ref bob, epoch, i));
                Assert.NotEqual(sent, Key);
            }
        }
    }

    [Fact]
    public void Keys_come_from_the_handshake_and_the_secrets_by_the_labels_of_the_protocol()
    {
        var start = HKDF.DeriveKey(HashAlgorithmName.SHA256, Key, 96, new byte[32], "Signal PQ Ratchet V1 Chain  Start"u8.ToArray());
        var next = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, start[32..64], 64, new byte[32], [0, 0, 0, 1, .. "Signal PQ Ratchet V1 Chain Next"u8]);
        var second = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, next[..32], 64, new byte[32], [0, 0, 0, 2, .. "Signal PQ Ratchet V1 Chain Next"u8]);
        var (alice, _) = Pair();
        Assert.Equal(next[32..], Send(ref alice, 0, 1));
        Assert.Equal(second[32..], Send(ref alice, 0, 2));

        var added = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, Secret(1).Secret.ToArray(), 96, start[..32], "Signal PQ Ratchet V1 Chain Add Epoch"u8.ToArray());
        var first = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, added[32..64], 64, new byte[32], [0, 0, 0, 1, .. "Signal PQ Ratchet V1 Chain Next"u8]);
        alice = alice.With(Secret(1));
        Assert.Equal(first[32..], Send(ref alice, 1, 1));
    }

    [Fact]
    public void Keys_are_given_in_any_order_and_once()
    {
        var (alice, bob) = Pair();
        var random = new SeededRandom(101);
        var sent = Enumerable.Range(1, 300).Select(i => ((uint)i, Send(ref alice, 0, (uint)i))).ToArray();
        random.Shuffle(sent);
        foreach (var (index, key) in sent)
        {
            Assert.Equal(key, Receive(ref bob, 0, index));
            Refused.With(ProtocolError.Duplicate, () => bob.Receive(0, index, new byte[32]));
            bob = Again(bob);
        }

        Refused.With(ProtocolError.Duplicate, () => bob.Receive(0, 0, new byte[32]));
    }

    [Fact]
    public void Jumps_are_allowed_as_far_as_the_limit()
    {
        var (_, bob) = Pair();
        Refused.With(ProtocolError.TooFarAhead, () => bob.Receive(0, Limits.ForwardJumps + 1, new byte[32]));
        Receive(ref bob, 0, Limits.ForwardJumps);
        Refused.With(ProtocolError.TooFarAhead, () => bob.Receive(0, (2 * Limits.ForwardJumps) + 1, new byte[32]));

        var own = SpqrChain.Begin(initiator: false, Key, ChainLimits.Unlimited);
        Receive(ref own, 0, Limits.ForwardJumps + 1);
        Refused.With(ProtocolError.TooFarAhead, () => own.Receive(0, Limits.ForwardJumps + Limits.SelfForwardJumps + 2, new byte[32]));
        Refused.With(ProtocolError.TooFarAhead, () => own.Receive(0, uint.MaxValue, new byte[32]));
    }

    [Fact]
    public void Keys_too_far_back_are_dropped_and_the_others_kept()
    {
        var (alice, bob) = Pair();
        var keys = Enumerable.Range(1, 5_000).Select(i => Send(ref alice, 0, (uint)i)).ToArray();
        Receive(ref bob, 0, 5_000);
        Refused.With(ProtocolError.KeyDropped, () => bob.Receive(0, 2_999, new byte[32]));
        Refused.With(ProtocolError.KeyDropped, () => bob.Receive(0, 1, new byte[32]));
        Refused.With(ProtocolError.KeyDropped, () => bob.Receive(0, 0, new byte[32]));
        foreach (var index in new uint[] { 3_000, 3_001, 4_999 })
        {
            Assert.Equal(keys[index - 1], Receive(ref bob, 0, index));
        }
    }

    [Fact]
    public void Kept_keys_never_outgrow_their_limit()
    {
        var limits = new ChainLimits(50, 10);
        var alice = SpqrChain.Begin(initiator: true, Key, limits);
        var bob = SpqrChain.Begin(initiator: false, Key, limits);
        var random = new SeededRandom(102);
        var index = 0u;
        for (var i = 0; i < 500; i++)
        {
            byte[] key = [];
            var skip = random.Next(4);
            for (var j = 0; j <= skip; j++)
            {
                key = Send(ref alice, 0, ++index);
            }

            Assert.Equal(key, Receive(ref bob, 0, index));
            bob = Again(bob);
            Assert.True(Bytes(bob).Length < 300 + (limits.Full * KeyHistory.EntryBytes), $"step {i}");
        }
    }

    [Fact]
    public void Epochs_come_and_go_with_the_messages_that_are_sent()
    {
        var (alice, bob) = Pair();
        var late = Send(ref alice, 0, 1);
        for (var epoch = 1UL; epoch <= 2; epoch++)
        {
            (alice, bob) = (alice.With(Secret(epoch)), bob.With(Secret(epoch)));
        }

        Refused.With(ProtocolError.PostQuantumRatchet, () => bob.Receive(3, 1, new byte[32]));
        Refused.With(ProtocolError.PostQuantumRatchet, () => bob.Receive(ulong.MaxValue, 1, new byte[32]));

        Send(ref bob, 1, 1);
        Refused.With(ProtocolError.PostQuantumRatchet, () => bob.Send(0, out _, new byte[32]));
        Assert.Equal(late, Receive(ref bob, 0, 1));

        Send(ref bob, 2, 1);
        Refused.With(ProtocolError.KeyDropped, () => bob.Receive(0, 2, new byte[32]));
        Receive(ref bob, 1, 1);
    }

    [Fact]
    public void A_step_leaves_the_chain_before_it_as_it_was()
    {
        var (alice, bob) = Pair();
        Receive(ref bob, 0, 7);
        var before = Bytes(bob);
        bob.Receive(0, 3, new byte[32]);
        bob.Receive(0, 9, new byte[32]);
        bob.Send(0, out _, new byte[32]);
        bob.With(Secret(1)).Send(1, out _, new byte[32]);
        Assert.Equal(before, Bytes(bob));
        Assert.NotEqual(before, Bytes(alice));
    }

    [Fact]
    public void Clearing_leaves_what_the_next_chain_shares()
    {
        var (alice, bob) = Pair();
        Receive(ref bob, 0, 7);
        for (var i = 1u; i < 7; i++)
        {
            var key = new byte[32];
            var next = bob.Receive(0, i, key);
            var bytes = Bytes(next);
            bob.ClearAllBut(next);
            Assert.Equal(bytes, Bytes(next));
            Assert.NotEqual(bytes, Bytes(bob));
            bob = next;
            Assert.Equal(Send(ref alice, 0, i), key);
        }
    }

    [Fact]
    public void Bytes_of_chains_that_cannot_be_are_refused()
    {
        var (_, bob) = Pair();
        Receive(ref bob, 0, 3);
        var chain = Bytes(bob);
        Assert.Equal(chain, Bytes(SpqrChain.Read(chain)));
        Refused.With(ProtocolError.Malformed, () => SpqrChain.Read([]));
        Refused.With(ProtocolError.Malformed, () => SpqrChain.Read([.. chain, 8, 2]));
        Refused.With(ProtocolError.Malformed, () => SpqrChain.Read([.. chain, 0x22, 1, 0]));
        Refused.With(ProtocolError.Malformed, () => SpqrChain.Read([.. chain, 0x32, 3, 0x10, 0xd1, 0x0f]));
        Refused.With(ProtocolError.Malformed, () => SpqrChain.Read([.. chain, 0x1a, 0]));
        for (var i = 0; i < chain.Length; i++)
        {
            Refused.With(ProtocolError.Malformed, () => SpqrChain.Read(chain.AsSpan(0, i)));
        }

        using var many = new ProtoWriter();
        for (var i = 0; i < 4; i++)
        {
            many.Raw(chain);
        }

        many.UInt64(2, 9);
        Refused.With(ProtocolError.Malformed, () => SpqrChain.Read(many.Written));
    }

    private static (SpqrChain Alice, SpqrChain Bob) Pair() =>
        (SpqrChain.Begin(initiator: true, Key, default), SpqrChain.Begin(initiator: false, Key, default));

    private static EpochSecret Secret(ulong epoch) => EpochSecret.Derive(epoch, Key);

    private static byte[] Send(ref SpqrChain chain, ulong epoch, uint expected)
    {
        var key = new byte[32];
        chain = chain.Send(epoch, out var index, key);
        Assert.Equal(expected, index);
        return key;
    }

    private static byte[] Receive(ref SpqrChain chain, ulong epoch, uint index)
    {
        var key = new byte[32];
        chain = chain.Receive(epoch, index, key);
        return key;
    }

    private static byte[] Bytes(SpqrChain chain)
    {
        using var writer = new ProtoWriter();
        chain.Write(writer);
        return writer.ToArray();
    }

    private static SpqrChain Again(SpqrChain chain)
    {
        var bytes = Bytes(chain);
        var again = SpqrChain.Read(bytes);
        Assert.Equal(bytes, Bytes(again));
        return again;
    }
}
