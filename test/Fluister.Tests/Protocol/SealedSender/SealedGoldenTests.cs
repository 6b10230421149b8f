using System.Text.Json;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SealedSender;

namespace Fluister.Tests.Protocol.SealedSender;

/// <summary>Messages that the official package sealed, and what it made of them as the service.</summary>
public sealed class SealedGoldenTests
{
    private static readonly JsonElement File = Golden.Read("sealed");
    private static readonly PublicKey Root = PublicKey.Read(File.Bytes("trustRoot"));
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(File.GetProperty("now").GetInt64());

    public static TheoryData<int> Numbers { get; } = [.. Enumerable.Range(0, File.GetProperty("contents").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void What_the_official_package_sealed_opens(int number)
    {
        var (bob, address) = Party("bob");
        var expected = File.GetProperty("contents")[number];
        foreach (var form in new[] { "one", "received" })
        {
            var opened = SealedSenderCipher.Unseal(expected.Bytes(form), bob, address, [Root], Now);
            Assert.Equal(Party("alice").Address, opened.Sender);
            Assert.Equal(Party("alice").Identity.Public, opened.Identity);
            Assert.Equal("+14152222222", opened.Content.Sender.PhoneNumber);
            Assert.Equal(expected.GetProperty("type").GetInt32(), (int)opened.Content.Type);
            Assert.Equal(expected.GetProperty("hint").GetInt32(), (int)opened.Content.Hint);
            Assert.Equal(expected.BytesOrNull("groupId") ?? [], opened.Content.GroupId);
            Assert.Equal(expected.Bytes("bytes"), opened.Content.MessageBytes);
            Assert.Equal(expected.Bytes("bytes"), opened.Content.ReadMessage().Serialized);
        }
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Content_is_written_as_the_official_package_writes_it(int number)
    {
        var expected = File.GetProperty("contents")[number];
        var message = PreKeySignalMessage.Parse(expected.Bytes("bytes"));
        var hint = (ContentHint)expected.GetProperty("hint").GetUInt32();
        var content = new SealedContent(
            SenderCertificate.Read(File.Bytes("certificate")), message, hint, expected.BytesOrNull("groupId") ?? []);
        Assert.Equal(expected.Bytes("content"), content.Serialized);
        Assert.Equal(expected.Bytes("content"), SealedContent.Read(content.Serialized.ToArray()).Serialized);
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void The_service_delivers_what_the_official_one_would(int number)
    {
        var expected = File.GetProperty("contents")[number];
        var message = MultiRecipientMessage.Parse(expected.Bytes("many"));
        var bob = Assert.Single(message.Recipients);
        Assert.Equal(expected.Bytes("received"), message.MessageFor(bob));
        Assert.Equal(Party("bob").Address.Account, bob.Account);
        Assert.Equal([new SealedDevice(42, 2002)], bob.Devices);
        Assert.Equal(
            expected.GetProperty("excluded").EnumerateArray().Select(id => id.GetString()),
            message.Excluded.Select(id => id.ToString()));
    }

    private static (IdentityKeyPair Identity, ProtocolAddress Address) Party(string name)
    {
        var party = File.GetProperty(name);
        var address = new ProtocolAddress(ServiceId.Aci(party.GetProperty("address").GetGuid()), party.GetProperty("device").GetInt32());
        return (IdentityKeyPair.Read(party.Bytes("identity")), address);
    }
}
