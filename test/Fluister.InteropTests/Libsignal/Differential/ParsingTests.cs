using System.Text;
using System.Text.Json;
using Fluister.InteropTests.Libsignal.Pairings;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.PreKeys;
using Fluister.Protocol.SealedSender;
using Fluister.Tests.Protocol.Fuzzing;

namespace Fluister.InteropTests.Libsignal.Differential;

/// <summary>What the official package parses we parse, what it refuses we refuse: the same changed bytes for both.</summary>
public sealed class ParsingTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    private const int Rounds = 250;
    private const string Group = "d1d1d1d1-7000-11eb-b32a-33b8a8a487a6";

    public static TheoryData<string> Names =>
    [
        "public key", "KEM public key", "KEM secret key", "identity key pair", "service id", "service id text",
        "one-time pre-key", "signed pre-key", "KEM pre-key",
        "message", "pre-key message", "sender key message", "sender key distribution",
        "plaintext content", "decryption error", "server certificate", "sender certificate", "sealed content", "multi-recipient message",
    ];

    [Theory]
    [InlineData("9d0652a3-dcc3-4d11-975f-74d61598733f", true)]
    [InlineData("9D0652A3-DCC3-4D11-975F-74D61598733F", true)]
    [InlineData("PNI:9d0652a3-dcc3-4d11-975f-74d61598733f", true)]
    [InlineData("pni:9d0652a3-dcc3-4d11-975f-74d61598733f", false)]
    [InlineData("ACI:9d0652a3-dcc3-4d11-975f-74d61598733f", false)]
    [InlineData("PNI:PNI:9d0652a3-dcc3-4d11-975f-74d61598733f", false)]
    [InlineData(" 9d0652a3-dcc3-4d11-975f-74d61598733f", false)]
    [InlineData("9d0652a3-dcc3-4d11-975f-74d61598733f ", false)]
    [InlineData("PNI: 9d0652a3-dcc3-4d11-975f-74d61598733f", false)]
    [InlineData("{9d0652a3-dcc3-4d11-975f-74d61598733f}", false)]
    [InlineData("9d0652a3dcc34d11975f74d61598733f", false)]
    [InlineData("+d0652a3-dcc3-4d11-975f-74d61598733f", false)]
    [InlineData("0x0652a3-dcc3-4d11-975f-74d61598733f", false)]
    [InlineData("9d0652a3-0xc3-4d11-975f-74d61598733f", false)]
    [InlineData("9d0652a3-dcc3-+d11-975f-74d61598733f", false)]
    [InlineData("9d0652a3-dcc3-4d11-975f-0x74d6159873", false)]
    [InlineData("00000000-0000-0000-0000-000000000000", true)]
    [InlineData("", false)]
    [InlineData("PNI:", false)]
    public void Both_read_the_same_texts_as_service_ids(string text, bool isOne)
    {
        var theirs = Verdict.Of(() => official.Call("serviceId.read", new { text }).Bytes("fixedWidth"));
        Assert.Equal(isOne, theirs.IsAccepted);
        Assert.Equal(isOne, ServiceId.TryParse(text, out _));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Both_parse_the_same_bytes(string name)
    {
        var (seeds, operation, fields, ours, header) = Target(name);
        var sent = new List<(int Seed, byte[] Bytes, Task<JsonElement> Answer)>();
        var (first, rounds) = (FuzzRounds.FirstSeed, FuzzRounds.Of(Rounds));
        for (var seed = first - seeds.Length; seed < first + rounds; seed++)
        {
            // The first are as they were made, so that what agrees is not refusals only.
            var bytes = seed < first ? seeds[first - 1 - seed] : new ProtoMutation(seed).Mutate(seeds[seed % seeds.Length], header);
            sent.Add((seed, bytes, official.Send(operation, fields(bytes))));
        }

        var (taken, refused) = (0, 0);
        var differences = new List<string>();
        foreach (var (seed, bytes, answer) in sent)
        {
            var theirs = Verdict.Of(() =>
            {
                official.Wait(answer);
                return [];
            });
            var own = Verdict.Of(() =>
            {
                ours(bytes);
                return [];
            });
            if (theirs.IsAccepted != own.IsAccepted && !(theirs.IsAccepted && IsStricter(name, answer, own)))
            {
                differences.Add($"seed {seed}: official {theirs}; ours {own}\n{Convert.ToHexString(bytes)}");
            }

            Assert.True(seed >= first || theirs.IsAccepted, $"{name}: the official package refuses a valid one: {theirs}");
            _ = theirs.IsAccepted ? taken++ : refused++;
        }

        Assert.True(
            differences.Count == 0, $"{name}: {differences.Count} of {sent.Count} differ\n{string.Join('\n', differences.Take(12))}");
        Assert.True(taken >= seeds.Length && refused > rounds / 50, $"{name}: {taken} taken, {refused} refused");
    }

    // The official package takes any text for a sender's account; ours only that of a service id, as its own next version will.
    // It keeps any number of milliseconds as the time of a pre-key; ours only what lies in the calendar. Both on purpose.
    private bool IsStricter(string name, Task<JsonElement> answer, Verdict ours) => !ours.IsAccepted && name switch
    {
        "sender certificate" => !ServiceId.TryParse(answer.Result.Text("account"), out _),
        "sealed content" => !ServiceId.TryParse(
            official.Call("certificate.readSender", new { certificate = answer.Result.Bytes("certificate") }).Text("account"), out _),
        "signed pre-key" or "KEM pre-key" => ours.Detail.Contains("calendar", StringComparison.Ordinal),
        _ => false,
    };

    private (byte[][] Seeds, string Operation, Func<byte[], object> Fields, Action<byte[]> Ours, int Header) Target(string name)
    {
        var (alice, bob) = Pairing.OfficialOfficial.Make(official);
        var bundle = bob.MakeBundle(oneTime: true);
        alice.Begin(bob.Address, bundle);
        var records = bundle.Records;
        switch (name)
        {
            case "public key":
                return ([bundle.IdentityKey, bundle.SignedPreKey], "key.read", b => new { publicKey = b }, b => PublicKey.Read(b), 0);
            case "KEM public key":
                return ([bundle.KyberPreKey], "kem.readPublic", b => new { publicKey = b }, b => KemPublicKey.Read(b), 1);
            case "KEM secret key":
                var kem = official.Call("kem.generate");
                var publicKey = kem.Bytes("publicKey");
                byte[][] secrets = [kem.Bytes("secretKey")];
                return (secrets, "kem.readSecret", b => new { secretKey = b }, b => KemKeyPair.Read(publicKey, b).Dispose(), 1);
            case "identity key pair":
                return ([alice.Identity], "identity.read", b => new { identity = b }, b => IdentityKeyPair.Read(b).Dispose(), 0);
            case "service id":
                byte[][] ids = [[.. new byte[15], 1], [1, .. new byte[15], 1]];
                return (ids, "serviceId.read", b => new { bytes = b }, b => Assert.True(ServiceId.TryRead(b, out _) || Refuse()), 0);
            case "service id text":
                byte[][] texts =
                [
                    .. new[] { alice, bob }.Select(party => Encoding.Latin1.GetBytes(party.Address.Account.ToString())),
                    "9D0652A3-DCC3-4D11-975F-74D61598733F"u8.ToArray(),
                ];
                static void ReadText(byte[] b) => Assert.True(ServiceId.TryParse(Text(b), out _) || Refuse());
                return (texts, "serviceId.read", b => new { text = Text(b) }, ReadText, 0);
            case "one-time pre-key":
                return ([records.PreKey!], "preKeys.read", b => new { kind = "oneTime", bytes = b }, b => PreKey.Read(b).Dispose(), 0);
            case "signed pre-key":
                return (
                    [records.SignedPreKey],
                    "preKeys.read",
                    b => new { kind = "signed", bytes = b },
                    b => SignedPreKey.Read(b).Dispose(),
                    0);
            case "KEM pre-key":
                return ([records.KyberPreKey], "preKeys.read", b => new { kind = "kyber", bytes = b }, b => KemPreKey.Read(b).Dispose(), 0);
            case "message":
                bob.Decrypt(alice.Address, alice.Encrypt(bob.Address, [1]));
                byte[][] messages = [bob.Encrypt(alice.Address, [2]).Bytes, bob.Encrypt(alice.Address, new byte[100]).Bytes];
                return (messages, "message.read", Bytes, b => SignalMessage.Parse(b), 1);
            case "pre-key message":
                return ([alice.Encrypt(bob.Address, [1]).Bytes], "message.readPreKey", Bytes, b => PreKeySignalMessage.Parse(b), 1);
            case "sender key message":
                return ([GroupMessage(alice)], "message.readSenderKey", Bytes, b => SenderKeyMessage.Parse(b), 1);
            case "sender key distribution":
                return ([Distribution(alice)], "message.readDistribution", Bytes, b => SenderKeyDistributionMessage.Parse(b), 1);
            case "plaintext content":
                var bytes = GroupMessage(alice);
                var error = official.Call("error.make", new { bytes, type = 7, timestamp = Certificates.Now, device = 2 });
                var plaintext = official.Call("plaintext.make", new { error = error.Bytes("bytes") }).Bytes("bytes");
                return ([plaintext], "plaintext.read", Bytes, b => PlaintextContent.Parse(b), 1);
            case "decryption error":
                var lost = alice.Encrypt(bob.Address, [1]);
                var report = official.Call("error.make", new { bytes = lost.Bytes, type = 3, timestamp = Certificates.Now, device = 2 });
                return ([report.Bytes("bytes")], "error.read", Bytes, b => DecryptionErrorMessage.Parse(b), 0);
            case "server certificate":
                var certificates = Certificates.Make(official, alice);
                return ([certificates.Server], "certificate.readServer", Certificate, b => ServerCertificate.Read(b), 0);
            case "sender certificate":
                var certified = Certificates.Make(official, alice);
                return ([certified.Sender], "certificate.readSender", Certificate, b => SenderCertificate.Read(b), 0);
            case "sealed content":
                return ([Content(alice)], "content.read", b => new { content = b }, b => SealedContent.Read(b), 0);
            default:
                var many = official.CallBytes(
                    "sealed.sealToMany",
                    new
                    {
                        party = ((OfficialParty)alice).Name,
                        content = Content(alice),
                        recipients = new[] { new { address = bob.Address.Account.ToString(), device = bob.Address.Device } },
                        excluded = new[] { alice.Address.Account.ToString() },
                    });
                return ([many], "sealed.fanOut", Bytes, b => MultiRecipientMessage.Parse(b), 1);
        }

        static object Bytes(byte[] b) => new { bytes = b };
        static object Certificate(byte[] b) => new { certificate = b };
        static string Text(byte[] b) => Encoding.Latin1.GetString(b);
        static bool Refuse() => throw new ProtocolException(ProtocolError.Malformed, "Not a service id.");
    }

    private byte[] Distribution(IParty party) =>
        official.CallBytes("group.create", new { party = ((OfficialParty)party).Name, distributionId = Group });

    private byte[] GroupMessage(IParty party)
    {
        Distribution(party);
        var name = ((OfficialParty)party).Name;
        return official.Call("group.encrypt", new { party = name, distributionId = Group, text = new byte[20] }).Bytes("bytes");
    }

    private byte[] Content(IParty party) => official.CallBytes(
        "content.make",
        new
        {
            certificate = Certificates.Make(official, party).Sender,
            type = 7,
            bytes = GroupMessage(party),
            hint = 1,
            groupId = new byte[32],
        });
}
