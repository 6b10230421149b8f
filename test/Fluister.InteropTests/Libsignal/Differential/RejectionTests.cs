using Fluister.InteropTests.Libsignal.Pairings;
using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Tests.Protocol;
using Fluister.Tests.Protocol.Fuzzing;

namespace Fluister.InteropTests.Libsignal.Differential;

/// <summary>Every refusal by name: the official package refuses, and so do we, with the error that says why; and what both take.</summary>
public sealed class RejectionTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    private static readonly byte[] Text = "text"u8.ToArray();

    /// <summary>What is wrong with a message under a MAC that fits, and what we say; nothing where both must take it.</summary>
    private static readonly Dictionary<string, (Func<Forge, byte[]> Message, ProtocolError? Error)> Messages = new(StringComparer.Ordinal)
    {
        ["nothing"] = (f => f.Message(Text), null),
        ["an unknown field"] = (f => f.Message(Text, fault: m => [.. m, Field(99, [1, 2])]), null),
        ["an unknown group"] = (
            f => f.Message(Text, fault: m => [.. m, new() { Number = 99, Type = 3 }, new() { Number = 99, Type = 4 }]), null),
        ["fields in another order"] = (f => f.Message(Text, fault: m => m.AsEnumerable().Reverse()), null),
        ["a long form of a number"] = (f => f.Message(Text, fault: m => m.Select(x => x.Number == 2 ? x with { Padding = 4 } : x)), null),
        ["a counter twice, the last right"] = (f => f.Message(Text, fault: m => [new() { Number = 2, Type = 0, Value = 77 }, .. m]), null),
        ["no previous counter"] = (f => f.Message(Text, fault: m => m.Where(x => x.Number != 3)), null),
        ["another previous counter"] = (f => f.Message(Text, fault: m => Set(m, 3, value: 12345)), null),
        ["bytes behind the ratchet key"] = (f => f.Message(Text, fault: m => Set(m, 1, [.. f.RatchetKey, 9])), null),
        ["no text"] = (f => f.Message([]), null),
        ["version 0"] = (f => f.Message(Text, version: 0x04), ProtocolError.LegacyVersion),
        ["version 2"] = (f => f.Message(Text, version: 0x24), ProtocolError.LegacyVersion),
        ["version 3 in a session of version 4"] = (f => f.Message(Text, version: 0x34), ProtocolError.UnknownVersion),
        ["version 5"] = (f => f.Message(Text, version: 0x54), ProtocolError.UnknownVersion),
        ["no post-quantum part"] = (f => f.Message(Text, fault: m => m.Where(x => x.Number != 5)), ProtocolError.PostQuantumMissing),
        ["an empty post-quantum part"] = (f => f.Message(Text, fault: m => Set(m, 5, [])), ProtocolError.PostQuantumMissing),
        ["a post-quantum part of version 0"] = (f => f.Message(Text, fault: m => SetFirst(m, 5, 0)), ProtocolError.PostQuantumMissing),
        ["a post-quantum part of version 2"] = (f => f.Message(Text, fault: m => SetFirst(m, 5, 2)), ProtocolError.UnknownVersion),
        ["a post-quantum part cut short"] = (f => f.Message(Text, fault: m => Set(m, 5, x => x[..2])), ProtocolError.Malformed),
        ["another MAC"] = (f => Turned(f.Message(Text), ^1), ProtocolError.NotAuthentic),
        ["another content"] = (f => Turned(f.Message(Text), 50), ProtocolError.NotAuthentic),
        ["no ratchet key"] = (f => f.Message(Text, fault: m => m.Where(x => x.Number != 1)), ProtocolError.Malformed),
        ["no counter"] = (f => f.Message(Text, fault: m => m.Where(x => x.Number != 2)), ProtocolError.Malformed),
        ["no content"] = (f => f.Message(Text, fault: m => m.Where(x => x.Number != 4)), ProtocolError.Malformed),
        ["an empty content"] = (f => f.Message(Text, fault: m => Set(m, 4, [])), ProtocolError.Malformed),
        ["a content of half a block"] = (f => f.Message(Text, fault: m => Set(m, 4, new byte[8])), ProtocolError.Malformed),
        ["a content without padding"] = (f => f.Message(new byte[16], padded: false), ProtocolError.Malformed),
        ["a ratchet key of another type"] = (f => f.Message(Text, fault: m => SetFirst(m, 1, 6)), ProtocolError.BadKey),
        ["a short ratchet key"] = (f => f.Message(Text, fault: m => Set(m, 1, x => x[..32])), ProtocolError.BadKey),
        ["a ratchet key of small order"] = (f => f.Message(Text, fault: m => Set(m, 1, [5, .. new byte[32]])), ProtocolError.BadKey),
        ["a foreign ratchet key"] = (f => f.Message(Text, fault: m => Set(m, 1, [5, 9, .. new byte[31]])), ProtocolError.NotAuthentic),
        ["25,000 messages left out"] = (f => f.Message(Text, ahead: 25_000), null),
        ["25,001 messages left out"] = (f => f.Message(Text, ahead: 25_001), ProtocolError.TooFarAhead),
        ["the highest counter"] = (f => f.Message(Text, fault: m => Set(m, 2, value: uint.MaxValue)), ProtocolError.TooFarAhead),
        ["a counter beyond 32 bits"] = (f => f.Message(Text, fault: m => Set(m, 2, value: (1UL << 32) + f.Counter)), null),
        ["the addresses of others"] = (f => f.Message(Text, fault: m => [.. m, Field(6, new byte[36])]), ProtocolError.NotAuthentic),
        ["addresses cut short"] = (f => f.Message(Text, fault: m => [.. m, Field(6, new byte[35])]), ProtocolError.NotAuthentic),
        ["empty addresses"] = (f => f.Message(Text, fault: m => [.. m, Field(6, [])]), ProtocolError.NotAuthentic),
        ["the right addresses"] = (f => f.Message(Text, fault: m => [.. m, Field(6, RightAddresses)]), null),
        ["the addresses the wrong way round"] = (
            f => f.Message(Text, fault: m => [.. m, Field(6, [.. RightAddresses[18..], .. RightAddresses[..18]])]),
            ProtocolError.NotAuthentic),
        ["nothing at all"] = (_ => [], ProtocolError.Malformed),
        ["a version byte only"] = (_ => [0x44], ProtocolError.Malformed),
        ["nine bytes"] = (_ => [0x44, .. new byte[8]], ProtocolError.Malformed),
        ["a byte behind the MAC"] = (f => [.. f.Message(Text), 0], ProtocolError.Malformed),
        ["a field that is cut off"] = (f => f.Message(Text)[..40], ProtocolError.Malformed),
        ["a field's length beyond the end"] = (
            f => f.Message(Text, fault: m => m.Select(x => x.Number == 4 ? x with { LengthError = 1000 } : x)), ProtocolError.Malformed),
        ["field number 0"] = (f => f.Message(Text, fault: m => [.. m, new() { Number = 0, Type = 0 }]), ProtocolError.Malformed),
        ["a number as bytes"] = (
            f => f.Message(Text, fault: m => [.. m.Where(x => x.Number != 2), Field(2, [0])]), ProtocolError.Malformed),
        ["wire type 7"] = (f => f.Message(Text, fault: m => [.. m, new() { Number = 99, Type = 7 }]), ProtocolError.Malformed),
    };

    /// <summary>The same of what stands around it in a pre-key message.</summary>
    private static readonly Dictionary<string, (Func<List<ProtoField>, IEnumerable<ProtoField>> Fault, ProtocolError? Error)> Handshakes =
        new(StringComparer.Ordinal)
        {
            ["nothing"] = (m => m, null),
            ["another registration id"] = (m => Set(m, 5, value: 99), null),
            ["no registration id"] = (m => m.Where(f => f.Number != 5), null),
            ["bytes behind the base key"] = (m => Set(m, 2, x => [.. x, 0]), null),
            ["no one-time key"] = (m => m.Where(f => f.Number != 1), ProtocolError.NotAuthentic),
            ["no KEM id"] = (m => m.Where(f => f.Number != 7), ProtocolError.PostQuantumMissing),
            ["no KEM ciphertext"] = (m => m.Where(f => f.Number != 8), ProtocolError.PostQuantumMissing),
            ["no KEM part"] = (m => m.Where(f => f.Number is not 7 and not 8), ProtocolError.PostQuantumMissing),
            ["a KEM ciphertext of ML-KEM-1024"] = (m => SetFirst(m, 8, 0x0a), ProtocolError.BadKey),
            ["a KEM ciphertext of Kyber-768"] = (m => SetFirst(m, 8, 0x07), ProtocolError.BadKey),
            ["a short KEM ciphertext"] = (m => Set(m, 8, x => x[..^1]), ProtocolError.BadKey),
            ["a long KEM ciphertext"] = (m => Set(m, 8, x => [.. x, 0]), ProtocolError.BadKey),
            ["an empty KEM ciphertext"] = (m => Set(m, 8, []), ProtocolError.BadKey),
            ["another KEM ciphertext"] = (m => Set(m, 8, x => Turned(x, 100)), ProtocolError.NotAuthentic),
            ["an unknown KEM pre-key"] = (m => Set(m, 7, value: 999), ProtocolError.UnknownPreKey),
            ["an unknown signed pre-key"] = (m => Set(m, 6, value: 999), ProtocolError.UnknownPreKey),
            ["an unknown one-time pre-key"] = (m => Set(m, 1, value: 999), ProtocolError.UnknownPreKey),
            ["no signed pre-key"] = (m => m.Where(f => f.Number != 6), ProtocolError.Malformed),
            ["no base key"] = (m => m.Where(f => f.Number != 2), ProtocolError.Malformed),
            ["no identity key"] = (m => m.Where(f => f.Number != 3), ProtocolError.Malformed),
            ["no message"] = (m => m.Where(f => f.Number != 4), ProtocolError.Malformed),
            ["a message that is none"] = (m => Set(m, 4, new byte[50]), ProtocolError.LegacyVersion),
            ["a base key of small order"] = (m => Set(m, 2, [5, .. new byte[32]]), ProtocolError.BadKey),
            ["a base key that is not reduced"] = (
                m => Set(m, 2, [5, 0xf0, .. Enumerable.Repeat((byte)0xff, 30), 0x7f]), ProtocolError.BadKey),
            ["a base key with its high bit set"] = (m => Set(m, 2, x => [.. x[..32], (byte)(x[32] | 0x80)]), ProtocolError.BadKey),
            ["a base key of another type"] = (m => SetFirst(m, 2, 0), ProtocolError.BadKey),
            ["an identity key of another type"] = (m => SetFirst(m, 3, 0), ProtocolError.BadKey),
            ["another identity key"] = (m => Set(m, 3, [5, 9, .. new byte[31]]), ProtocolError.UntrustedIdentity),
        };

    private static byte[] RightAddresses
    {
        get
        {
            var bytes = new byte[36];
            PairingParties.Alice.Account.WriteFixedWidth(bytes);
            PairingParties.Bob.Account.WriteFixedWidth(bytes.AsSpan(18));
            (bytes[17], bytes[35]) = ((byte)PairingParties.Alice.Device, (byte)PairingParties.Bob.Device);
            return bytes;
        }
    }

    public static TheoryData<string> MessageNames => [.. Messages.Keys];

    public static TheoryData<string> HandshakeNames => [.. Handshakes.Keys];

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void A_message_with(string fault)
    {
        var (make, error) = Messages[fault];
        var (alice, bob) = Pairing.OfficialOfficial.MakeWithSession(official);
        bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, [1]));
        alice.Decrypt(bob.Address, bob.Encrypt(alice.Address, [2]));
        bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, [3]));
        var message = make(new Forge(alice.ExportSession(bob.Address)!, new SeededRandom(1)));
        var ours = new OurParty(bob.Address, bob.Identity, bob.RegistrationId);
        ours.ImportSession(alice.Address, bob.ExportSession(alice.Address));
        AssertBoth(bob, ours, alice, new WireMessage(2, message), error);
    }

    [Theory]
    [MemberData(nameof(HandshakeNames))]
    public void A_handshake_with(string fault)
    {
        var (make, error) = Handshakes[fault];
        var (alice, bob) = Pairing.OfficialOfficial.Make(official);
        var bundle = bob.MakeBundle(oneTime: true);
        alice.Begin(bob.Address, bundle);
        var real = alice.Encrypt(bob.Address, Text).Bytes;
        byte[] message = [real[0], .. ProtoField.Write(make(ProtoField.Parse(real.AsSpan(1))!))];
        var ours = new OurParty(bob.Address, bob.Identity, bob.RegistrationId);
        ours.AddPreKeys(bundle.Records);
        var identity = IdentityKeyPair.Read(alice.Identity).Public.Serialized.ToArray();
        ours.Pin(alice.Address, identity);
        bob.Pin(alice.Address, identity);
        AssertBoth(bob, ours, alice, new WireMessage(3, message), error);
    }

    [Theory]
    [InlineData(0x24, ProtocolError.LegacyVersion)]
    [InlineData(0x34, ProtocolError.LegacyVersion)]
    [InlineData(0x54, ProtocolError.UnknownVersion)]
    public void A_handshake_of_another_version_is_refused(byte version, ProtocolError error)
    {
        var (alice, bob) = Pairing.OfficialOfficial.Make(official);
        var bundle = bob.MakeBundle(oneTime: true);
        alice.Begin(bob.Address, bundle);
        var real = alice.Encrypt(bob.Address, Text).Bytes;
        var ours = new OurParty(bob.Address, bob.Identity, bob.RegistrationId);
        ours.AddPreKeys(bundle.Records);
        AssertBoth(bob, ours, alice, new WireMessage(3, [version, .. real[1..]]), error);
    }

    [Fact]
    public void A_message_without_a_session_is_refused()
    {
        var (alice, bob) = Pairing.OfficialOfficial.MakeWithSession(official);
        bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, [1]));
        var message = bob.Encrypt(alice.Address, [2]);
        alice.ImportSession(bob.Address, null);
        AssertBoth(alice, new OurParty(alice.Address, alice.Identity), bob, message, ProtocolError.NoSession);
    }

    [Theory]
    [InlineData("the signed pre-key's signature", ProtocolError.BadSignature)]
    [InlineData("the KEM pre-key's signature", ProtocolError.BadSignature)]
    [InlineData("both signatures exchanged", ProtocolError.BadSignature)]
    [InlineData("a signed pre-key of small order, signed", ProtocolError.BadKey)]
    [InlineData("a one-time pre-key of small order", ProtocolError.BadKey)]
    [InlineData("a KEM pre-key of ML-KEM-1024, signed", ProtocolError.BadKey)]
    [InlineData("a short KEM pre-key, signed", ProtocolError.BadKey)]
    [InlineData("a signed pre-key of another type, signed", ProtocolError.BadKey)]
    [InlineData("another identity key than the pinned one", ProtocolError.UntrustedIdentity)]
    [InlineData("nothing", null)]
    public void Both_judge_published_keys_alike(string fault, ProtocolError? error)
    {
        var (alice, bob) = Pairing.OfficialOfficial.Make(official);
        var identity = IdentityKeyPair.Read(bob.Identity);
        var bundle = bob.MakeBundle(oneTime: true);
        byte[] Sign(byte[] key) => identity.Private.Sign(key, new SeededRandom(5));
        byte[] small = [5, .. new byte[32]];
        byte[] another = [0x0a, .. bundle.KyberPreKey[1..]];
        var changed = fault switch
        {
            "the signed pre-key's signature" => bundle with { SignedPreKeySignature = Turned(bundle.SignedPreKeySignature, 3) },
            "the KEM pre-key's signature" => bundle with { KyberPreKeySignature = Turned(bundle.KyberPreKeySignature, 3) },
            "both signatures exchanged" => bundle with
            {
                SignedPreKeySignature = bundle.KyberPreKeySignature,
                KyberPreKeySignature = bundle.SignedPreKeySignature,
            },
            "a signed pre-key of small order, signed" => bundle with { SignedPreKey = small, SignedPreKeySignature = Sign(small) },
            "a one-time pre-key of small order" => bundle with { PreKey = small },
            "a KEM pre-key of ML-KEM-1024, signed" => bundle with { KyberPreKey = another, KyberPreKeySignature = Sign(another) },
            "a short KEM pre-key, signed" => bundle with
            {
                KyberPreKey = bundle.KyberPreKey[..^1],
                KyberPreKeySignature = Sign(bundle.KyberPreKey[..^1]),
            },
            "a signed pre-key of another type, signed" => bundle with
            {
                SignedPreKey = [6, .. bundle.SignedPreKey[1..]],
                SignedPreKeySignature = Sign([6, .. bundle.SignedPreKey[1..]]),
            },
            _ => bundle,
        };
        var ours = new OurParty(alice.Address, alice.Identity);
        if (error == ProtocolError.UntrustedIdentity)
        {
            var other = IdentityKeyPair.Read(alice.Identity).Public.Serialized.ToArray();
            ours.Pin(bob.Address, other);
            alice.Pin(bob.Address, other);
        }

        var theirs = Verdict.Of(() => Begin(alice));
        var own = Verdict.Of(() => Begin(ours));
        Assert.Equal(error is null, theirs.IsAccepted);
        Assert.Equal(error is null ? "accepted" : error.ToString(), own.Detail.Split(':')[0]);
        if (error is not null)
        {
            // Nothing was begun: there is still no session to send in.
            Assert.False(Verdict.Of(() => ours.Encrypt(bob.Address, Text).Bytes).IsAccepted);
        }

        byte[] Begin(IParty party)
        {
            party.Begin(bob.Address, changed);
            return [];
        }
    }

    private static void AssertBoth(IParty theirs, OurParty ours, IParty sender, WireMessage message, ProtocolError? error)
    {
        var before = ours.ExportSession(sender.Address) ?? [];
        var own = Verdict.Of(() => ours.Decrypt(sender.Address, message));
        var official = Verdict.Of(() => theirs.Decrypt(sender.Address, message));
        Assert.True(error is null == official.IsAccepted, $"official: {official}; ours: {own}");
        Assert.True((error is null ? "accepted" : error.ToString()) == own.Detail.Split(':')[0], $"official: {official}; ours: {own}");
        Assert.Equal(official.Text, own.Text);
        if (error is not null)
        {
            Assert.Equal(before, ours.ExportSession(sender.Address) ?? []);
        }
    }

    private static ProtoField Field(ulong number, byte[] content) => new() { Number = number, Type = 2, Content = content };

    private static IEnumerable<ProtoField> Set(List<ProtoField> fields, ulong number, byte[] content) => Set(fields, number, _ => content);

    private static IEnumerable<ProtoField> Set(List<ProtoField> fields, ulong number, Func<byte[], byte[]> change) =>
        fields.Select(f => f.Number == number ? f with { Content = change(f.Content) } : f);

    private static IEnumerable<ProtoField> Set(List<ProtoField> fields, ulong number, ulong value) =>
        fields.Select(f => f.Number == number ? f with { Value = value } : f);

    private static IEnumerable<ProtoField> SetFirst(List<ProtoField> fields, ulong number, byte value) =>
        Set(fields, number, x => [value, .. x[1..]]);

    private static byte[] Turned(byte[] bytes, Index at)
    {
        var turned = (byte[])bytes.Clone();
        turned[at] ^= 1;
        return turned;
    }
}
