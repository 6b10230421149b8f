using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Fluister.Benchmarks.Server;

/// <summary>Clients of XMPP that send text of the payload's length. A message is answered when the server confirms it (XEP-0198), which the
/// client asks for behind what it sends together.</summary>
internal sealed class XmppChat : Chat
{
    private const int StampDigits = 16;
    private readonly byte[] _template;
    private readonly int _stampAt;
    private readonly XmppAddress _server;
    private readonly string _away;
    private XmppSocket? _reader;

    private XmppChat(int readers, string to, string type, XmppAddress server)
        : base(readers)
    {
        (_server, _away) = (server, to);
        var stamp = new string('0', StampDigits);
        var body = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('f', PayloadBytes)))[..PayloadBytes];
        var text = $"<message to='{to}' type='{type}' id='{stamp}'><body>{body}</body></message>";
        _template = Encoding.UTF8.GetBytes(text);
        _stampAt = text.IndexOf(stamp, StringComparison.Ordinal);
    }

    private XmppSocket Sender => (XmppSocket)From;

    /// <summary>Connects one who sends and, unless that one is away, one who reads, each to a server; both get accounts.</summary>
    public static async Task<Chat> PairAsync(XmppAddress server, string from, XmppAddress other, string to, bool isAway = false)
    {
        var reader = isAway ? null : await XmppSocket.LoginAsync(other, to, isNew: true);
        if (isAway)
        {
            await XmppSocket.RegisterAsync(other, to);
        }

        var sender = await XmppSocket.LoginAsync(server, from, isNew: true);
        var chat = new XmppChat(isAway ? 0 : 1, $"{to}@{other.Host}", "chat", other) { From = sender };
        chat.Enter(sender);
        if (reader is not null)
        {
            chat.Enter(reader);
        }

        return chat;
    }

    /// <summary>Connects the members of a room, the first of whom sends.</summary>
    public static async Task<Chat> GroupAsync(XmppAddress server, string room, int members)
    {
        var sockets = new List<XmppSocket>();
        for (var i = 0; i < members; i++)
        {
            sockets.Add(await XmppSocket.LoginAsync(server, $"member{i}", isNew: true));
        }

        var chat = new XmppChat(members, room, "groupchat", server) { From = sockets[0] };
        foreach (var (i, socket) in sockets.Index())
        {
            chat.Enter(socket);
            socket.Appear($"{room}/member{i}");
            if (i == 0)
            {
                // The first makes the room.
                await WaitAsync(() => socket.Presences > 1);
            }
        }

        // Each hears of itself, and of each in the room.
        await WaitAsync(() => sockets.TrueForAll(socket => socket.Presences > members));
        return chat;
    }

    /// <inheritdoc/>
    public override async Task ReturnAsync() =>
        _reader = await XmppSocket.LoginAsync(_server, _away[.._away.IndexOf('@', StringComparison.Ordinal)], isNew: false);

    /// <inheritdoc/>
    public override Task FetchAsync()
    {
        Enter(_reader!);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Received(LoadSocket socket, ReadOnlySpan<byte> message)
    {
        var opening = message[..message.IndexOf((byte)'>')];
        if (message[1] == (byte)'a')
        {
            AnsweredUpTo(Utf8Parser.TryParse(Value(opening, " h="u8), out long handled, out _) ? handled - Sender.Before : 0);
        }
        else if (opening.IndexOf("type='error'"u8) >= 0)
        {
            throw new InvalidOperationException($"A message was refused: {Encoding.UTF8.GetString(message)}");
        }
        else if (Value(opening, " id="u8) is { Length: StampDigits } digits
            && long.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var stamp))
        {
            Arrived(stamp);
        }
    }

    /// <inheritdoc/>
    protected override void Post(long stamp)
    {
        stamp.TryFormat(_template.AsSpan(_stampAt), out _, "x16", CultureInfo.InvariantCulture);
        From.Post(_template);
    }

    /// <inheritdoc/>
    protected override void EndBatch() => From.Post("<r xmlns='urn:xmpp:sm:3'/>"u8);

    private static async Task WaitAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 600 && !isSo(); i++)
        {
            await Task.Delay(100);
        }

        if (!isSo())
        {
            throw new TimeoutException("The members have not entered the room in a minute.");
        }
    }

    // An attribute's value; both peers put it into single quotes.
    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> opening, ReadOnlySpan<byte> name)
    {
        var at = opening.IndexOf(name);
        if (at < 0)
        {
            return default;
        }

        var value = opening[(at + name.Length + 1)..];
        return value[..value.IndexOf((byte)'\'')];
    }

    private void Enter(XmppSocket socket)
    {
        socket.Appear();
        Read(socket);
    }
}
