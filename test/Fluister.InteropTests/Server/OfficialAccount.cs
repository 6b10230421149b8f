using System.Text.Json;
using Fluister.InteropTests.Libsignal;

namespace Fluister.InteropTests.Server;

/// <summary>An account that the official client registered, with the keys and sessions of its primary device.</summary>
internal sealed class OfficialAccount(OfficialNet net, string party, JsonElement registered)
{
    /// <summary>The name of its party, for the oracle's operations; its number's id is the party of this name with " pni" after
    /// it.</summary>
    public string Party => party;

    /// <summary>The account's id.</summary>
    public string Aci { get; } = registered.Text("aci");

    /// <summary>The number's id, with its prefix; null for an account without a number.</summary>
    public string Pni { get; } = registered.Text("pni");

    /// <summary>The number; null where there is none.</summary>
    public string Number { get; } = registered.Text("number");

    /// <summary>The primary's password.</summary>
    public string Password { get; } = registered.Text("password");

    /// <summary>Whether it was there before.</summary>
    public bool IsReregistration { get; } = registered.GetProperty("reregistration").GetBoolean();

    /// <summary>What stands for the number in credentials; null where there is one.</summary>
    public byte[]? CredentialSalt { get; } =
        registered.TryGetProperty("credentialSalt", out var salt) ? salt.BytesOrNull() : null;

    /// <summary>Lets others send without saying who they are.</summary>
    public byte[] AccessKey { get; } = registered.Bytes("accessKey");

    /// <summary>32 bytes that register it again.</summary>
    public byte[] RecoveryPassword { get; } = registered.Bytes("recoveryPassword");

    /// <summary>The primary's registration id.</summary>
    public int RegistrationId { get; } = (int)registered.Number("registrationId");

    /// <summary>The same for the number's id.</summary>
    public int PniRegistrationId { get; } = (int)registered.Number("pniRegistrationId");

    /// <summary>The public identity key.</summary>
    public byte[] IdentityKey { get; } = registered.Bytes("identityKey");

    /// <summary>Begins a session from a bundle of the service.</summary>
    public void Begin(string address, int device, JsonElement bundle) =>
        net.Package.Call("bundle.process", new { party, address, device, bundle });

    /// <summary>Encrypts for a device, and keeps the message by the name that is given back, for typed calls.</summary>
    public (int Type, byte[] Bytes, string Kept) Encrypt(string address, int device, byte[] text)
    {
        var keep = OfficialNet.Name("message");
        var message = net.Package.Call("session.encrypt", new { party, address, device, text, keep });
        return ((int)message.Number("type"), message.Bytes("bytes"), keep);
    }

    /// <summary>Decrypts what came from a device.</summary>
    public byte[] Decrypt(string address, int device, byte[] bytes) =>
        net.Package.CallBytes("session.decrypt", new { party, address, device, bytes });
}
