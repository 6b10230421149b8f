using System.Text;
using System.Text.Json;
using Fluister.InteropTests.Libsignal;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Server;

/// <summary>A connection of the official client.</summary>
internal sealed class OfficialChat(OfficialNet net, string name)
{
    /// <summary>Its name in the child process.</summary>
    public string Name => name;

    /// <summary>Waits for the next event, which must be a message; gives it with its number.</summary>
    public (Envelope Envelope, long Message) NextMessage()
    {
        var said = Next("message");
        return (Envelope.Parser.ParseFrom(said.Bytes("envelope")), said.Number("message"));
    }

    /// <summary>Waits for the next message and acknowledges it.</summary>
    public Envelope Receive()
    {
        var (envelope, message) = NextMessage();
        Answer(message);
        return envelope;
    }

    /// <summary>Waits for the next event, which must be of a kind: message, empty, alerts, interrupted, address, envelope.</summary>
    public JsonElement Next(string kind)
    {
        var said = net.Package.Call("chat.next", new { chat = name });
        Assert.Equal(kind, said.Text("event"));
        return said;
    }

    /// <summary>Answers a message.</summary>
    public void Answer(long message, int status = 200) => net.Package.Call("chat.answer", new { chat = name, message, status });

    /// <summary>Any request.</summary>
    public OfficialResponse Fetch(string verb, string path, byte[]? body = null, IReadOnlyDictionary<string, string>? headers = null)
    {
        var said = net.Package.Call("chat.fetch", new { chat = name, verb, path, body, headers });
        return new OfficialResponse(
            (int)said.Number("status"),
            Encoding.UTF8.GetString(said.BytesOrNull("body") ?? []),
            said.GetProperty("headers").EnumerateObject().ToDictionary(header => header.Name, header => header.Value.GetString()!));
    }

    /// <summary>A request with a body of JSON.</summary>
    public OfficialResponse Fetch(string verb, string path, string json, IReadOnlyDictionary<string, string>? headers = null)
    {
        var all = new Dictionary<string, string>(headers ?? new Dictionary<string, string>()) { ["content-type"] = "application/json" };
        return Fetch(verb, path, Encoding.UTF8.GetBytes(json), all);
    }

    /// <summary>One of the typed functions; net.mjs says how arguments are written that JSON has no form for.</summary>
    public JsonElement Call(string method, params object[] arguments) =>
        net.Package.Call("chat.call", new { chat = name, method, arguments });

    /// <summary>Ends the connection.</summary>
    public void Disconnect() => net.Package.Call("chat.disconnect", new { chat = name });
}

/// <summary>What a request was answered with.</summary>
internal sealed record OfficialResponse(int Status, string Body, IReadOnlyDictionary<string, string> Headers);
