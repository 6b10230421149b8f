using System.Text;
using System.Text.Json.Nodes;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.Invites;
using Fluister.Server.Requests;

namespace Fluister.ServerTests;

/// <summary>Somebody with a client who registers, through the same requests as the official one; without a number, where none is
/// given.</summary>
internal sealed class Registrant(TestServer server, string? number)
{
    /// <summary>What clients say where a number would stand.</summary>
    public const string NoNumber = "__no_number__";

    private readonly IdentityKeyPair _aci = IdentityKeyPair.Generate(RandomSource.System);
    private readonly IdentityKeyPair _pni = IdentityKeyPair.Generate(RandomSource.System);

    /// <summary>The device's password.</summary>
    public string Password { get; } = Convert.ToHexString(Bytes(16));

    /// <summary>What the account says of itself; tests change it.</summary>
    public JsonObject Attributes { get; } = new()
    {
        ["fetchesMessages"] = true,
        ["registrationId"] = 1234,
        ["pniRegistrationId"] = number is null ? null : (JsonNode)4321,
        ["unidentifiedAccessKey"] = Convert.ToBase64String(Bytes(16)),
        ["capabilities"] = new JsonObject { ["storage"] = true, ["spqr"] = true, ["transfer"] = false },
    };

    /// <summary>Fresh bytes.</summary>
    public static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        RandomSource.System.Fill(bytes);
        return bytes;
    }

    /// <summary>A signed EC key and a KEM key of last resort for each id, by the names of the requests.</summary>
    public JsonObject Keys()
    {
        var keys = new JsonObject
        {
            ["aciSignedPreKey"] = Signed(_aci, kem: false),
            ["aciPqLastResortPreKey"] = Signed(_aci, kem: true),
        };
        if (number is not null)
        {
            keys["pniSignedPreKey"] = Signed(_pni, kem: false);
            keys["pniPqLastResortPreKey"] = Signed(_pni, kem: true);
        }

        return keys;
    }

    /// <summary>An invite of the server.</summary>
    public static async Task<Invite> InviteAsync(TestServer server, int uses = 1)
    {
        var invite = Invite.Generate(uses, server.Clock.GetUtcNow(), TimeSpan.FromDays(7), RandomSource.System);
        await server.Home.Invites.AddAsync(invite);
        return invite;
    }

    /// <summary>Goes through the steps of verification, and gives the session.</summary>
    public async Task<string> VerifyAsync(Invite invite)
    {
        var begun = await server.AskAsync("POST", "/v1/verification/session", body: Json.Body(new { number }));
        var id = (string)begun.Read()["id"]!;
        var path = $"/v1/verification/session/{id}";
        Assert.Equal(200, (await server.AskAsync("PATCH", path, body: Json.Body(new { captcha = $"noop.noop.{invite.Text}" }))).Status);
        var asked = await server.AskAsync("POST", $"{path}/code", body: Json.Body(new { transport = "sms", client = "test" }));
        Assert.Equal(200, asked.Status);
        var done = await server.AskAsync("PUT", $"{path}/code", body: Json.Body(new { code = invite.Code }));
        Assert.True((bool)done.Read()["verified"]!);
        return id;
    }

    /// <summary>Registers with what is given: a session, a recovery password, or anything that a test makes up.</summary>
    public ValueTask<Response> RegisterAsync(JsonObject proof, string? name = null)
    {
        var body = Keys();
        body["aciIdentityKey"] = Convert.ToBase64String(_aci.Public.Serialized);
        body["pniIdentityKey"] = number is null ? null : Convert.ToBase64String(_pni.Public.Serialized);
        body["accountAttributes"] = Attributes.DeepClone();
        body["skipDeviceTransfer"] = true;
        foreach (var (key, value) in proof)
        {
            body[key] = value?.DeepClone();
        }

        return server.AskAsync(
            "POST",
            "/v1/registration",
            body: Json.Text(body.ToJsonString()),
            headers: ("Authorization", Basic(name ?? number ?? NoNumber, Password)));
    }

    /// <summary>Registers with an invite, and gives the device as the server knows it.</summary>
    public async Task<Caller> RegisterAsync(Invite invite)
    {
        var registered = await RegisterAsync(new JsonObject { ["sessionId"] = await VerifyAsync(invite) });
        Assert.Equal(200, registered.Status);
        return Caller((Guid)registered.Read()["uuid"]!);
    }

    /// <summary>A device as the server knows it after it has checked the password.</summary>
    public Caller Caller(Guid aci, int device = Device.Primary, string? password = null) =>
        server.Home.Authenticator.Find(Basic($"{aci}.{device}", password ?? Password))!;

    /// <summary>A header.</summary>
    public static string Basic(string name, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"));

    private static JsonObject Signed(IdentityKeyPair identity, bool kem)
    {
        var key = kem ? KemKeyPair.Generate(RandomSource.System).Public.Serialized.ToArray()
            : KeyPair.Generate(RandomSource.System).Public.Serialized.ToArray();
        return new JsonObject
        {
            ["keyId"] = kem ? 2 : 1,
            ["publicKey"] = Convert.ToBase64String(key).TrimEnd('='),
            ["signature"] = Convert.ToBase64String(identity.Private.Sign(key, RandomSource.System)),
        };
    }
}
