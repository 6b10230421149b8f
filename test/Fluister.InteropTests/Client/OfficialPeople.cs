using System.Security.Cryptography;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;

namespace Fluister.InteropTests.Client;

/// <summary>People whose clients are made of official packages alone (test/libsignal/client.mjs), in a child process.</summary>
/// <remarks>One process serves a class of tests as its fixture and is ended with it.</remarks>
public sealed class OfficialPeople : IDisposable
{
    private readonly Dictionary<(ServerProcess Server, int Port), string> _nets = [];

    /// <summary>The process, for all of the oracle's operations too.</summary>
    internal LibsignalClient Package { get; } = new("client.mjs");

    /// <summary>Registers somebody with a fresh invite; without a number unless one is asked for.</summary>
    internal OfficialPerson Register(ServerProcess server, bool withNumber = false)
    {
        var (token, code) = server.Invite();
        return Begin(server, new { token, code, receipt = withNumber ? null : new { @public = server.ZkParams } });
    }

    /// <summary>Registers somebody again, who has lost the telephone and kept the recovery password: with other identity keys and no
    /// sessions.</summary>
    internal OfficialPerson RegisterAgain(ServerProcess server, OfficialPerson person)
    {
        var recoveryPassword = Package.CallBytes("person.recoveryPassword", new { person = person.Name });
        person.Disconnect();
        return Begin(server, new { aci = person.Aci, recoveryPassword, again = person.Name });
    }

    /// <summary>A new device that shows a code; it is there once a primary has read it and <see cref="OfficialPerson.Linked"/>
    /// returns.</summary>
    internal (OfficialPerson Device, string Url) Wait(ServerProcess server)
    {
        var device = new OfficialPerson(this, OfficialNet.Name("person"));
        var url = Package.Call("person.wait", Fields(server, device.Name)).GetString()!;
        return (device, url);
    }

    private OfficialPerson Begin(ServerProcess server, object more)
    {
        var person = new OfficialPerson(this, OfficialNet.Name("person"));
        person.Take(Package.Call("person.register", Fields(server, person.Name, more)));
        return person;
    }

    private Dictionary<string, object?> Fields(ServerProcess server, string name, object? more = null)
    {
        var fields = new Dictionary<string, object?>
        {
            ["person"] = name,
            ["net"] = Net(server),
            ["port"] = server.Port,
            ["authority"] = server.Authority,
            ["trustRoot"] = server.TrustRoot,
        };
        foreach (var property in more?.GetType().GetProperties() ?? [])
        {
            fields[property.Name] = property.GetValue(more);
        }

        return fields;
    }

    private string Net(ServerProcess server)
    {
        if (!_nets.TryGetValue((server, server.Port), out var net))
        {
            net = OfficialNet.Name("net");
            Package.Call("net.open", new { net, port = server.Port, authority = server.Authority, http = 2 });
            _nets[(server, server.Port)] = net;
        }

        return net;
    }

    /// <summary>A number that nobody has.</summary>
    internal string Number() => Package.Call("net.number").GetString()!;

    /// <summary>Bytes that nobody has seen before.</summary>
    internal static byte[] Random(int length) => RandomNumberGenerator.GetBytes(length);

    /// <summary>Ends the process.</summary>
    public void Dispose() => Package.Dispose();
}
