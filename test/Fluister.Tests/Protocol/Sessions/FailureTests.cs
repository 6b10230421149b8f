using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Sessions;

namespace Fluister.Tests.Protocol.Sessions;

/// <summary>Whatever is refused leaves the record as it was: every test compares its bytes before and after.</summary>
public sealed class FailureTests
{
    private readonly Party _alice;
    private readonly Party _bob;

    public FailureTests()
    {
        (_alice, _bob) = Party.Conversing(21);
        _bob.Receive(_alice, _alice.Send(_bob, "in the middle"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_bit_of_a_message_counts(bool afterRatchetStep)
    {
        var message = Next(afterRatchetStep);
        for (var at = 0; at < message.Serialized.Length; at++)
        {
            var bytes = message.Serialized.ToArray();
            bytes[at] ^= 1;
            var before = _bob.Record.Write();
            Assert.Throws<ProtocolException>(() => SessionCipher.Decrypt(
                _bob.Record, _bob.Local, _alice.Seen(), SignalMessage.Parse(bytes), _bob.Random));
            Assert.Equal(before, _bob.Record.Write());
        }

        Assert.Equal("next", _bob.Receive(_alice, message));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_wrong_mac_is_refused(bool afterRatchetStep)
    {
        var message = Next(afterRatchetStep);
        _bob.Refuses(ProtocolError.NotAuthentic, _alice, Altered.WithBitFlipped(message, message.Serialized.Length - 1));
        Assert.Equal("next", _bob.Receive(_alice, message));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Skipped_keys_are_not_kept_for_a_message_that_is_refused(bool afterRatchetStep)
    {
        var message = Next(afterRatchetStep);
        _bob.Refuses(ProtocolError.NotAuthentic, _alice, Altered.WithCounter(message, message.Counter + 100));
        Assert.Equal("next", _bob.Receive(_alice, message));
    }

    [Fact]
    public void The_key_of_a_late_message_is_kept_while_only_forgeries_of_it_come()
    {
        var late = Next(true);
        Assert.Equal("in between", _bob.Receive(_alice, _alice.Send(_bob, "in between")));
        _bob.Refuses(ProtocolError.NotAuthentic, _alice, Altered.WithBitFlipped(late, late.Serialized.Length - 1));
        Assert.Equal("next", _bob.Receive(_alice, late));
    }

    [Fact]
    public void A_forged_first_message_begins_nothing_and_uses_nothing_up()
    {
        var (carol, dave) = (new Party(_bob.Random), new Party(_bob.Random));
        carol.Begin(dave);
        var first = PreKeySignalMessage.Parse(carol.Send(dave, "first").Serialized);
        byte[] forged = [.. first.Serialized];
        var at = first.Serialized.IndexOf(first.Message.Serialized) + first.Message.Serialized.Length - 1;
        forged[at] ^= 1;
        dave.Refuses(ProtocolError.NotAuthentic, carol, PreKeySignalMessage.Parse(forged));
        Assert.False(dave.Record.HasCurrent);
        Assert.Equal("first", dave.Receive(carol, first));
        Assert.NotNull(dave.LastReceived!.PreKeysUsed);
    }

    [Theory]
    [InlineData(new byte[0], ProtocolError.PostQuantumMissing)]
    [InlineData(new byte[] { 2, 1, 1, 0 }, ProtocolError.UnknownVersion)]
    [InlineData(new byte[] { 1, 0x80 }, ProtocolError.Malformed)]
    [InlineData(new byte[] { 1, 90, 1, 0 }, ProtocolError.PostQuantumRatchet)]
    public void A_message_that_the_post_quantum_ratchet_does_not_take_is_refused(byte[] part, ProtocolError error)
    {
        _bob.Refuses(error, _alice, Altered.WithPostQuantum(Next(true), part));
        _bob.Refuses(error, _alice, Altered.WithPostQuantum(Next(false), part));
    }

    [Fact]
    public void A_message_of_an_older_version_is_refused()
    {
        var message = Next(true);
        _bob.Refuses(ProtocolError.UnknownVersion, _alice, Altered.WithVersionByte(message, 0x34));
        Refused.With(ProtocolError.LegacyVersion, () => Altered.WithVersionByte(message, 0x24));
        Refused.With(ProtocolError.UnknownVersion, () => Altered.WithVersionByte(message, 0x54));
    }

    [Fact]
    public void A_ratchet_key_of_small_order_is_refused()
    {
        var key = PublicKey.FromPoint(new byte[32]);
        _bob.Refuses(ProtocolError.BadKey, _alice, Altered.WithRatchetKey(Next(false), key.Serialized));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    public void An_authentic_message_with_bad_padding_is_refused(int bodyBytes)
    {
        // The MAC is good: only someone with the session's keys can make this.
        var message = Forgery.WithBody(_alice, _bob, new byte[bodyBytes]);
        _bob.Refuses(ProtocolError.Malformed, _alice, message);
        Assert.Equal("fine", _bob.Receive(_alice, _alice.Send(_bob, "fine")));
    }

    [Fact]
    public void Another_identity_than_the_pinned_one_is_refused_in_both_directions()
    {
        var stranger = new RemoteDevice(_alice.Local.Address, _bob.Local.Identity.Public);
        var message = Next(false);
        _bob.Refuses(ProtocolError.UntrustedIdentity, stranger, message);
        Assert.Equal("next", _bob.Receive(_alice, message));

        var before = _bob.Record.Write();
        Refused.With(
            ProtocolError.UntrustedIdentity,
            () => SessionCipher.Encrypt(_bob.Record, _bob.Local, stranger, default, Party.Now, _bob.Random));
        Assert.Equal(before, _bob.Record.Write());
    }

    [Fact]
    public void Without_random_bytes_nothing_changes()
    {
        var message = Next(true);
        var before = _bob.Record.Write();
        Assert.Throws<InvalidOperationException>(() => SessionCipher.Decrypt(
            _bob.Record, _bob.Local, _alice.Seen(), message, new ExhaustedRandom()));
        Assert.Equal(before, _bob.Record.Write());
        Assert.Equal("next", _bob.Receive(_alice, message));
    }

    [Fact]
    public void A_message_to_another_device_is_refused()
    {
        var carol = new Party(_bob.Random);
        carol.Begin(_alice);
        carol.Refuses(ProtocolError.NotAuthentic, _alice, Next(true));
        var fresh = new Party(_bob.Random);
        fresh.Refuses(ProtocolError.NoSession, _alice, Next(true));
    }

    private SignalMessage Next(bool afterRatchetStep)
    {
        if (afterRatchetStep)
        {
            _alice.Receive(_bob, _bob.Send(_alice, "turn"));
        }

        return Assert.IsType<SignalMessage>(_alice.Send(_bob, "next"));
    }
}
