using System.Security.Cryptography;
using Fluister.Cryptography.Symmetric;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SealedSender;

namespace Fluister.Tests.Protocol.SealedSender;

public sealed class SealedSenderCipherTests
{
    private readonly SealedWorld _world = new(2);

    public static TheoryData<bool> Forms { get; } = [false, true];

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    [InlineData(true, 15)]
    [InlineData(false, 4096)]
    [InlineData(true, 10_000)]
    [InlineData(false, 100_000)]
    public void A_message_opens_as_it_was_sealed(bool many, int length)
    {
        var message = _world.Message(length);
        byte[] group = [1, 2, 3];
        var sealedBytes = Seal(many, new SealedContent(_world.Certificate, message, ContentHint.Implicit, group));
        var opened = _world.Unseal(sealedBytes);
        Assert.Equal(many ? 0x22 : 0x11, sealedBytes[0]);
        Assert.Equal(SealedWorld.AliceAddress, opened.Sender);
        Assert.Equal(_world.Alice.Public, opened.Identity);
        Assert.Equal(9u, opened.Server.Id);
        Assert.Equal((CiphertextMessageType.SenderKey, ContentHint.Implicit), (opened.Content.Type, opened.Content.Hint));
        Assert.Equal(group, opened.Content.GroupId);
        Assert.Equal(message.Serialized, opened.Content.MessageBytes);
        Assert.Equal(message.Ciphertext, Assert.IsType<SenderKeyMessage>(opened.Content.ReadMessage()).Ciphertext);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Only_the_recipient_opens_it(bool many)
    {
        var sealedBytes = Seal(many, _world.Content());
        Refused.With(ProtocolError.NotAuthentic, () => SealedSenderCipher.Open(sealedBytes, _world.Alice));
        Refused.With(ProtocolError.NotAuthentic, () => SealedSenderCipher.Open(sealedBytes, IdentityKeyPair.Generate(_world.Random)));
        Assert.Equal(SealedWorld.AliceAddress, SealedSenderCipher.Open(sealedBytes, _world.Bob).Sender.Sender);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void No_byte_of_it_can_be_changed_or_left_out(bool many)
    {
        var bytes = Seal(many, _world.Content());
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= (byte)(1 << (i % 7));
            var refusal = Record.Exception(() => SealedSenderCipher.Open(changed, _world.Bob));

            // The lower half of the version byte only says what else the sender knows.
            Assert.True(refusal is ProtocolException || (i == 0 && refusal is null), $"byte {i}: {refusal}");
            var cut = bytes[..i];
            Assert.True(Record.Exception(() => SealedSenderCipher.Open(cut, _world.Bob)) is ProtocolException, $"length {i}");
        }
    }

    [Fact]
    public void The_first_bit_of_a_point_says_nothing_to_version_2_but_is_bound()
    {
        var bytes = Seal(true, _world.Content());
        bytes[1 + 48 + 31] ^= 0x80;
        Refused.With(ProtocolError.NotAuthentic, () => SealedSenderCipher.Open(bytes, _world.Bob));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_sender_with_the_certificate_of_someone_else_is_refused(bool many)
    {
        var mallory = IdentityKeyPair.Generate(_world.Random);
        var content = _world.Content();
        var sealedBytes = Seal(many, content, mallory);
        Refused.With(ProtocolError.NotAuthentic, () => SealedSenderCipher.Open(sealedBytes, _world.Bob));
    }

    [Fact]
    public void One_recipient_cannot_seal_the_same_content_to_another()
    {
        // Bob opens a message for many and knows its key, so he can encrypt that key to Carol; the tag he cannot make.
        var carol = IdentityKeyPair.Generate(_world.Random);
        var account = ServiceId.Aci(Guid.Parse("11111111-2222-3333-4444-555555555555"));
        var recipients = new[] { Recipient(_world.Bob.Public, SealedWorld.BobAddress.Account), Recipient(carol.Public, account) };
        var content = _world.Content();
        var honest = MultiRecipientMessage.Parse(SealedSenderCipher.Seal(content, _world.Alice, recipients, [], _world.Random));
        var forged = honest.MessageFor(honest.Recipients[1]);
        Assert.Equal(SealedWorld.AliceAddress, SealedSenderCipher.Open(forged, carol).Sender.Sender);
        for (var i = 1 + 32; i < 1 + 48; i++)
        {
            forged[i] ^= 1;
            Refused.With(ProtocolError.NotAuthentic, () => SealedSenderCipher.Open(forged, carol));
            forged[i] ^= 1;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_key_pair_of_a_message_must_come_from_its_key(bool isDerived)
    {
        // Version 2 once more, by its description: everything fits, but for where the key pair is from.
        var key = _world.Random.Bytes(32);
        byte[] Derive(ReadOnlySpan<byte> input, ReadOnlySpan<byte> label, int length)
        {
            var derived = new byte[length];
            HKDF.DeriveKey(HashAlgorithmName.SHA256, input, derived, default, label);
            return derived;
        }

        byte[] Agreed(PrivateKey mine)
        {
            var shared = new byte[32];
            mine.Agree(_world.Bob.Public.Key, shared);
            return shared;
        }

        using var own = new PrivateKey(isDerived ? Derive(key, "Sealed Sender v2: r (2023-08)"u8, 32) : _world.Random.Bytes(32));
        var (point, bob) = (own.PublicKey(), _world.Bob.Public);
        var mask = Derive([.. Agreed(own), .. point.Serialized, .. bob.Serialized], "Sealed Sender v2: DH"u8, 32);
        var masked = key.Zip(mask, (left, right) => (byte)(left ^ right)).ToArray();
        var (hers, alice) = (Agreed(_world.Alice.Private), _world.Alice.Public);
        var tag = Derive(
            [.. hers, .. point.Serialized, .. masked, .. alice.Serialized, .. bob.Serialized], "Sealed Sender v2: DH-sender"u8, 16);
        var content = _world.Content().Serialized.ToArray();
        var (encrypted, contentTag) = (new byte[content.Length], new byte[16]);
        using var cipher = new AesGcmSiv(Derive(key, "Sealed Sender v2: K"u8, 32));
        cipher.Encrypt(new byte[12], content, encrypted, contentTag);
        byte[] bytes = [0x22, .. masked, .. tag, .. point.Point, .. encrypted, .. contentTag];
        if (isDerived)
        {
            Assert.Equal(content, SealedSenderCipher.Open(bytes, _world.Bob).Serialized);
        }
        else
        {
            Refused.With(ProtocolError.NotAuthentic, () => SealedSenderCipher.Open(bytes, _world.Bob));
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_certificate_is_checked(bool many)
    {
        var late = SealedWorld.Now.AddMilliseconds(1);
        var sealedBytes = Seal(many, _world.Content());
        Refused.With(ProtocolError.ExpiredCertificate, () => Unseal(sealedBytes, SealedWorld.BobAddress, _world.Root.Public, late));
        var stranger = _world.Server.Public;
        Refused.With(ProtocolError.UntrustedCertificate, () => Unseal(sealedBytes, SealedWorld.BobAddress, stranger, SealedWorld.Now));
    }

    [Fact]
    public void The_own_device_is_refused_and_another_of_the_account_is_not()
    {
        var sealedBytes = Seal(false, _world.Content());
        var (root, account) = (_world.Root.Public, SealedWorld.AliceAddress.Account);
        Refused.With(ProtocolError.SelfSend, () => Unseal(sealedBytes, SealedWorld.AliceAddress, root, SealedWorld.Now));
        Assert.Equal(1, Unseal(sealedBytes, new ProtocolAddress(account, 2), root, SealedWorld.Now).Sender.Device);

        // By its phone number as well, where certificates state it.
        var numbered = _world.Certify(SealedWorld.AliceAddress, _world.Alice.Public, phoneNumber: "+14152222222");
        var withNumber = Seal(false, new SealedContent(numbered, _world.Message(1)));
        UnsealedMessage As(int device, string number) => SealedSenderCipher.Unseal(
            withNumber, _world.Bob, new(SealedWorld.BobAddress.Account, device), [root], SealedWorld.Now, phoneNumber: number);
        Refused.With(ProtocolError.SelfSend, () => As(1, "+14152222222"));
        Assert.Equal(SealedWorld.AliceAddress, As(2, "+14152222222").Sender);
        Assert.Equal(SealedWorld.AliceAddress, As(1, "+14153333333").Sender);

        // The certificate comes first: an untrusted one says nothing about the sender.
        var stranger = _world.Server.Public;
        Refused.With(ProtocolError.UntrustedCertificate, () => Unseal(sealedBytes, SealedWorld.AliceAddress, stranger, SealedWorld.Now));
    }

    [Theory]
    [InlineData(0x00, ProtocolError.LegacyVersion)]
    [InlineData(0x33, ProtocolError.UnknownVersion)]
    [InlineData(0xff, ProtocolError.UnknownVersion)]
    public void Other_versions_are_refused(byte version, ProtocolError error)
    {
        var bytes = Seal(false, _world.Content());
        bytes[0] = version;
        Refused.With(error, () => SealedSenderCipher.Open(bytes, _world.Bob));
    }

    [Fact]
    public void Lengths_beyond_the_limit_are_refused()
    {
        Refused.With(ProtocolError.Malformed, () => SealedSenderCipher.Open([], _world.Bob));
        Refused.With(ProtocolError.Malformed, () => SealedSenderCipher.Open([0x11, .. new byte[Limits.MessageBytes]], _world.Bob));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_key_of_small_order_is_refused(bool many)
    {
        var zero = new IdentityKey(PublicKey.FromPoint(new byte[32]));
        Refused.With(ProtocolError.BadKey, () => Seal(many, _world.Content(), recipient: zero));
        var bytes = Seal(many, _world.Content());
        bytes.AsSpan(many ? 49 : 4, 32).Clear();
        Refused.With(ProtocolError.BadKey, () => SealedSenderCipher.Open(bytes, _world.Bob));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    public void Each_of_many_opens_what_the_service_delivers(int count)
    {
        var identities = Enumerable.Range(0, count).Select(_ => IdentityKeyPair.Generate(_world.Random)).ToArray();
        var recipients = identities.Select((identity, i) => new SealedRecipient(
            i % 3 == 0 ? ServiceId.Pni(Id(i)) : ServiceId.Aci(Id(i)),
            identity.Public,
            [.. Enumerable.Range(1, 1 + (i % 4)).Select(d => new SealedDevice(d * 31, (uint)((i * 163) + d) & 0x3fff))])).ToArray();
        ServiceId[] excluded = [ServiceId.Aci(Id(1000)), ServiceId.Pni(Id(1001))];
        var content = _world.Content(1024);
        var message = MultiRecipientMessage.Parse(SealedSenderCipher.Seal(content, _world.Alice, recipients, excluded, _world.Random));
        Assert.Equal(excluded, message.Excluded);
        Assert.Equal(count, message.Recipients.Count);
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(recipients[i].Account, message.Recipients[i].Account);
            Assert.Equal(recipients[i].Devices, message.Recipients[i].Devices);
            var opened = SealedSenderCipher.Unseal(
                message.MessageFor(message.Recipients[i]), identities[i], SealedWorld.BobAddress, [_world.Root.Public], SealedWorld.Now);
            Assert.Equal(content.MessageBytes, opened.Content.MessageBytes);
            var (delivered, another) = (message.MessageFor(message.Recipients[i]), identities[(i + 1) % count]);
            Refused.With(ProtocolError.NotAuthentic, () => SealedSenderCipher.Open(delivered, another));
        }
    }

    [Fact]
    public void The_same_random_bytes_give_the_same_message_on_one_core_or_many()
    {
        var identities = Enumerable.Range(0, 40).Select(_ => IdentityKeyPair.Generate(_world.Random).Public);
        var recipients = identities.Select((identity, i) => Recipient(identity, ServiceId.Aci(Id(i)))).ToArray();
        var content = _world.Content();
        var all = SealedSenderCipher.Seal(content, _world.Alice, recipients, [], new SeededRandom(5));
        var few = SealedSenderCipher.Seal(content, _world.Alice, recipients[..3], [], new SeededRandom(5));
        var (allParsed, fewParsed) = (MultiRecipientMessage.Parse(all), MultiRecipientMessage.Parse(few));
        Assert.Equal(allParsed.Shared.Span, fewParsed.Shared.Span);
        Assert.Equal(allParsed.MessageFor(allParsed.Recipients[2]), fewParsed.MessageFor(fewParsed.Recipients[2]));
    }

    [Theory]
    [InlineData(1, 0x4000u)]
    [InlineData(1, uint.MaxValue)]
    [InlineData(0, 1u)]
    [InlineData(128, 1u)]
    public void A_device_out_of_range_is_refused(int device, uint registrationId)
    {
        SealedDevice[] devices = [new(1, 0x3fff), new(device, registrationId)];
        var recipient = new SealedRecipient(SealedWorld.BobAddress.Account, _world.Bob.Public, devices);
        var content = _world.Content();
        Refused.With(ProtocolError.Malformed, () => SealedSenderCipher.Seal(content, _world.Alice, [recipient], [], _world.Random));
    }

    [Fact]
    public void A_list_of_recipients_that_the_service_would_refuse_is_the_caller_s_mistake()
    {
        var bob = Recipient(_world.Bob.Public, SealedWorld.BobAddress.Account);
        void Wrong(SealedRecipient[] recipients, ServiceId[] excluded) => Assert.Throws<ArgumentException>(
            () => SealedSenderCipher.Seal(_world.Content(), _world.Alice, recipients, excluded, _world.Random));
        Wrong([bob, bob], []);
        Wrong([bob], [bob.Account]);
        Wrong([], [bob.Account, bob.Account]);
        Wrong([bob with { Devices = [] }], []);
        Wrong([.. Enumerable.Range(0, Limits.MultiRecipients + 1).Select(i => bob with { Account = ServiceId.Aci(Id(i)) })], []);
    }

    private static Guid Id(int number) => new(number, 0x7000, 0x11eb, 0xb3, 0x2a, 0x33, 0xb8, 0xa8, 0xa4, 0x87, 0xa6);

    private static SealedRecipient Recipient(IdentityKey identity, ServiceId account) => new(account, identity, [new SealedDevice(1, 77)]);

    private UnsealedMessage Unseal(byte[] bytes, ProtocolAddress self, PublicKey root, DateTimeOffset now) =>
        SealedSenderCipher.Unseal(bytes, _world.Bob, self, [root], now);

    // As it is delivered.
    private byte[] Seal(bool many, SealedContent content, IdentityKeyPair? sender = null, IdentityKey? recipient = null)
    {
        var (from, to) = (sender ?? _world.Alice, recipient ?? _world.Bob.Public);
        if (!many)
        {
            return SealedSenderCipher.Seal(content, from, to, _world.Random);
        }

        var sent = SealedSenderCipher.Seal(content, from, [Recipient(to, SealedWorld.BobAddress.Account)], [], _world.Random);
        var parsed = MultiRecipientMessage.Parse(sent);
        return parsed.MessageFor(parsed.Recipients[0]);
    }
}
