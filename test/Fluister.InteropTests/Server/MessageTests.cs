using Fluister.InteropTests.Libsignal;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Server;

/// <summary>Two clients of the official package write to each other through our server.</summary>
public sealed class MessageTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Two_accounts_begin_a_session_from_published_keys_and_write_both_ways(int http)
    {
        var client = net.Open(server, http, Talk.RestOnly);
        var (alice, bob) = (client.Register(), client.Register());
        var (chatA, chatB, anonymous) = (client.Connect(alice), client.Connect(bob), client.ConnectAnonymously());
        chatA.Next("empty");
        chatB.Next("empty");
        Talk.Meet(alice, bob, anonymous);

        var sent = Talk.Send(chatA, alice, bob, "Are you there?", 1_700_000_000_001);
        var received = chatB.Receive();
        Assert.Equal(Envelope.Types.Type.PreKey, received.Type);
        Assert.Equal(sent, received.Content.ToByteArray());
        Assert.Equal(Guid.Parse(alice.Aci).ToByteArray(bigEndian: true), received.SourceServiceId.ToByteArray());
        Assert.Equal(Guid.Parse(bob.Aci).ToByteArray(bigEndian: true), received.DestinationServiceId.ToByteArray());
        Assert.Equal(1u, received.SourceDevice);
        Assert.Equal(1_700_000_000_001u, received.ClientTimestamp);
        Assert.Equal(16, received.ServerGuid.Length);
        Assert.True(received.Urgent);
        Assert.Equal("Are you there?", Talk.Read(bob, alice, received.Content.ToByteArray()));

        // The server tells that it was delivered, since the sender said who they are.
        var receipt = chatA.Receive();
        Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, receipt.Type);
        Assert.Equal(1_700_000_000_001u, receipt.ClientTimestamp);
        Assert.Equal(received.DestinationServiceId, receipt.SourceServiceId);
        Assert.Equal(1u, receipt.SourceDevice);

        Talk.Send(chatB, bob, alice, "Here I am.", 1_700_000_000_002);
        var back = chatA.Receive();
        Assert.Equal(Envelope.Types.Type.Signal, back.Type);
        Assert.Equal("Here I am.", Talk.Read(alice, bob, back.Content.ToByteArray()));
        chatA.Disconnect();
        chatB.Disconnect();
        anonymous.Disconnect();
    }

    [Fact]
    public void A_sender_who_knows_the_wrong_devices_is_told_which()
    {
        var (chat, _, bob, _) = Pair();
        var path = $"/v1/messages/{bob.Aci}";
        var two = chat.Fetch("PUT", path, Talk.Body([(1, bob.RegistrationId, [1]), (2, 7, [2])]));
        Assert.Equal((409, """{"missingDevices":[],"extraDevices":[2]}"""), (two.Status, two.Body));
        var other = chat.Fetch("PUT", path, Talk.Body(7, [1], device: 3));
        Assert.Equal((409, """{"missingDevices":[1],"extraDevices":[3]}"""), (other.Status, other.Body));
        var stale = chat.Fetch("PUT", path, Talk.Body(bob.RegistrationId ^ 1, [1]));
        Assert.Equal((410, """{"staleDevices":[1]}"""), (stale.Status, stale.Body));

        // Stale goes before mismatched.
        var both = chat.Fetch("PUT", path, Talk.Body([(1, bob.RegistrationId ^ 1, [1]), (2, 7, [2])]));
        Assert.Equal((410, """{"staleDevices":[1]}"""), (both.Status, both.Body));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_typed_send_understands_which_devices_are_wrong(int http)
    {
        var client = net.Open(server, http, Talk.RestOnly);
        var (alice, bob) = (client.Register(), client.Register());
        var (chat, anonymous) = (client.Connect(alice), client.ConnectAnonymously());
        Talk.Meet(alice, bob, anonymous);
        var (_, _, kept) = alice.Encrypt(bob.Aci, 1, "x"u8.ToArray());
        var wrong = Assert.Throws<LibsignalException>(() => chat.Call("sendMessage", new
        {
            destination = new { serviceId = bob.Aci },
            timestamp = 1,
            contents = new[]
            {
                new { deviceId = 1, registrationId = bob.RegistrationId, contents = new { ciphertext = kept } },
                new { deviceId = 5, registrationId = 5, contents = new { ciphertext = kept } },
            },
            onlineOnly = false,
            urgent = true,
        }));
        Assert.Equal("MismatchedDevices", wrong.Name);
        var entry = wrong.Details.GetProperty("entries")[0];
        Assert.Equal(bob.Aci, entry.Text("account"));
        Assert.Equal(5, entry.GetProperty("extraDevices")[0].GetInt32());
    }

    [Fact]
    public void What_is_refused_is_refused_with_the_services_own_status()
    {
        var (chat, alice, bob, _) = Pair();
        Assert.Equal(404, chat.Fetch("PUT", $"/v1/messages/{Guid.NewGuid()}", Talk.Body(1, [1])).Status);
        Assert.Equal(404, chat.Fetch("PUT", $"/v1/messages/PNI:{bob.Aci}", Talk.Body(bob.RegistrationId, [1])).Status);
        Assert.Equal(404, chat.Fetch("PUT", $"/v1/messages/{bob.Pni["PNI:".Length..]}", Talk.Body(bob.RegistrationId, [1])).Status);
        Assert.Equal(400, chat.Fetch("PUT", "/v1/messages/bob", Talk.Body(1, [1])).Status);
        Assert.Equal(400, chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Talk.Body(bob.RegistrationId, [1], type: 5)).Status);
        Assert.Equal(400, chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Talk.Body(bob.RegistrationId, [1], type: 77)).Status);
        Assert.Equal(403, chat.Fetch("PUT", $"/v1/messages/{alice.Pni}", Talk.Body(alice.PniRegistrationId, [1])).Status);
        var one = (1, bob.RegistrationId, new byte[] { 1 });
        Assert.Equal(422, chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Talk.Body([one, one])).Status);
        Assert.Equal(422, chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Talk.Body([])).Status);
        Assert.Equal(422, chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Talk.Body(bob.RegistrationId, [1], timestamp: -1)).Status);
        Assert.Equal(422, chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", "{").Status);
        Assert.Equal(413, chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Talk.Body(bob.RegistrationId, new byte[(96 * 1024) + 1])).Status);
        Assert.Equal(200, chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Talk.Body(bob.RegistrationId, new byte[96 * 1024])).Status);
    }

    [Fact]
    public void A_message_to_the_numbers_id_arrives_under_it()
    {
        var (chat, _, bob, client) = Pair();
        Assert.Equal(200, chat.Fetch("PUT", $"/v1/messages/{bob.Pni}", Talk.Body(bob.PniRegistrationId, [9])).Status);
        var chatB = client.Connect(bob);
        var received = chatB.Receive();
        Assert.Equal([1, .. Guid.Parse(bob.Pni["PNI:".Length..]).ToByteArray(bigEndian: true)],
            received.DestinationServiceId.ToByteArray());
        chatB.Disconnect();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_waits_comes_in_order_and_then_the_end_of_the_queue_is_told(int http)
    {
        var (chat, _, bob, _) = Pair();
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(200, chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Talk.Body(bob.RegistrationId, Talk.Text(i))).Status);
        }

        var chatB = net.Open(server, http).Connect(bob);
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(Talk.Text(i), chatB.Receive().Content.ToByteArray());
        }

        chatB.Next("empty");
        chatB.Disconnect();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_was_not_acknowledged_comes_again_and_what_was_does_not(int http)
    {
        var (chat, _, bob, _) = Pair();
        var client = net.Open(server, http);
        for (var i = 0; i < 4; i++)
        {
            chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Talk.Body(bob.RegistrationId, Talk.Text(i)));
        }

        var first = client.Connect(bob);
        first.Receive();
        var (_, refused) = first.NextMessage();
        first.Answer(refused, 500);
        first.Receive();
        first.NextMessage();
        first.Next("empty");

        // Each receipt follows an acknowledgement that is on the disk.
        Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, chat.Receive().Type);
        Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, chat.Receive().Type);
        first.Disconnect();

        var second = client.Connect(bob);
        Assert.Equal(Talk.Text(1), second.Receive().Content.ToByteArray());
        Assert.Equal(Talk.Text(3), second.Receive().Content.ToByteArray());
        second.Next("empty");
        second.Disconnect();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_second_connection_of_a_device_closes_the_first(int http)
    {
        var client = net.Open(server, http);
        var bob = client.Register();
        var first = client.Connect(bob);
        first.Next("empty");
        var second = client.Connect(bob);
        second.Next("empty");
        Assert.Equal("ConnectedElsewhere", first.Next("interrupted").Text("name"));
        Assert.Equal(200, second.Fetch("GET", "/v1/keepalive").Status);
        second.Disconnect();
    }

    [Fact]
    public void A_message_for_connected_devices_only_is_not_kept()
    {
        var (chat, _, bob, client) = Pair();
        string Online(int number) => Talk.Body(bob.RegistrationId, Talk.Text(number), online: true);
        Assert.Equal(200, chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Online(1)).Status);
        var chatB = client.Connect(bob);
        chatB.Next("empty");
        Assert.Equal(200, chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Online(2)).Status);
        var received = chatB.NextMessage().Envelope;
        Assert.Equal(Talk.Text(2), received.Content.ToByteArray());
        Assert.False(received.Ephemeral);
        chatB.Disconnect();
        var again = client.Connect(bob);
        again.Next("empty");
        again.Disconnect();
    }

    [Fact]
    public void A_report_of_spam_is_taken()
    {
        var (chat, alice, bob, client) = Pair();
        chat.Fetch("PUT", $"/v1/messages/{bob.Aci}", Talk.Body(bob.RegistrationId, [1]));
        var chatB = client.Connect(bob);
        var received = chatB.Receive();
        var guid = new Guid(received.ServerGuid.ToByteArray(), bigEndian: true);
        var token = $$"""{"token":"{{received.ReportSpamToken.ToBase64()}}"}""";
        Assert.Equal(202, chatB.Fetch("POST", $"/v1/messages/report/{alice.Aci}/{guid}", token).Status);
        Assert.Equal(202, chatB.Fetch("POST", $"/v1/messages/report/{alice.Aci}/{guid}").Status);
        Assert.Equal(202, chatB.Fetch("POST", $"/v1/messages/report/{Guid.NewGuid()}/{guid}").Status);
        Assert.Equal(404, chatB.Fetch("POST", $"/v1/messages/report/{alice.Aci}/nothing").Status);
        chatB.Disconnect();
    }

    private (OfficialChat Chat, OfficialAccount Alice, OfficialAccount Bob, OfficialClient Client) Pair()
    {
        var client = net.Open(server, 1);
        var (alice, bob) = (client.Register(), client.Register());
        var chat = client.Connect(alice);
        chat.Next("empty");
        return (chat, alice, bob, client);
    }
}
