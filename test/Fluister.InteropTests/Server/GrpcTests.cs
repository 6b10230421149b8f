using System.Text;
using System.Text.Json;
using Fluister.Cryptography;
using Fluister.InteropTests.Libsignal;
using Fluister.Protocol.Usernames;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Server;

/// <summary>The official client as it comes, over HTTP/2: what it calls by gRPC, and what it can ask in no other way.</summary>
public sealed class GrpcTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    private const int Aci = 0;
    private const int Pni = 1;

    private static readonly Dictionary<string, object?> Survey = new()
    {
        ["userSatisfied"] = true,
        ["callQualityIssues"] = Array.Empty<string>(),
        ["startTimestamp"] = 1,
        ["endTimestamp"] = 2,
        ["callType"] = "direct_voice",
        ["success"] = true,
        ["callEndReason"] = "LocalHangup",
        ["additionalIssuesDescription"] = null,
        ["debugLogUrl"] = null,
        ["connectionRttMedian"] = null,
        ["audioRttMedian"] = null,
        ["videoRttMedian"] = null,
        ["audioRecvJitterMedian"] = null,
        ["videoRecvJitterMedian"] = null,
        ["audioSendJitterMedian"] = null,
        ["videoSendJitterMedian"] = null,
        ["audioRecvPacketLossFraction"] = null,
        ["videoRecvPacketLossFraction"] = null,
        ["audioSendPacketLossFraction"] = null,
        ["videoSendPacketLossFraction"] = null,
        ["callTelemetry"] = null,
        ["callIdHash"] = null,
    };

    [Fact]
    public void Keys_that_are_published_are_counted_and_are_what_others_take()
    {
        var client = net.Open(server, 2);
        var (alice, bob) = (client.Register(), client.Register());
        var (chat, anonymous) = (client.Connect(bob), client.ConnectAnonymously());
        Assert.Equal((0, 0, 0, 0), Count(chat));

        var (made, pni) = (Make(bob.Party), Make(bob.Party + " pni"));
        chat.Call("setOneTimeEcPreKeys", new { identity = Aci, preKeys = new[] { Ec(made, "preKey"), Ec(Make(bob.Party), "preKey") } });
        chat.Call("setOneTimeEcPreKeys", new { identity = Pni, preKeys = new[] { Ec(pni, "preKey") } });
        chat.Call("setOneTimeKemPreKeys", new { identity = Aci, preKeys = new[] { Kem(made) } });
        chat.Call("setSignedEcPreKey", new { identity = Aci, preKey = Signed(made) });
        Assert.Equal((2, 1, 1, 0), Count(chat));

        Talk.Meet(alice, bob, anonymous);
        Assert.Equal((1, 0, 1, 0), Count(chat));
        chat.Next("empty");
        var chatA = client.Connect(alice);
        Talk.Send(chatA, alice, bob, "By your new keys.", 1_700_000_000_001);
        Assert.Equal("By your new keys.", Talk.Read(bob, alice, chat.Receive().Content.ToByteArray()));
    }

    [Fact]
    public void A_key_that_another_identity_has_signed_is_refused_and_the_connection_goes_on()
    {
        var client = net.Open(server, 2);
        var bob = client.Register();
        var chat = client.Connect(bob);
        var foreign = Make(bob.Party + " pni");
        Assert.Throws<LibsignalException>(() => chat.Call("setSignedEcPreKey", new { identity = Aci, preKey = Signed(foreign) }));
        Assert.Throws<LibsignalException>(() => chat.Call("setLastResortKemPreKey", new { identity = Aci, preKey = Kem(foreign) }));
        chat.Call("setLastResortKemPreKey", new { identity = Pni, preKey = Kem(foreign) });
        Assert.Equal((0, 0, 0, 0), Count(chat));
    }

    [Fact]
    public void What_is_asked_of_services_that_are_not_here_is_answered_or_fails_and_the_connections_go_on()
    {
        var client = net.Open(server, 2);
        var (chat, anonymous) = (client.Connect(client.Register()), client.ConnectAnonymously());
        anonymous.Call("checkSvrCredentials", new { number = "+31612345678", credentials = new[] { "a:b" } });
        anonymous.Call("submitCallQualitySurvey", new { survey = Survey });
        for (var i = 0; i < 2; i++)
        {
            Assert.Throws<LibsignalException>(() => chat.Call("getCurrencyConversions"));
            Assert.Throws<LibsignalException>(() => chat.Call("listMfaKeys", new { svrKey = new { svrKey = new byte[32] } }));
            Assert.Equal((0, 0, 0, 0), Count(chat));
        }
    }

    [Fact]
    public void Messages_go_both_ways_and_a_sealed_one_too()
    {
        var client = net.Open(server, 2);
        var (alice, bob) = (client.Register(), client.Register());
        var (chatA, chatB, anonymous) = (client.Connect(alice), client.Connect(bob), client.ConnectAnonymously());
        chatA.Next("empty");
        chatB.Next("empty");
        Talk.Meet(alice, bob, anonymous);
        Talk.Send(chatA, alice, bob, "Are you there?", 1_700_000_000_001);
        var received = chatB.Receive();
        Assert.Equal((Envelope.Types.Type.PreKey, 1u), (received.Type, received.SourceDevice));
        Assert.Equal(1_700_000_000_001u, received.ClientTimestamp);
        Assert.Equal("Are you there?", Talk.Read(bob, alice, received.Content.ToByteArray()));
        Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, chatA.Receive().Type);
        Talk.Send(chatB, bob, alice, "Here I am.", 1_700_000_000_002);
        var back = chatA.Receive();
        Assert.Equal("Here I am.", Talk.Read(alice, bob, back.Content.ToByteArray()));

        Seal(anonymous, bob, bob.AccessKey);
        var sealedOne = NextSealed(chatB);
        Assert.Equal((false, "sealed"), (sealedOne.HasSourceServiceId, sealedOne.Content.ToStringUtf8()));
        var wrong = bob.AccessKey.ToArray();
        wrong[0] ^= 1;
        Assert.Equal("RequestUnauthorized", Assert.Throws<LibsignalException>(() => Seal(anonymous, bob, wrong)).Name);
        var nobody = Guid.NewGuid().ToString();
        Assert.Equal("RequestUnauthorized", Assert.Throws<LibsignalException>(() => Seal(anonymous, nobody, 1, wrong)).Name);
    }

    [Fact]
    public void A_sender_who_knows_the_devices_as_they_were_is_told_which()
    {
        var client = net.Open(server, 2);
        var bob = client.Register();
        var anonymous = client.ConnectAnonymously();
        var stale = Assert.Throws<LibsignalException>(() => Seal(anonymous, bob.Aci, bob.RegistrationId ^ 1, bob.AccessKey));
        Assert.Equal("MismatchedDevices", stale.Name);
        Assert.Contains(bob.Aci, stale.Details.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_names_itself_says_what_it_can_do_and_forgets_its_push_token()
    {
        var client = net.Open(server, 2);
        var bob = client.Register();
        var chat = client.Connect(bob);
        chat.Call("setDeviceName", new { deviceId = 1, encryptedName = new byte[] { 1, 2, 3 } });
        chat.Call("setCapabilities", new { capabilities = new { set = new[] { "storage", "sparsePostQuantumRatchet" } } });
        chat.Call("clearPushToken");
        var device = chat.Call("getDevices").EnumerateArray().Single();
        Assert.Equal((1, bob.RegistrationId), (device.Number("id"), device.Number("registrationId")));
        Assert.Equal([1, 2, 3], device.Bytes("encryptedName"));
        Assert.NotEmpty(device.Bytes("createdAtCiphertext"));
        Assert.Throws<LibsignalException>(() => chat.Call("setDeviceName", new { deviceId = 2, encryptedName = new byte[] { 1 } }));
        Assert.Throws<LibsignalException>(() => chat.Call("removeDevice", new { deviceId = 1 }));
    }

    [Fact]
    public void An_account_is_locked_unlocked_found_and_deleted()
    {
        var client = net.Open(server, 2);
        var bob = client.Register();
        var (chat, anonymous) = (client.Connect(bob), client.ConnectAnonymously());
        var key = new { svrKey = new byte[32] };
        chat.Call("setRegistrationLock", new { svrKey = key });
        chat.Call("clearRegistrationLock");
        chat.Call("setRegistrationRecoveryPassword", new { svrKey = key });
        chat.Call("setDiscoverableByPhoneNumber", new { discoverable = false });
        var account = new { account = new { serviceId = bob.Aci } };
        Assert.True(anonymous.Call("accountExists", account).GetBoolean());
        chat.Next("empty");
        chat.Call("deleteAccount");
        chat.Next("interrupted");
        Assert.False(anonymous.Call("accountExists", account).GetBoolean());
    }

    [Fact]
    public void A_username_is_reserved_confirmed_found_by_its_hash_and_by_its_link_and_given_up()
    {
        var client = net.Open(server, 2);
        var (alice, bob) = (client.Register(), client.Register());
        var (chat, other, anonymous) = (client.Connect(bob), client.Connect(alice), client.ConnectAnonymously());
        Assert.True(Username.TryParse($"bob_{Guid.NewGuid().ToString("n")[..8]}.42", out var username, out _));
        var hash = username.Hash.ToArray();
        Assert.Equal(hash, chat.Call("reserveUsernameHash", new { usernameHashes = new[] { hash } }).Bytes());
        using var entropy = new Secret(new byte[32]);
        var encrypted = UsernameLink.Encrypt(username.ToString(), entropy, RandomSource.System);
        var handle = chat.Call("confirmUsername", new { username = username.ToString(), usernameCiphertext = encrypted }).GetString();
        Assert.Equal(bob.Aci, anonymous.Call("lookUpUsernameHash", new { hash }).GetString());
        var link = anonymous.Call("lookUpUsernameLink", new { uuid = handle, entropy = new byte[32] });
        Assert.Equal((username.ToString(), Convert.ToHexString(hash)), (link.Text("username"), Convert.ToHexString(link.Bytes("hash"))));

        Assert.Throws<LibsignalException>(() => other.Call("reserveUsernameHash", new { usernameHashes = new[] { hash } }));
        var again = chat.Call("setUsernameLink", new { usernameCiphertext = encrypted, keepLinkHandle = false }).GetString();
        Assert.NotEqual(handle, again);
        chat.Call("deleteUsernameLink");
        Assert.Equal(JsonValueKind.Null, anonymous.Call("lookUpUsernameLink", new { uuid = again, entropy = new byte[32] }).ValueKind);
        chat.Call("deleteUsernameHash");
        Assert.Equal(JsonValueKind.Null, anonymous.Call("lookUpUsernameHash", new { hash }).ValueKind);
    }

    [Fact]
    public void What_this_server_does_not_serve_is_refused_and_the_connection_goes_on()
    {
        var client = net.Open(server, 2);
        var chat = client.Connect(client.Register());
        Assert.Throws<LibsignalException>(() => chat.Call("generateTotpKey"));
        Assert.Throws<LibsignalException>(() => chat.Call("getCurrencyConversions"));
        Assert.Equal((0, 0, 0, 0), Count(chat));
        Assert.Equal(200, chat.Fetch("GET", "/v1/accounts/whoami").Status);
    }

    // Receipts for what was sent before may come in between.
    private static Envelope NextSealed(OfficialChat chat)
    {
        var envelope = chat.Receive();
        while (envelope.Type == Envelope.Types.Type.ServerDeliveryReceipt)
        {
            envelope = chat.Receive();
        }

        Assert.Equal(Envelope.Types.Type.Sealed, envelope.Type);
        return envelope;
    }

    private static (long, long, long, long) Count(OfficialChat chat)
    {
        var count = chat.Call("getPreKeyCount");
        long Of(string kind) => count.Number($"{kind}PreKeyCount");
        return (Of("aciEc"), Of("aciKem"), Of("pniEc"), Of("pniKem"));
    }

    private static void Seal(OfficialChat anonymous, OfficialAccount to, byte[] accessKey) =>
        Seal(anonymous, to.Aci, to.RegistrationId, accessKey);

    private static void Seal(OfficialChat anonymous, string to, int registrationId, byte[] accessKey) => anonymous.Call("sendMessage", new
    {
        destination = new { serviceId = to },
        timestamp = 1_700_000_000_003,
        auth = new { accessKey },
        contents = new[] { new { deviceId = 1, registrationId, contents = Encoding.UTF8.GetBytes("sealed") } },
        onlineOnly = false,
        urgent = true,
    });

    private static object Ec(JsonElement bundle, string name) =>
        new { keyId = bundle.Number(name + "Id"), publicKey = new { publicKey = bundle.Bytes(name) } };

    private static object Signed(JsonElement bundle) => new
    {
        keyId = bundle.Number("signedPreKeyId"),
        publicKey = new { publicKey = bundle.Bytes("signedPreKey") },
        signature = bundle.Bytes("signedPreKeySignature"),
    };

    private static object Kem(JsonElement bundle) => new
    {
        keyId = bundle.Number("kyberPreKeyId"),
        publicKey = new { kemPublicKey = bundle.Bytes("kyberPreKey") },
        signature = bundle.Bytes("kyberPreKeySignature"),
    };

    private JsonElement Make(string party) => net.Package.Call("bundle.make", new { party }).GetProperty("bundle");
}
