using System.Text;
using System.Text.Json;
using Fluister.InteropTests.Libsignal;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Server;

/// <summary>Senders who do not say who they are: one recipient by the access key, many by the keys together.</summary>
public sealed class SealedTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    private const string Group = "d1d1d1d1-7000-11eb-b32a-33b8a8a487a6";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_sealed_message_arrives_and_its_certificate_says_who_wrote_it(int http)
    {
        var client = net.Open(server, http, Talk.RestOnly);
        var (alice, bob) = (client.Register(), client.Register());
        var (anonymous, chatB) = (client.ConnectAnonymously(), client.Connect(bob));
        Talk.Meet(alice, bob, anonymous);
        var sealedBytes = Seal(alice, bob, Certificate(client, alice), "Guess who.");
        Send(anonymous, bob, sealedBytes, bob.AccessKey);

        chatB.Next("empty");
        var received = chatB.Receive();
        Assert.Equal(Envelope.Types.Type.Sealed, received.Type);
        Assert.False(received.HasSourceServiceId);
        Assert.False(received.HasSourceDevice);
        var opened = net.Package.Call("sealed.decrypt", new
        {
            party = bob.Party,
            bytes = received.Content.ToByteArray(),
            trustRoot = server.TrustRoot,
            now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        });
        Assert.Equal("Guess who.", Encoding.UTF8.GetString(opened.Bytes("text")));
        Assert.Equal(alice.Aci, opened.Text("account"));
        Assert.Equal(1, opened.Number("device"));
        chatB.Disconnect();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_wrong_key_is_refused_and_nobody_learns_whether_there_is_an_account(int http)
    {
        var client = net.Open(server, http, Talk.RestOnly);
        var bob = client.Register();
        var anonymous = client.ConnectAnonymously();
        var wrong = bob.AccessKey.ToArray();
        wrong[^1] ^= 1;
        var refused = Assert.Throws<LibsignalException>(() => Send(anonymous, bob, [1], wrong));
        Assert.Equal("RequestUnauthorized", refused.Name);

        var body = Talk.Body(bob.RegistrationId, [1], type: 6);
        string To(string id) => $"/v1/messages/{id}";
        Assert.Equal(401, anonymous.Fetch("PUT", To(bob.Aci), body, Talk.WithKey(wrong)).Status);
        Assert.Equal(401, anonymous.Fetch("PUT", To(bob.Aci), body).Status);
        Assert.Equal(401, anonymous.Fetch("PUT", To(bob.Aci), body, Talk.WithKey(new byte[16])).Status);
        Assert.Equal(401, anonymous.Fetch("PUT", To(bob.Aci), body, Talk.WithKey([.. bob.AccessKey, 0])).Status);
        Assert.Equal(401, anonymous.Fetch("PUT", To(bob.Pni), body, Talk.WithKey(bob.AccessKey)).Status);
        Assert.Equal(401, anonymous.Fetch("PUT", To(Guid.NewGuid().ToString()), body, Talk.WithKey(bob.AccessKey)).Status);
        Assert.Equal(200, anonymous.Fetch("PUT", To(bob.Aci), body, Talk.WithKey(bob.AccessKey)).Status);
    }

    [Fact]
    public void Somebody_who_is_open_to_all_takes_any_key()
    {
        var client = net.Open(server, 1);
        var bob = client.Register(unrestricted: true);
        var anonymous = client.ConnectAnonymously();
        var body = Talk.Body(bob.RegistrationId, [1], type: 6);
        Assert.Equal(200, anonymous.Fetch("PUT", $"/v1/messages/{bob.Aci}", body, Talk.WithKey(new byte[16])).Status);
        Assert.Equal(401, anonymous.Fetch("PUT", $"/v1/messages/{bob.Aci}", body).Status);
    }

    [Fact]
    public void A_story_needs_no_key_and_tells_nobody_who_has_an_account()
    {
        var client = net.Open(server, 1);
        var bob = client.Register();
        var anonymous = client.ConnectAnonymously();
        var body = Talk.Body(bob.RegistrationId, [1], type: 6);
        var (there, nowhere) = ($"/v1/messages/{bob.Aci}?story=true", $"/v1/messages/{Guid.NewGuid()}?story=true");
        Assert.Equal((200, """{"needsSync":false}"""), Seen(anonymous.Fetch("PUT", there, body)));
        Assert.Equal((200, """{"needsSync":false}"""), Seen(anonymous.Fetch("PUT", nowhere, body)));

        // The official client asks for no stories here, and so they are neither delivered nor kept.
        var chatB = client.Connect(bob);
        chatB.Next("empty");
        chatB.Disconnect();
    }

    [Fact]
    public void A_message_for_many_reaches_each_of_them_with_one_payload()
    {
        var client = net.Open(server, 1);
        var alice = client.Register();
        OfficialAccount[] others = [client.Register(), client.Register(), client.Register()];
        var anonymous = client.ConnectAnonymously();
        foreach (var other in others)
        {
            Talk.Meet(alice, other, anonymous);
        }

        var message = SealToMany(alice, others, Certificate(client, alice), "To all of you.");
        var sent = SendToMany(anonymous, message, Together(others), "ts=1700000000007&online=false&urgent=true&story=false");
        Assert.Equal((200, """{"uuids404":[]}"""), Seen(sent));
        foreach (var other in others)
        {
            var chat = client.Connect(other);
            var received = chat.Receive();
            Assert.Equal(Envelope.Types.Type.Sealed, received.Type);
            Assert.Equal(1_700_000_000_007u, received.ClientTimestamp);
            Assert.Equal(Guid.Parse(other.Aci).ToByteArray(bigEndian: true), received.DestinationServiceId.ToByteArray());
            var opened = net.Package.Call("sealed.open", new { party = other.Party, bytes = received.Content.ToByteArray() });
            var text = net.Package.CallBytes(
                "group.decrypt", new { party = other.Party, address = alice.Aci, device = 1, bytes = opened.Bytes("bytes") });
            Assert.Equal("To all of you.", Encoding.UTF8.GetString(text));
            chat.Next("empty");
            chat.Disconnect();
        }
    }

    [Fact]
    public void A_message_for_many_is_refused_as_a_whole()
    {
        var client = net.Open(server, 1);
        var alice = client.Register();
        OfficialAccount[] others = [client.Register(), client.Register()];
        var anonymous = client.ConnectAnonymously();
        Array.ForEach(others, other => Talk.Meet(alice, other, anonymous));
        var message = SealToMany(alice, others, Certificate(client, alice), "x");
        const string Query = "ts=1&online=false&urgent=true&story=false";

        var wrong = Together(others);
        wrong[0] ^= 1;
        Assert.Equal(401, SendToMany(anonymous, message, wrong, Query).Status);
        Assert.Equal(401, SendToMany(anonymous, message, others[0].AccessKey, Query).Status);
        Assert.Equal(401, SendToMany(anonymous, message, null, Query).Status);
        Assert.Equal(400, SendToMany(anonymous, [0x23, 1], Together(others), Query).Status);
        Assert.Equal(400, SendToMany(anonymous, message, Together(others), "ts=-1").Status);

        // Byte for byte: version, count, then 17 bytes of id and 3 of a device for the first of them.
        var first = Convert.ToHexStringLower(message[3..19]) == others[0].Aci.Replace("-", "", StringComparison.Ordinal) ? others[0]
            : others[1];
        var unknown = message.ToArray();
        unknown[18] ^= 1;
        Assert.Equal(404, SendToMany(anonymous, unknown, Together(others), Query).Status);
        var extra = message.ToArray();
        extra[19] = 9;
        Assert.Equal(
            (409, $$$"""[{"uuid":"{{{first.Aci}}}","devices":{"missingDevices":[1],"extraDevices":[9]}}]"""),
            Seen(SendToMany(anonymous, extra, Together(others), Query)));
        var stale = message.ToArray();
        stale[21] ^= 1;
        Assert.Equal(
            (410, $$$"""[{"uuid":"{{{first.Aci}}}","devices":{"staleDevices":[1]}}]"""),
            Seen(SendToMany(anonymous, stale, Together(others), Query)));
        foreach (var other in others)
        {
            var chat = client.Connect(other);
            chat.Next("empty");
            chat.Disconnect();
        }
    }

    [Theory]
    [InlineData(1, "ws")]
    [InlineData(2, "ws")]
    [InlineData(2, null)]
    public void A_story_for_many_is_sent_by_the_typed_function(int http, string? way)
    {
        var client = net.Open(server, http, way is null ? null : Talk.RestOnly);
        var (alice, bob) = (client.Register(), client.Register());
        var anonymous = client.ConnectAnonymously();
        Talk.Meet(alice, bob, anonymous);
        var message = SealToMany(alice, [bob], Certificate(client, alice), "Once upon a time.");
        var sent = anonymous.Call("sendMultiRecipientMessage",
            new { payload = message, timestamp = 5, auth = "story", onlineOnly = false, urgent = false });
        Assert.Equal(0, sent.GetProperty("unregisteredIds").GetArrayLength());
    }

    private static (int Status, string Body) Seen(OfficialResponse response) => (response.Status, response.Body);

    private static byte[] Together(IEnumerable<OfficialAccount> accounts) =>
        accounts.Aggregate(new byte[16], (all, account) => [.. all.Zip(account.AccessKey, (a, b) => (byte)(a ^ b))]);

    private static OfficialResponse SendToMany(OfficialChat chat, byte[] message, byte[]? key, string query)
    {
        var headers = new Dictionary<string, string> { ["content-type"] = "application/vnd.signal-messenger.mrm" };
        if (key is not null)
        {
            headers["unidentified-access-key"] = Convert.ToBase64String(key);
        }

        return chat.Fetch("PUT", $"/v1/messages/multi_recipient?{query}", message, headers);
    }

    private static void Send(OfficialChat chat, OfficialAccount to, byte[] contents, byte[] accessKey) => chat.Call("sendMessage", new
    {
        destination = new { serviceId = to.Aci },
        timestamp = 1_700_000_000_003,
        contents = new[] { new { deviceId = 1, registrationId = to.RegistrationId, contents } },
        auth = new { accessKey },
        onlineOnly = false,
        urgent = true,
    });

    private static byte[] Certificate(OfficialClient client, OfficialAccount account)
    {
        var chat = client.Connect(account);
        using var answer = JsonDocument.Parse(chat.Fetch("GET", "/v1/certificate/delivery?includeE164=false").Body);
        chat.Disconnect();
        return answer.RootElement.GetProperty("certificate").GetBytesFromBase64();
    }

    private byte[] Seal(OfficialAccount from, OfficialAccount to, byte[] certificate, string text) => net.Package.CallBytes(
        "sealed.encrypt",
        new { party = from.Party, address = to.Aci, device = 1, certificate, text = Encoding.UTF8.GetBytes(text) });

    private byte[] SealToMany(OfficialAccount from, OfficialAccount[] to, byte[] certificate, string text)
    {
        var distribution = net.Package.CallBytes("group.create", new { party = from.Party, distributionId = Group });
        foreach (var other in to)
        {
            net.Package.Call("group.process", new { party = other.Party, address = from.Aci, device = 1, bytes = distribution });
        }

        var keep = OfficialNet.Name("message");
        net.Package.Call("group.encrypt", new { party = from.Party, distributionId = Group, text = Encoding.UTF8.GetBytes(text), keep });
        var recipients = to.Select(other => new { address = other.Aci, device = 1 });
        return net.Package.CallBytes("sealed.sealToMany", new { party = from.Party, certificate, message = keep, recipients });
    }
}
