using System.Text;
using System.Text.Json;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Federation;

/// <summary>Clients of the official package on two home servers write to each other: all they ask, and all they are answered, is as if
/// there were one.</summary>
public sealed class MessagesAcrossTests(TwoServers servers, OfficialNet net) : IClassFixture<TwoServers>, IClassFixture<OfficialNet>
{
    /// <summary>HTTP/1.1, HTTP/2 with REST, HTTP/2 with gRPC.</summary>
    public static TheoryData<int, bool> Ways => new() { { 1, false }, { 2, false }, { 2, true } };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Two_accounts_begin_a_session_from_published_keys_and_write_both_ways(int http, bool grpc)
    {
        var (here, there) = Open(http, grpc);
        var (alice, bob) = (here.Register(), there.Register());
        var (chatA, chatB) = (here.Connect(alice), there.Connect(bob));
        chatA.Next("empty");
        chatB.Next("empty");
        Talk.Meet(alice, bob, here.ConnectAnonymously());

        var sent = Talk.Send(chatA, alice, bob, "Are you there?", 1_700_000_000_001);
        var received = chatB.Receive();
        Assert.Equal(Envelope.Types.Type.PreKey, received.Type);
        Assert.Equal(sent, received.Content.ToByteArray());
        Assert.Equal(Guid.Parse(alice.Aci).ToByteArray(bigEndian: true), received.SourceServiceId.ToByteArray());
        Assert.Equal(Guid.Parse(bob.Aci).ToByteArray(bigEndian: true), received.DestinationServiceId.ToByteArray());
        Assert.Equal((1u, 1_700_000_000_001u), (received.SourceDevice, received.ClientTimestamp));
        Assert.Equal(16, received.ServerGuid.Length);
        Assert.True(received.Urgent);
        Assert.Equal("Are you there?", Talk.Read(bob, alice, received.Content.ToByteArray()));

        // The receipt of delivery comes back across.
        var receipt = chatA.Receive();
        Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, receipt.Type);
        Assert.Equal((1u, 1_700_000_000_001u), (receipt.SourceDevice, receipt.ClientTimestamp));
        Assert.Equal(received.DestinationServiceId, receipt.SourceServiceId);

        Talk.Send(chatB, bob, alice, "Here I am.", 1_700_000_000_002);
        var back = chatA.Receive();
        Assert.Equal(Envelope.Types.Type.Signal, back.Type);
        Assert.Equal("Here I am.", Talk.Read(alice, bob, back.Content.ToByteArray()));
        Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, chatB.Receive().Type);
        chatA.Disconnect();
        chatB.Disconnect();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_sealed_message_arrives_and_the_roots_word_holds_for_its_certificate(int http, bool grpc)
    {
        var (here, there) = Open(http, grpc);
        var (alice, bob) = (here.Register(), there.Register());
        var (chatA, anonymous, chatB) = (here.Connect(alice), here.ConnectAnonymously(), there.Connect(bob));
        Talk.Meet(alice, bob, anonymous);
        using var answer = JsonDocument.Parse(chatA.Fetch("GET", "/v1/certificate/delivery?includeE164=false").Body);
        var certificate = answer.RootElement.GetProperty("certificate").GetBytesFromBase64();
        var contents = net.Package.CallBytes(
            "sealed.encrypt",
            new { party = alice.Party, address = bob.Aci, device = 1, certificate, text = Encoding.UTF8.GetBytes("Guess.") });
        Seal(anonymous, bob, contents, bob.AccessKey);

        chatB.Next("empty");
        var received = chatB.Receive();
        Assert.Equal(Envelope.Types.Type.Sealed, received.Type);
        Assert.False(received.HasSourceServiceId);
        Assert.False(received.HasSourceDevice);
        var opened = net.Package.Call("sealed.decrypt", new
        {
            party = bob.Party,
            bytes = received.Content.ToByteArray(),
            trustRoot = servers.There.TrustRoot,
            now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        });
        Assert.Equal("Guess.", Encoding.UTF8.GetString(opened.Bytes("text")));
        Assert.Equal((alice.Aci, 1), (opened.Text("account"), opened.Number("device")));

        var wrong = bob.AccessKey.ToArray();
        wrong[0] ^= 1;
        var refused = Assert.Throws<LibsignalException>(() => Seal(anonymous, bob, contents, wrong));
        Assert.Equal("RequestUnauthorized", refused.Name);
        chatA.Disconnect();
        chatB.Disconnect();
    }

    [Fact]
    public void What_is_refused_is_refused_with_the_services_own_status()
    {
        var (chat, _, bob) = Pair();
        var path = $"/v1/messages/{bob.Aci}";
        var two = chat.Fetch("PUT", path, Talk.Body([(1, bob.RegistrationId, [1]), (2, 7, [2])]));
        Assert.Equal((409, """{"missingDevices":[],"extraDevices":[2]}"""), (two.Status, two.Body));
        var stale = chat.Fetch("PUT", path, Talk.Body(bob.RegistrationId ^ 1, [1]));
        Assert.Equal((410, """{"staleDevices":[1]}"""), (stale.Status, stale.Body));
        Assert.Equal(404, chat.Fetch("PUT", $"/v1/messages/{Sibling(bob.Aci)}", Talk.Body(1, [1])).Status);
        Assert.Equal(404, chat.Fetch("PUT", $"/v1/messages/{Guid.NewGuid()}", Talk.Body(1, [1])).Status);
        Assert.Equal(404, chat.Fetch("PUT", $"/v1/messages/{bob.Pni}", Talk.Body(bob.PniRegistrationId, [1])).Status);
        Assert.Equal(413, chat.Fetch("PUT", path, Talk.Body(bob.RegistrationId, new byte[(96 * 1024) + 1])).Status);
        Assert.Equal(200, chat.Fetch("PUT", path, Talk.Body(bob.RegistrationId, new byte[96 * 1024])).Status);

        var anonymous = net.Open(servers.Here, 1).ConnectAnonymously();
        var body = Talk.Body(bob.RegistrationId, [1], type: 6);
        Assert.Equal(401, anonymous.Fetch("PUT", path, body).Status);
        Assert.Equal(401, anonymous.Fetch("PUT", path, body, Talk.WithKey(new byte[16])).Status);
        Assert.Equal(401, anonymous.Fetch("PUT", $"/v1/messages/{Sibling(bob.Aci)}", body, Talk.WithKey(bob.AccessKey)).Status);
        Assert.Equal(200, anonymous.Fetch("PUT", path, body, Talk.WithKey(bob.AccessKey)).Status);
        Assert.Equal(401, anonymous.Fetch("GET", $"/v2/keys/{Sibling(bob.Aci)}/1", headers: Talk.WithKey(bob.AccessKey)).Status);
        Assert.Equal(404, chat.Fetch("GET", $"/v2/keys/{Sibling(bob.Aci)}/1").Status);
        Assert.Equal(200, anonymous.Fetch("HEAD", $"/v1/accounts/account/{bob.Aci}").Status);
        Assert.Equal(404, anonymous.Fetch("HEAD", $"/v1/accounts/account/{Sibling(bob.Aci)}").Status);
    }

    [Fact]
    public void A_device_that_is_linked_there_is_soon_known_here()
    {
        var (chat, alice, bob) = Pair();
        var (here, there) = (net.Open(servers.Here, 2), net.Open(servers.There, 2));
        var chatB = there.Connect(bob);
        chatB.Next("empty");
        Talk.Meet(alice, bob, here.ConnectAnonymously());
        Talk.Send(chat, alice, bob, "To one.", 1);
        chatB.Receive();
        var second = LinkedDevice.Link(net, there, bob, chatB);
        var path = $"/v1/messages/{bob.Aci}";
        Soon.Is(() => chat.Fetch("PUT", path, Talk.Body(bob.RegistrationId, [1], timestamp: 2))
            is { Status: 409, Body: """{"missingDevices":[2],"extraDevices":[]}""" });

        var bundle = here.ConnectAnonymously().Call("getPreKeys", new
        {
            target = new { serviceId = bob.Aci },
            auth = new { accessKey = bob.AccessKey },
            device = new { deviceId = LinkedDevice.Id },
        });
        alice.Begin(bob.Aci, LinkedDevice.Id, bundle.GetProperty("bundles")[0]);
        var (type, bytes, _) = alice.Encrypt(bob.Aci, LinkedDevice.Id, "To both."u8.ToArray());
        Assert.Equal(3, type);
        var body = Talk.Body([(1, bob.RegistrationId, [9]), (LinkedDevice.Id, second.RegistrationId, bytes)], type: 3, timestamp: 3);
        Assert.Equal(200, chat.Fetch("PUT", path, body).Status);
        var chat2 = second.Connect(there);
        Assert.Equal("To both.", second.Read(alice.Aci, 1, chat2.Receive().Content.ToByteArray()));
        chat2.Disconnect();
        chatB.Disconnect();
    }

    [Fact]
    public void An_account_that_is_deleted_there_is_soon_nobody_here()
    {
        var (chat, _, bob) = Pair();
        var path = $"/v1/messages/{bob.Aci}";
        Assert.Equal(200, chat.Fetch("PUT", path, Talk.Body(bob.RegistrationId, [1])).Status);
        var chatB = net.Open(servers.There, 1).Connect(bob);
        Assert.Equal(204, chatB.Fetch("DELETE", "/v1/accounts/me").Status);
        Soon.Is(() => chat.Fetch("PUT", path, Talk.Body(bob.RegistrationId, [1])).Status == 404);
    }

    [Fact]
    public void A_message_for_connected_devices_only_crosses_and_is_not_kept()
    {
        var (chat, _, bob) = Pair();
        var there = net.Open(servers.There, 2);
        string Online(int number) => Talk.Body(bob.RegistrationId, Talk.Text(number), online: true);
        var path = $"/v1/messages/{bob.Aci}";
        Assert.Equal(200, chat.Fetch("PUT", path, Online(1)).Status);

        // What is kept comes after it, on the same way.
        Assert.Equal(200, chat.Fetch("PUT", path, Talk.Body(bob.RegistrationId, Talk.Text(2))).Status);
        Soon.Is(() => TwoServers.Waiting(servers.Here) == 0);
        var chatB = there.Connect(bob);
        Assert.Equal(Talk.Text(2), chatB.Receive().Content.ToByteArray());
        chatB.Next("empty");
        Assert.Equal(200, chat.Fetch("PUT", path, Online(3)).Status);
        Assert.Equal(Talk.Text(3), chatB.NextMessage().Envelope.Content.ToByteArray());
        chatB.Disconnect();
        var again = there.Connect(bob);
        again.Next("empty");
        again.Disconnect();
    }

    private static void Seal(OfficialChat chat, OfficialAccount to, byte[] contents, byte[] accessKey) => chat.Call("sendMessage", new
    {
        destination = new { serviceId = to.Aci },
        timestamp = 1_700_000_000_003,
        contents = new[] { new { deviceId = 1, registrationId = to.RegistrationId, contents } },
        auth = new { accessKey },
        onlineOnly = false,
        urgent = true,
    });

    // An id of the same home that nobody has.
    private static string Sibling(string aci) => aci[..^1] + (aci[^1] == '0' ? '1' : '0');

    private (OfficialClient Here, OfficialClient There) Open(int http, bool grpc)
    {
        var config = grpc ? null : Talk.RestOnly;
        return (net.Open(servers.Here, http, config), net.Open(servers.There, http, config));
    }

    private (OfficialChat Chat, OfficialAccount Alice, OfficialAccount Bob) Pair()
    {
        var here = net.Open(servers.Here, 1);
        var (alice, bob) = (here.Register(), net.Open(servers.There, 1).Register());
        var chat = here.Connect(alice);
        chat.Next("empty");
        return (chat, alice, bob);
    }
}
