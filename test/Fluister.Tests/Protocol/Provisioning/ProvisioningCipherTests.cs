using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;
using Fluister.Protocol.Provisioning;

namespace Fluister.Tests.Protocol.Provisioning;

public sealed class ProvisioningCipherTests
{
    private static readonly KeyPair Shown = KeyPair.Generate(new SeededRandom(1));

    [Fact]
    public void Everything_that_is_handed_over_arrives()
    {
        var sent = Message(new SeededRandom(2));
        var arrived = ProvisioningCipher.Decrypt(ProvisioningCipher.Encrypt(sent, Shown.Public, RandomSource.System), Shown.Private);
        Assert.Equal(sent.Write(), arrived.Write());
        Assert.Equal((sent.Aci, sent.Pni), (arrived.Aci, arrived.Pni));
        Assert.Equal((sent.Number, sent.Code, sent.UserAgent), (arrived.Number, arrived.Code, arrived.UserAgent));
        Assert.True(arrived.ReadReceipts);
        Assert.Equal(sent.AciIdentity.Public, arrived.AciIdentity.Public);
        Assert.Equal(sent.PniIdentity!.Private.Reveal(), arrived.PniIdentity!.Private.Reveal());
        Assert.True(sent.ProfileKey!.FixedTimeEquals(arrived.ProfileKey!));
        Assert.Equal(sent.EntropyPool!.RevealText(), arrived.EntropyPool!.RevealText());
        Assert.Equal(sent.SvrKey!.Reveal(), arrived.SvrKey!.Reveal());
        Assert.Equal(sent.EphemeralBackupKey!.Reveal(), arrived.EphemeralBackupKey!.Reveal());
        Assert.Equal(sent.MediaRootBackupKey!.Reveal(), arrived.MediaRootBackupKey!.Reveal());
    }

    [Fact]
    public void The_least_message_arrives()
    {
        using var identity = IdentityKeyPair.Generate(new SeededRandom(3));
        var sent = new ProvisioningMessage { Aci = ServiceId.Aci(Uuid(1)), Pni = ServiceId.Pni(Uuid(2)), AciIdentity = identity };
        var arrived = ProvisioningCipher.Decrypt(ProvisioningCipher.Encrypt(sent, Shown.Public, RandomSource.System), Shown.Private);
        Assert.Equal(sent.Write(), arrived.Write());
        Assert.Null(arrived.PniIdentity);
        Assert.Null(arrived.EntropyPool);
        Assert.Null(arrived.Number);
    }

    [Fact]
    public void The_envelope_is_that_of_the_second_implementation()
    {
        // The cipher itself: the plaintexts there are no messages, so that decryption goes as far as reading them.
        foreach (var item in Golden.Read("application").GetProperty("provisioning").EnumerateArray())
        {
            var shown = new PrivateKey(item.Bytes("shownPrivate"));
            Refused.With(ProtocolError.Malformed, () => ProvisioningCipher.Decrypt(item.Bytes("output"), shown));
            Assert.Equal(item.Bytes("output"), ProvisioningCipher.EncryptBytes(
                item.Bytes("message"), PublicKey.Read(item.Bytes("shown")), new FixedRandom(item.Bytes("ephemeral"), item.Bytes("nonce"))));
        }
    }

    [Fact]
    public void Ids_may_be_text_alone()
    {
        using var identity = IdentityKeyPair.Generate(new SeededRandom(3));
        using var writer = new ProtoWriter();
        writer.Bytes(2, identity.Private.Reveal());
        writer.Bytes(8, "9d0652a3-dcc3-4d11-975f-74d61598733f"u8);
        writer.Bytes(10, "796abedb-ca4e-4f18-8803-1fde5b921f9f"u8);
        var message = ProvisioningMessage.Read(writer.Written);
        Assert.Equal("9d0652a3-dcc3-4d11-975f-74d61598733f", message.Aci.ToString());
        Assert.Equal("PNI:796abedb-ca4e-4f18-8803-1fde5b921f9f", message.Pni.ToString());
        Assert.Equal(identity.Public, message.AciIdentity.Public);
    }

    [Fact]
    public void An_account_without_a_number_has_no_second_id()
    {
        using var sent = Message(new SeededRandom(11)) with { Pni = null, PniIdentity = null, Number = null };
        using var arrived = ProvisioningMessage.Read(sent.Write());
        Assert.Equal(sent.Aci, arrived.Aci);
        Assert.Null(arrived.Pni);
        Assert.Null(arrived.PniIdentity);
    }

    [Fact]
    public void Without_the_accounts_id_or_with_half_an_id_it_is_refused()
    {
        using var identity = IdentityKeyPair.Generate(new SeededRandom(12));
        using var none = new ProtoWriter();
        none.Bytes(2, identity.Private.Reveal());
        Refused.With(ProtocolError.Malformed, () => ProvisioningMessage.Read(none.Written));
        none.Bytes(17, new byte[16]);
        none.Bytes(18, new byte[15]);
        Refused.With(ProtocolError.Malformed, () => ProvisioningMessage.Read(none.Written));
    }

    [Fact]
    public void Halves_of_two_identity_keys_are_refused()
    {
        using var other = IdentityKeyPair.Generate(new SeededRandom(5));
        var mixed = new IdentityKeyPair(new IdentityKey(Shown.Public), other.Private);
        var message = Message(new SeededRandom(4)) with { AciIdentity = mixed };
        Refused.With(ProtocolError.Malformed, () => ProvisioningMessage.Read(message.Write()));
    }

    [Fact]
    public void A_changed_envelope_is_refused()
    {
        var envelope = ProvisioningCipher.Encrypt(Message(new SeededRandom(6)), Shown.Public, RandomSource.System);
        for (var i = 0; i < envelope.Length; i++)
        {
            byte[] changed = [.. envelope];
            changed[i] ^= 0x11;
            Assert.Throws<ProtocolException>(() => ProvisioningCipher.Decrypt(changed, Shown.Private));
        }

        for (var length = 0; length < envelope.Length; length++)
        {
            Assert.Throws<ProtocolException>(() => ProvisioningCipher.Decrypt(envelope.AsSpan(0, length), Shown.Private));
        }
    }

    [Fact]
    public void Each_refusal_says_its_reason()
    {
        var envelope = ProvisioningCipher.Encrypt(Message(new SeededRandom(7)), Shown.Public, RandomSource.System);
        using var other = KeyPair.Generate(new SeededRandom(8));
        Refused.With(ProtocolError.NotAuthentic, () => ProvisioningCipher.Decrypt(envelope, other.Private));
        Refused.With(ProtocolError.Malformed, () => ProvisioningCipher.Decrypt(new byte[Limits.ProvisioningBytes + 1], Shown.Private));

        // The body's first byte, behind the key (35 bytes) and its own tag and length (3 bytes).
        byte[] version2 = [.. envelope];
        Assert.Equal(1, version2[38]);
        version2[38] = 2;
        Refused.With(ProtocolError.UnknownVersion, () => ProvisioningCipher.Decrypt(version2, Shown.Private));
    }

    [Fact]
    public void Random_bytes_are_refused_without_an_accident()
    {
        var random = new SeededRandom(9);
        var message = Message(random).Write();
        for (var round = 0; round < 2000; round++)
        {
            byte[] changed = [.. message.AsSpan(0, random.Next(message.Length + 1))];
            for (var i = 0; i < 3 && changed.Length > 0; i++)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            try
            {
                ProvisioningMessage.Read(changed).Dispose();
            }
            catch (ProtocolException refusal)
            {
                Assert.NotEmpty(refusal.Message);
            }
        }
    }

    private static ProvisioningMessage Message(SeededRandom random) => new()
    {
        Aci = ServiceId.Aci(Uuid(1)),
        Pni = ServiceId.Pni(Uuid(2)),
        AciIdentity = IdentityKeyPair.Generate(random),
        PniIdentity = IdentityKeyPair.Generate(random),
        Number = "+14152222222",
        Code = "a code",
        UserAgent = "a client",
        ReadReceipts = true,
        ProfileKey = ProfileKey.Generate(random),
        SvrKey = new SvrKey(random.Bytes(32)),
        EntropyPool = AccountEntropyPool.Generate(random),
        EphemeralBackupKey = BackupKey.Generate(random),
        MediaRootBackupKey = BackupKey.Generate(random),
    };

    private static Guid Uuid(byte last) => new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, last], bigEndian: true);
}
