using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Fluister.Benchmarks.Server;

/// <summary>A client's connection of XMPP with direct TLS (RFC 6120, XEP-0368), made to cost little: it knows where a stanza ends and which
/// kind it is. It confirms what came whenever the server asks (XEP-0198).</summary>
internal sealed class XmppSocket : LoadSocket
{
    private const string Password = "a password of a benchmark";
    private readonly string _open;
    private int _handled;
    private int _presences;

    private XmppSocket(TcpClient connection, string host)
        : base(connection) => _open = $"<?xml version='1.0'?><stream:stream to='{host}' xmlns='jabber:client' "
            + "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

    /// <summary>Presences that have come.</summary>
    public int Presences => Volatile.Read(ref _presences);

    /// <summary>Stanzas that were sent before any message.</summary>
    public int Before { get; private set; }

    /// <summary>Makes an account over a connection of its own (XEP-0077), and leaves.</summary>
    public static async Task RegisterAsync(XmppAddress server, string user)
    {
        using var socket = await BeginAsync(server);
        await socket.RegisterAsync(user);
        await socket.SayAsync("</stream:stream>");
    }

    /// <summary>Logs in, as far as the server does not deliver yet: that begins with <see cref="Appear"/>.</summary>
    public static async Task<XmppSocket> LoginAsync(XmppAddress server, string user, bool isNew)
    {
        var socket = await BeginAsync(server);
        if (isNew)
        {
            await socket.RegisterAsync(user);
        }

        var secret = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{Password}"));
        await socket.AskAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>", "/>", "<success");
        await socket.AskAsync(socket._open, "</stream:features>");
        await socket.AskAsync(
            "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>", "</iq>");
        await socket.AskAsync("<enable xmlns='urn:xmpp:sm:3'/>", "/>", "<enabled");
        return socket;
    }

    /// <summary>Says that the client is there; to a room, that it enters.</summary>
    public void Appear(string? room = null)
    {
        Before++;
        Post(Encoding.UTF8.GetBytes(room is null
            ? "<presence/>"
            : $"<presence to='{room}'><x xmlns='http://jabber.org/protocol/muc'/></presence>"));
        Flush();
    }

    /// <inheritdoc/>
    protected override int MostBytes(int length) => length;

    /// <inheritdoc/>
    protected override int Frame(ReadOnlySpan<byte> message, Span<byte> wire)
    {
        message.CopyTo(wire);
        return message.Length;
    }

    /// <inheritdoc/>
    protected override int Unframe(ReadOnlySpan<byte> come, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (come[0] != (byte)'<')
        {
            // White space, which keeps connections alive.
            return 1;
        }

        var length = Length(come);
        if (length == 0)
        {
            return 0;
        }

        var stanza = come[..length];
        if (stanza.StartsWith("<message"u8))
        {
            _handled++;
            message = stanza;
        }
        else if (stanza.StartsWith("<a "u8))
        {
            message = stanza;
        }
        else if (stanza.StartsWith("<r "u8) || stanza.StartsWith("<r>"u8) || stanza.StartsWith("<r/"u8))
        {
            Confirm();
        }
        else if (stanza.StartsWith("<presence"u8))
        {
            _handled++;
            Interlocked.Increment(ref _presences);
        }
        else if (stanza.StartsWith("<iq"u8))
        {
            _handled++;
        }
        else
        {
            throw new InvalidOperationException($"The server says {Encoding.UTF8.GetString(stanza)}");
        }

        return length;
    }

    private static async Task<XmppSocket> BeginAsync(XmppAddress server)
    {
        var socket = new XmppSocket(await OpenAsync(server.Port), server.Host);
        await socket.SecureAsync(server.Host);
        await socket.AskAsync(socket._open, "</stream:features>");
        return socket;
    }

    // Bytes of the first element, 0 where it is not whole. No element here has one of its own name within.
    private static int Length(ReadOnlySpan<byte> come)
    {
        var open = come.IndexOf((byte)'>');
        if (open < 0)
        {
            return 0;
        }

        if (come[open - 1] == (byte)'/' || come[1] == (byte)'/')
        {
            return open + 1;
        }

        var name = come[1..come.IndexOfAny(" >"u8)];
        Span<byte> end = stackalloc byte[name.Length + 3];
        end[0] = (byte)'<';
        end[1] = (byte)'/';
        name.CopyTo(end[2..]);
        end[^1] = (byte)'>';
        var at = come[open..].IndexOf(end);
        return at < 0 ? 0 : open + at + end.Length;
    }

    private void Confirm()
    {
        Span<byte> answer = stackalloc byte[64];
        var begin = "<a xmlns='urn:xmpp:sm:3' h='"u8;
        begin.CopyTo(answer);
        _handled.TryFormat(answer[begin.Length..], out var digits, default, CultureInfo.InvariantCulture);
        "'/>"u8.CopyTo(answer[(begin.Length + digits)..]);
        Post(answer[..(begin.Length + digits + 3)]);
    }

    private async Task RegisterAsync(string user)
    {
        await AskAsync($"<iq type='set' id='new'><query xmlns='jabber:iq:register'><username>{user}</username>"
            + $"<password>{Password}</password></query></iq>", ">", "type='result'");
    }

    private async Task AskAsync(string text, string end, string expected = "")
    {
        await SayAsync(text);
        var answer = await HearAsync(end);
        if (!answer.Contains(expected, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The server answers {answer} to {text}");
        }
    }
}
