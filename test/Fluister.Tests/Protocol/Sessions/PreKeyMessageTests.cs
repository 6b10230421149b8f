using Fluister.Protocol;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.PreKeys;
using Fluister.Protocol.Sessions;

namespace Fluister.Tests.Protocol.Sessions;

/// <summary>What is refused of bundles and of first messages.</summary>
public sealed class PreKeyMessageTests
{
    private readonly SeededRandom _random = new(31);
    private readonly Party _alice;
    private readonly Party _bob;

    public PreKeyMessageTests() => (_alice, _bob) = (new Party(_random), new Party(_random));

    [Fact]
    public void A_bundle_with_a_bad_signature_begins_nothing()
    {
        var bundle = _bob.Publish();
        var other = new Party(_random).Publish();
        byte[] flipped = [.. bundle.Signed.Signature.Span];
        flipped[5] ^= 1;
        Refuses(ProtocolError.BadSignature, bundle with { Signed = bundle.Signed with { Signature = flipped } });
        Refuses(ProtocolError.BadSignature, bundle with { Signed = other.Signed });
        Refuses(ProtocolError.BadSignature, bundle with { Kem = other.Kem });
        Refuses(ProtocolError.BadSignature, bundle with { Kem = bundle.Kem with { Signature = bundle.Signed.Signature } });
        Refuses(ProtocolError.BadSignature, bundle with { Kem = bundle.Kem with { Signature = default } });
        SessionCipher.Begin(_alice.Record, _alice.Local, _bob.Seen(), bundle, Party.Now, _random);
        Assert.True(_alice.Record.HasCurrent);
    }

    [Fact]
    public void A_bundle_of_another_identity_than_the_pinned_one_begins_nothing()
    {
        var bundle = new Party(_random).Publish();
        Refuses(ProtocolError.UntrustedIdentity, bundle);
        SessionCipher.Begin(_alice.Record, _alice.Local, _bob.Seen(pinned: false), bundle, Party.Now, _random);
        Assert.Equal(bundle.Identity, _alice.Record.RemoteIdentity);
    }

    [Fact]
    public void A_one_time_key_of_small_order_begins_nothing()
    {
        var bundle = _bob.Publish();
        Refuses(ProtocolError.BadKey, bundle with { OneTime = new PublicPreKey(1, PublicKey.FromPoint(new byte[32])) });
    }

    [Fact]
    public void A_first_message_whose_pre_keys_are_gone_is_refused()
    {
        _alice.Begin(_bob);
        var message = PreKeySignalMessage.Parse(_alice.Send(_bob, "x").Serialized);
        var held = _bob.Held(message);
        Refuses(ProtocolError.UnknownPreKey, message, held with { Signed = null });
        Refuses(ProtocolError.UnknownPreKey, message, held with { Kem = null });
        Refuses(ProtocolError.UnknownPreKey, message, held with { OneTime = null });
        Assert.False(_bob.Record.HasCurrent);
        Assert.Equal("x", _bob.Receive(_alice, message));
    }

    [Fact]
    public void Pre_keys_that_the_message_does_not_name_are_a_mistake_of_the_caller()
    {
        _alice.Begin(_bob);
        var message = PreKeySignalMessage.Parse(_alice.Send(_bob, "x").Serialized);
        var held = _bob.Held(message);
        Assert.Throws<ArgumentException>(() => SessionCipher.Decrypt(
            _bob.Record, _bob.Local, _alice.Seen(), message, held with { OneTime = PreKey.Generate(999, _random) }, _random));
    }

    [Fact]
    public void A_first_message_to_other_keys_is_not_authentic()
    {
        _alice.Begin(_bob);
        var message = PreKeySignalMessage.Parse(_alice.Send(_bob, "x").Serialized);
        var held = _bob.Held(message);
        var kem = KemPreKey.Generate(message.KemId!.Value, _bob.Local.Identity, Party.Now, _random);
        var signed = SignedPreKey.Generate(message.SignedId, _bob.Local.Identity, Party.Now, _random);
        var oneTime = PreKey.Generate(message.OneTimeId!.Value, _random);
        Refuses(ProtocolError.NotAuthentic, message, held with { Kem = kem });
        Refuses(ProtocolError.NotAuthentic, message, held with { Signed = signed });
        Refuses(ProtocolError.NotAuthentic, message, held with { OneTime = oneTime });
    }

    [Fact]
    public void A_first_message_of_another_identity_than_the_pinned_one_is_refused()
    {
        _alice.Begin(_bob);
        var message = _alice.Send(_bob, "x");
        var stranger = _alice.Seen() with { Pinned = _bob.Local.Identity.Public };
        _bob.Refuses(ProtocolError.UntrustedIdentity, stranger, message);

        // Nothing else is asked of a message that is not trusted.
        var parsed = PreKeySignalMessage.Parse(message.Serialized);
        Refused.With(
            ProtocolError.UntrustedIdentity,
            () => SessionCipher.Decrypt(_bob.Record, _bob.Local, stranger, parsed, new HeldPreKeys(null, null, null), _random));
        Assert.Equal("x", _bob.Receive(_alice.Seen(pinned: false), message));
        Assert.Equal(_alice.Local.Identity.Public, _bob.LastReceived!.RemoteIdentity);
    }

    [Fact]
    public void Another_identity_around_a_message_of_a_known_session_is_refused()
    {
        _alice.Begin(_bob);
        _bob.Receive(_alice, _alice.Send(_bob, "first"));
        var second = _alice.Send(_bob, "second");
        var forged = Rewrite(second, 3, new Party(_random).Local.Identity.Public.Serialized.ToArray());
        _bob.Refuses(ProtocolError.UntrustedIdentity, _alice.Seen(pinned: false), forged);
        Assert.Equal("second", _bob.Receive(_alice, second));
    }

    [Fact]
    public void A_base_key_that_is_not_canonical_is_refused()
    {
        _alice.Begin(_bob);
        var message = PreKeySignalMessage.Parse(_alice.Send(_bob, "x").Serialized);
        byte[] highBit = [.. message.BaseKey.Serialized];
        highBit[^1] |= 0x80;
        Refuses(ProtocolError.BadKey, Rewrite(message, 2, highBit), _bob.Held(message));

        // A point of the order eight (RFC 7748's curve; Wycheproof x25519, "low order").
        byte[] smallOrder = [5, .. Convert.FromHexString("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")];
        Refuses(ProtocolError.BadKey, Rewrite(message, 2, smallOrder), _bob.Held(message));
    }

    [Fact]
    public void A_kem_ciphertext_of_another_type_or_length_is_refused()
    {
        _alice.Begin(_bob);
        var message = PreKeySignalMessage.Parse(_alice.Send(_bob, "x").Serialized);
        byte[] otherType = [.. message.KemCiphertext.Span];
        otherType[0] = 0x0a;
        Refuses(ProtocolError.BadKey, Rewrite(message, 8, otherType), _bob.Held(message));
        Refuses(ProtocolError.BadKey, Rewrite(message, 8, otherType[..^1]), _bob.Held(message));
        Refuses(ProtocolError.BadKey, Rewrite(message, 8, []), _bob.Held(message));
    }

    [Fact]
    public void A_first_message_without_a_post_quantum_part_is_refused()
    {
        _alice.Begin(_bob);
        var message = _alice.Send(_bob, "x");
        var parsed = PreKeySignalMessage.Parse(message.Serialized);
        Refused.With(ProtocolError.PostQuantumMissing, () => Rewrite(message, 7, null));
        Refused.With(ProtocolError.PostQuantumMissing, () => Rewrite(message, 8, null));
        Refused.With(ProtocolError.PostQuantumMissing, () => Rewrite(message, 7, null, 8));
        var old = Rewrite(message, 7, null, 8, version: 0x34);
        Assert.Equal(3, old.Version);
        Refuses(ProtocolError.LegacyVersion, old, _bob.Held(parsed));
        Refused.With(ProtocolError.LegacyVersion, () => Rewrite(message, 0, null, version: 0x24));
        Refused.With(ProtocolError.UnknownVersion, () => Rewrite(message, 0, null, version: 0x54));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public void A_first_message_without_a_field_that_it_needs_is_malformed(uint field)
    {
        _alice.Begin(_bob);
        var message = _alice.Send(_bob, "x");
        Refused.With(ProtocolError.Malformed, () => Rewrite(message, field, null));
    }

    [Fact]
    public void A_message_that_is_too_short_or_too_long_is_malformed()
    {
        Refused.With(ProtocolError.Malformed, () => PreKeySignalMessage.Parse([]));
        Refused.With(ProtocolError.Malformed, () => PreKeySignalMessage.Parse(new byte[Limits.MessageBytes + 1]));
        Refused.With(ProtocolError.Malformed, () => SignalMessage.Parse(new byte[SignalMessage.MacBytes]));
        Refused.With(ProtocolError.Malformed, () => SignalMessage.Parse(new byte[Limits.MessageBytes + 1]));
    }

    [Fact]
    public void A_message_without_a_field_that_it_needs_is_malformed()
    {
        var key = PublicKey.FromPoint(new byte[32]).Serialized.ToArray();
        Refused.With(ProtocolError.Malformed, () => SignalMessage.Parse(Altered.Make(0x44, [], 1, [1], [])));
        Refused.With(ProtocolError.Malformed, () => SignalMessage.Parse(Altered.Make(0x44, key, null, [1], [])));
        Refused.With(ProtocolError.Malformed, () => SignalMessage.Parse(Altered.Make(0x44, key, 1, [], [])));
        Refused.With(ProtocolError.BadKey, () => SignalMessage.Parse(Altered.Make(0x44, [7, .. new byte[32]], 1, [1], [])));
        Assert.Equal(1u, SignalMessage.Parse(Altered.Make(0x44, key, 1, [1], [])).Counter);
    }

    private void Refuses(ProtocolError error, PreKeyBundle bundle)
    {
        var before = _alice.Record.Write();
        Refused.With(error, () => SessionCipher.Begin(_alice.Record, _alice.Local, _bob.Seen(), bundle, Party.Now, _random));
        Assert.Equal(before, _alice.Record.Write());
    }

    private void Refuses(ProtocolError error, PreKeySignalMessage message, HeldPreKeys held)
    {
        var before = _bob.Record.Write();
        Refused.With(error, () => SessionCipher.Decrypt(_bob.Record, _bob.Local, _alice.Seen(), message, held, _random));
        Assert.Equal(before, _bob.Record.Write());
    }

    // The message with a field's value replaced, or one or two fields left out.
    private static PreKeySignalMessage Rewrite(CiphertextMessage message, uint field, byte[]? value, uint without = 0, byte version = 0x44)
    {
        using var writer = new ProtoWriter();
        writer.Raw([version]);
        var reader = new ProtoReader(message.Serialized[1..]);
        while (reader.Next())
        {
            if ((reader.Field == field && value is null) || reader.Field == without)
            {
                reader.Skip();
            }
            else if (reader.Field == field)
            {
                reader.Skip();
                writer.Bytes(field, value);
            }
            else if (reader.Field is 1 or 5 or 6 or 7)
            {
                writer.UInt64(reader.Field, reader.UInt64());
            }
            else
            {
                writer.Bytes(reader.Field, reader.Bytes());
            }
        }

        return PreKeySignalMessage.Parse(writer.Written);
    }
}
