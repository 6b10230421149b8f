using Fluister.Cryptography;
using Fluister.InteropTests.Libsignal.Pairings;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SealedSender;

namespace Fluister.InteropTests.Libsignal;

/// <summary>Sessions inside of sealed messages, ours and the official package's, as they travel.</summary>
public sealed class SealedPairingTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    private const long Now = 1_700_000_000_000;
    private const int Turns = 24;

    private readonly KeyPair _root = KeyPair.Generate(RandomSource.System);
    private readonly KeyPair _server = KeyPair.Generate(RandomSource.System);

    [Fact]
    public void Two_of_ours_talk_in_sealed_messages() => Talk(new OurParty(Place(1)), new OurParty(Place(2)));

    [Fact]
    public void Ours_begins_and_the_official_one_answers() => Talk(new OurParty(Place(1)), new OfficialParty(official, Place(2)));

    [Fact]
    public void The_official_one_begins_and_ours_answers() => Talk(new OfficialParty(official, Place(1)), new OurParty(Place(2)));

    [Fact]
    public void Two_official_ones_talk_in_sealed_messages() =>
        Talk(new OfficialParty(official, Place(1)), new OfficialParty(official, Place(2)));

    private static ProtocolAddress Place(int device) => new(ServiceId.Aci(Guid.NewGuid()), device);

    private void Talk(IParty first, IParty second)
    {
        var server = ServerCertificate.Create(9, _server.Public, _root.Private, RandomSource.System);
        first.Begin(second.Address, second.MakeBundle(oneTime: true));
        var types = new HashSet<CiphertextMessageType>();
        for (var turn = 0; turn < Turns; turn++)
        {
            var (from, to) = turn % 3 == 2 ? (second, first) : (first, second);
            var certificate = SenderCertificate.Create(
                from.Address,
                null,
                IdentityKeyPair.Read(from.Identity).Public,
                DateTimeOffset.FromUnixTimeMilliseconds(Now),
                server,
                _server.Private,
                RandomSource.System);
            byte[] text = [.. "message "u8, (byte)turn];
            var bytes = Send(from, to, certificate, text);
            types.Add(SealedSenderCipher.Open(bytes, IdentityKeyPair.Read(to.Identity)).Type);
            Assert.Equal(text, Receive(to, from, bytes));
        }

        Assert.Equal([CiphertextMessageType.Signal, CiphertextMessageType.PreKey], types.Order());
    }

    private byte[] Send(IParty from, IParty to, SenderCertificate certificate, byte[] text)
    {
        if (from is OfficialParty theirs)
        {
            return official.CallBytes("sealed.encrypt", new
            {
                party = theirs.Name,
                address = to.Address.Account.ToString(),
                device = to.Address.Device,
                certificate = certificate.Serialized.ToArray(),
                text,
            });
        }

        var message = from.Encrypt(to.Address, text);
        CiphertextMessage inner = message.Type == (int)CiphertextMessageType.PreKey
            ? PreKeySignalMessage.Parse(message.Bytes)
            : SignalMessage.Parse(message.Bytes);
        var recipient = IdentityKeyPair.Read(to.Identity).Public;
        return SealedSenderCipher.Seal(
            new SealedContent(certificate, inner), IdentityKeyPair.Read(from.Identity), recipient, RandomSource.System);
    }

    private byte[] Receive(IParty to, IParty from, byte[] bytes)
    {
        if (to is OfficialParty theirs)
        {
            var root = _root.Public.Serialized.ToArray();
            var answer = official.Call("sealed.decrypt", new { party = theirs.Name, bytes, trustRoot = root, now = Now });
            Assert.Equal(from.Address.Account.ToString(), answer.Text("account"));
            return answer.Bytes("text");
        }

        var opened = SealedSenderCipher.Unseal(
            bytes, IdentityKeyPair.Read(to.Identity), to.Address, [_root.Public], DateTimeOffset.FromUnixTimeMilliseconds(Now));
        Assert.Equal(from.Address, opened.Sender);
        return to.Decrypt(opened.Sender, new WireMessage((int)opened.Content.Type, opened.Content.MessageBytes.ToArray()));
    }
}
