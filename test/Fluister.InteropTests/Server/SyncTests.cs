using System.Text;
using Fluister.InteropTests.Libsignal;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Server;

/// <summary>A person's devices tell each other what they do, and others write to all of them.</summary>
public sealed class SyncTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    [Theory]
    [InlineData(1, "ws")]
    [InlineData(2, "ws")]
    [InlineData(2, null)]
    public void What_one_device_says_the_other_hears_and_nobody_else(int http, string? way)
    {
        var client = net.Open(server, http, way is null ? null : Talk.RestOnly);
        var account = client.Register();
        var (primary, anonymous) = (client.Connect(account), client.ConnectAnonymously());
        primary.Next("empty");
        var linked = LinkedDevice.Link(net, client, account, primary);
        var second = linked.Connect(client);
        second.Next("empty");

        Meet(account, account, anonymous, LinkedDevice.Id);
        Sync(primary, account, linked.RegistrationId, "I wrote to bob.", 1);
        var heard = second.Receive();
        Assert.Equal((Envelope.Types.Type.PreKey, 1u, 1UL), (heard.Type, heard.SourceDevice, heard.ClientTimestamp));
        Assert.Equal(heard.DestinationServiceId, heard.SourceServiceId);
        Assert.Equal("I wrote to bob.", linked.Read(account.Aci, 1, heard.Content.ToByteArray()));

        // And the other way; an account is not told that it has its own message.
        second.Call("sendSyncMessage", new
        {
            timestamp = 2,
            contents = new[] { Part(1, account.RegistrationId, linked.Encrypt(account.Aci, 1, "I read it.")) },
            urgent = true,
        });
        var back = primary.Receive();
        Assert.Equal((2u, 2UL), (back.SourceDevice, back.ClientTimestamp));
        Assert.Equal("I read it.", Encoding.UTF8.GetString(account.Decrypt(account.Aci, LinkedDevice.Id, back.Content.ToByteArray())));

        // Those who know another registration id, or no such device any more.
        var stale = Assert.Throws<LibsignalException>(() => Sync(primary, account, linked.RegistrationId ^ 1, "x", 3));
        Assert.Equal("MismatchedDevices", stale.Name);
        Assert.Equal(2, stale.Details.GetProperty("entries")[0].GetProperty("staleDevices")[0].GetInt32());
        Assert.Equal(204, primary.Fetch("DELETE", "/v1/devices/2").Status);
        Assert.Equal("ConnectionInvalidated", second.Next("interrupted").Text("name"));
        var extra = Assert.Throws<LibsignalException>(() => Sync(primary, account, linked.RegistrationId, "x", 4));
        Assert.Equal("MismatchedDevices", extra.Name);
        Assert.Equal(2, extra.Details.GetProperty("entries")[0].GetProperty("extraDevices")[0].GetInt32());
        primary.Disconnect();
        anonymous.Disconnect();
    }

    [Theory]
    [InlineData(1, "ws")]
    [InlineData(2, "ws")]
    [InlineData(2, null)]
    public void A_sender_who_knows_of_one_device_is_told_of_the_other_and_reaches_both(int http, string? way)
    {
        var client = net.Open(server, http, way is null ? null : Talk.RestOnly);
        var (alice, bob) = (client.Register(), client.Register());
        var (chatA, chatB, anonymous) = (client.Connect(alice), client.Connect(bob), client.ConnectAnonymously());
        chatA.Next("empty");
        chatB.Next("empty");
        var linked = LinkedDevice.Link(net, client, bob, chatB);
        Talk.Meet(alice, bob, anonymous);
        var missing = Assert.Throws<LibsignalException>(() => Talk.Send(chatA, alice, bob, "x", 1));
        Assert.Equal("MismatchedDevices", missing.Name);
        Assert.Equal(2, missing.Details.GetProperty("entries")[0].GetProperty("missingDevices")[0].GetInt32());
        Meet(alice, bob, anonymous, LinkedDevice.Id);
        var parts = new[]
        {
            Part(1, bob.RegistrationId, alice.Encrypt(bob.Aci, 1, "for both"u8.ToArray()).Kept),
            Part(LinkedDevice.Id, linked.RegistrationId, alice.Encrypt(bob.Aci, LinkedDevice.Id, "for both"u8.ToArray()).Kept),
        };
        chatA.Call("sendMessage", new
        {
            destination = new { serviceId = bob.Aci },
            timestamp = 5,
            contents = parts,
            onlineOnly = false,
            urgent = true,
        });
        Assert.Equal("for both", Talk.Read(bob, alice, chatB.Receive().Content.ToByteArray()));

        // The other device connects later; a receipt comes for each of them.
        var second = linked.Connect(client);
        Assert.Equal("for both", linked.Read(alice.Aci, 1, second.Receive().Content.ToByteArray()));
        second.Next("empty");
        Assert.Equal([1u, 2u], new[] { chatA.Receive().SourceDevice, chatA.Receive().SourceDevice }.Order());
        second.Disconnect();
        chatA.Disconnect();
        chatB.Disconnect();
        anonymous.Disconnect();
    }

    private static object Part(int deviceId, int registrationId, string kept) =>
        new { deviceId, registrationId, contents = new { ciphertext = kept } };

    private static void Meet(OfficialAccount from, OfficialAccount to, OfficialChat anonymous, int device)
    {
        var keys = anonymous.Call("getPreKeys", new
        {
            target = new { serviceId = to.Aci },
            auth = new { accessKey = to.AccessKey },
            device = new { deviceId = device },
        });
        from.Begin(to.Aci, device, keys.GetProperty("bundles")[0]);
    }

    private static void Sync(OfficialChat primary, OfficialAccount account, int registrationId, string text, long timestamp) =>
        primary.Call("sendSyncMessage", new
        {
            timestamp,
            contents = new[]
            {
                Part(LinkedDevice.Id, registrationId, account.Encrypt(account.Aci, LinkedDevice.Id, Encoding.UTF8.GetBytes(text)).Kept),
            },
            urgent = true,
        });
}
