using System.Text;
using System.Text.Json;
using Fluister.InteropTests.Libsignal;

namespace Fluister.InteropTests.Server;

/// <summary>A linked device of an account that the official client registered, with keys and sessions of its own.</summary>
internal sealed class LinkedDevice(OfficialNet net, OfficialAccount account, string party, int registrationId)
{
    /// <summary>Its number: an account's first linked device.</summary>
    public const int Id = 2;

    private const string Password = "linked";

    /// <summary>Its registration id.</summary>
    public int RegistrationId => registrationId;

    /// <summary>Links it, as the primary lets it.</summary>
    public static LinkedDevice Link(OfficialNet net, OfficialClient client, OfficialAccount account, OfficialChat primary)
    {
        var (party, pni) = (OfficialNet.Name("account"), OfficialNet.Name("account"));
        var registrationId = net.Package.Call("net.device", new { party, from = account.Party, device = Id }).GetInt32();
        net.Package.Call("net.device", new { party = pni, from = $"{account.Party} pni", device = Id });
        using var code = JsonDocument.Parse(primary.Fetch("GET", "/v1/devices/provisioning/code").Body);
        var token = code.RootElement.GetProperty("verificationCode").GetString()!;
        var linked = Link(client, account, token, registrationId, Bundle(net, party), Bundle(net, pni));
        Assert.Equal(200, linked.Status);
        return new LinkedDevice(net, account, party, registrationId);
    }

    /// <summary>Asks to be linked with keys that nobody will use.</summary>
    public static (int Status, string Body) Link(OfficialNet net, OfficialClient client, OfficialAccount account, string code) =>
        Link(client, account, code, 77, Bundle(net, account.Party), Bundle(net, $"{account.Party} pni"));

    /// <summary>Connects.</summary>
    public OfficialChat Connect(OfficialClient client) => client.Connect($"{account.Aci}.{Id}", Password);

    /// <summary>What a received message says.</summary>
    public string Read(string sender, int device, byte[] content) => Encoding.UTF8.GetString(
        net.Package.CallBytes("session.decrypt", new { party, address = sender, device, bytes = content }));

    /// <summary>Encrypts for a device, and gives the name that the message is kept by.</summary>
    public string Encrypt(string address, int device, string text)
    {
        var keep = OfficialNet.Name("message");
        net.Package.Call("session.encrypt", new { party, address, device, text = Encoding.UTF8.GetBytes(text), keep });
        return keep;
    }

    private static (int Status, string Body) Link(
        OfficialClient client, OfficialAccount account, string code, int registrationId, JsonElement aci, JsonElement pni)
    {
        var json = JsonSerializer.Serialize(new
        {
            verificationCode = code,
            accountAttributes = new
            {
                fetchesMessages = true,
                registrationId,
                pniRegistrationId = 78,
                name = "bmFtZQ==",
                capabilities = new { spqr = true },
            },
            aciSignedPreKey = Key(aci, "signedPreKey"),
            pniSignedPreKey = Key(pni, "signedPreKey"),
            aciPqLastResortPreKey = Key(aci, "kyberPreKey"),
            pniPqLastResortPreKey = Key(pni, "kyberPreKey"),
        });
        var chat = client.ConnectAnonymously();
        var authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Aci}:{Password}"));
        var answer = chat.Fetch("PUT", "/v1/devices/link", json, new Dictionary<string, string> { ["authorization"] = authorization });
        chat.Disconnect();
        return (answer.Status, answer.Body);

        static object Key(JsonElement bundle, string name) => new
        {
            keyId = bundle.Number($"{name}Id"),
            publicKey = Convert.ToBase64String(bundle.Bytes(name)),
            signature = Convert.ToBase64String(bundle.Bytes($"{name}Signature")),
        };
    }

    private static JsonElement Bundle(OfficialNet net, string party) =>
        net.Package.Call("bundle.make", new { party, oneTime = false, lastResort = true }).GetProperty("bundle");
}
