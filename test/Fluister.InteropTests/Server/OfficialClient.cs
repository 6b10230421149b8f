namespace Fluister.InteropTests.Server;

/// <summary>A client of one server: registers accounts and connects devices.</summary>
internal sealed class OfficialClient(OfficialNet net, string name, ServerProcess server)
{
    /// <summary>Registers an account with a fresh invite and a number of its own.</summary>
    public OfficialAccount Register(byte[]? accessKey = null, bool unrestricted = false) =>
        Register(server.Invite(), Number(), accessKey, unrestricted);

    /// <summary>Registers an account.</summary>
    public OfficialAccount Register((string Token, string Code) invite, string number, byte[]? accessKey = null, bool unrestricted = false)
    {
        var party = OfficialNet.Name("account");
        var registered = net.Package.Call(
            "net.register", new { net = name, party, number, token = invite.Token, code = invite.Code, accessKey, unrestricted });
        return new OfficialAccount(net, party, registered);
    }

    /// <summary>Registers an account without a number; with a recovery password of another account's, that one again.</summary>
    public OfficialAccount RegisterWithoutNumber(byte[] presentation, byte[]? recoveryPassword = null)
    {
        var party = OfficialNet.Name("account");
        return new OfficialAccount(net, party, net.Package.Call(
            "net.registerWithoutNumber", new { net = name, party, presentation, recoveryPassword }));
    }

    /// <summary>Gives an account back by its id.</summary>
    public OfficialAccount Recover(string aci, byte[] recoveryPassword)
    {
        var party = OfficialNet.Name("account");
        return new OfficialAccount(net, party, net.Package.Call(
            "net.recoverWithoutNumber", new { net = name, party, aci, recoveryPassword }));
    }

    /// <summary>A number that nobody has.</summary>
    public string Number() => net.Package.Call("net.number").GetString()!;

    /// <summary>Connects without saying who.</summary>
    public OfficialChat ConnectAnonymously() => Connect(null, null);

    /// <summary>Connects an account's device.</summary>
    public OfficialChat Connect(OfficialAccount account, int device = 1) => Connect($"{account.Aci}.{device}", account.Password);

    /// <summary>Connects with a name and a password.</summary>
    public OfficialChat Connect(string? username, string? password)
    {
        var chat = OfficialNet.Name("chat");
        net.Package.Call("chat.connect", new { net = name, chat, username, password });
        return new OfficialChat(net, chat);
    }

    /// <summary>Connects a device that waits to be linked.</summary>
    public OfficialChat ConnectProvisioning()
    {
        var chat = OfficialNet.Name("chat");
        net.Package.Call("chat.connect", new { net = name, chat, provisioning = true });
        return new OfficialChat(net, chat);
    }
}
