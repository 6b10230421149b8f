using Fluister.Protocol;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;
using Fluister.Protocol.PreKeys;

namespace Fluister.Tests.Protocol.PreKeys;

public sealed class PreKeyRecordTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);
    private readonly SeededRandom _random = new(61);

    [Fact]
    public void The_official_packages_records_are_read_and_written_again_byte_for_byte()
    {
        var bob = Golden.Read("sessions").GetProperty("conversations")[0].GetProperty("bob");
        var (records, bundle) = (bob.GetProperty("preKeys"), bob.GetProperty("bundle"));
        var identity = IdentityKeyPair.Read(bob.Bytes("identity")).Public;

        using var oneTime = PreKey.Read(records.Bytes("preKey"));
        Assert.Equal(records.Bytes("preKey"), oneTime.Write());
        Assert.Equal(bundle.GetProperty("preKeyId").GetUInt32(), oneTime.Id);
        Assert.Equal(bundle.Bytes("preKey"), oneTime.Public.Key.Serialized);
        Assert.Equal(oneTime.Keys.Public, oneTime.Keys.Private.PublicKey());

        using var signed = SignedPreKey.Read(records.Bytes("signedPreKey"));
        Assert.Equal(records.Bytes("signedPreKey"), signed.Write());
        Assert.Equal(bundle.GetProperty("signedPreKeyId").GetUInt32(), signed.Id);
        Assert.Equal(bundle.Bytes("signedPreKeySignature"), signed.Signature.ToArray());
        Assert.True(signed.Public.IsSignedBy(identity));

        using var kem = KemPreKey.Read(records.Bytes("kyberPreKey"));
        Assert.Equal(records.Bytes("kyberPreKey"), kem.Write());
        Assert.Equal(bundle.GetProperty("kyberPreKeyId").GetUInt32(), kem.Id);
        Assert.Equal(bundle.Bytes("kyberPreKey"), kem.Public.Key.Serialized);
        Assert.True(kem.Public.IsSignedBy(identity));
        Assert.False(kem.Public.IsSignedBy(IdentityKeyPair.Generate(_random).Public));
        Assert.Equal(1_700_000_000_000, kem.Created.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void Records_of_ours_come_back_as_they_were()
    {
        var identity = IdentityKeyPair.Generate(_random);
        using var oneTime = PreKey.Generate(0, _random);
        Assert.Equal(oneTime.Public, PreKey.Read(oneTime.Write()).Public);
        using var signed = SignedPreKey.Generate(uint.MaxValue, identity, Now, _random);
        var read = SignedPreKey.Read(signed.Write());
        Assert.Equal((signed.Id, signed.Created, signed.Keys.Public), (read.Id, read.Created, read.Keys.Public));
        using var kem = KemPreKey.Generate(7, identity, Now, _random);
        Assert.Equal(kem.Write(), KemPreKey.Read(kem.Write()).Write());
    }

    [Fact]
    public void A_kem_key_gives_its_owner_the_secret_that_was_encapsulated()
    {
        using var pair = KemKeyPair.Generate(_random);
        byte[] sent = new byte[32], received = new byte[32];
        var ciphertext = KemPublicKey.Read(pair.Public.Serialized).Encapsulate(_random, sent);
        Assert.Equal(KemPublicKey.CiphertextBytes, ciphertext.Length);
        Assert.Equal(KemPublicKey.Type, ciphertext[0]);
        KemKeyPair.Read(pair.Public.Serialized, pair.Reveal()).Decapsulate(ciphertext, received);
        Assert.Equal(sent, received);
        ciphertext[100] ^= 1;
        pair.Decapsulate(ciphertext, received);
        Assert.NotEqual(sent, received);
    }

    [Fact]
    public void Keys_of_another_type_or_length_are_refused()
    {
        using var pair = KemKeyPair.Generate(_random);
        byte[] publicKey = [.. pair.Public.Serialized], privateKey = [.. pair.Reveal()];
        Refused.With(ProtocolError.BadKey, () => KemPublicKey.Read([0x0a, .. publicKey[1..]]));
        Refused.With(ProtocolError.BadKey, () => KemPublicKey.Read(publicKey.AsSpan(..^1)));
        Refused.With(ProtocolError.BadKey, () => KemPublicKey.Read([]));
        Refused.With(ProtocolError.BadKey, () => KemKeyPair.Read(publicKey, [0x07, .. privateKey[1..]]));
        Refused.With(ProtocolError.BadKey, () => KemKeyPair.Read(publicKey, [.. privateKey, 0]));
    }

    [Fact]
    public void Records_without_keys_or_with_a_time_beyond_the_calendar_are_refused()
    {
        Refused.With(ProtocolError.BadKey, () => PreKey.Read([]));
        Refused.With(ProtocolError.BadKey, () => SignedPreKey.Read([]));
        Refused.With(ProtocolError.BadKey, () => KemPreKey.Read([]));
        using var writer = new ProtoWriter();
        writer.Fixed64(5, ulong.MaxValue);
        Refused.With(ProtocolError.Malformed, () => SignedPreKey.Read(writer.Written));
    }
}
