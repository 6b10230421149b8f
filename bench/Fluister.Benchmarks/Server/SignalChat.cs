using System.Buffers.Text;
using System.Globalization;
using Fluister.Wire.Protos;

namespace Fluister.Benchmarks.Server;

/// <summary>Devices of a home server, which send as Signal's clients do: requests inside a WebSocket.</summary>
/// <remarks>Sealed, the sender does not say who it is and opens the recipient by its access key, over a connection without a name.
/// Identified, the server writes a receipt for each message that has been acknowledged, and the sender acknowledges that.</remarks>
internal sealed class SignalChat : Chat
{
    private const string SocketPath = "/v1/websocket/";
    private readonly SignalTemplate _template;
    private readonly int _port;
    private readonly Guid _away;
    private ulong _id = SignalTemplate.FirstId;
    private WebSocketLoad? _reader;

    private SignalChat(int readers, SignalTemplate template, int port, Guid away)
        : base(readers) => (_template, _port, _away) = (template, port, away);

    // Status 200 and its reason, as fields of a response.
    private static ReadOnlySpan<byte> OkStatus => [2 << 3, 0xC8, 0x01, (3 << 3) | 2, 2, (byte)'O', (byte)'K'];

    /// <summary>Connects one who sends and, unless that one is away, one who reads, at the same
    /// server or at another.</summary>
    public static async Task<Chat> PairAsync(
        int port, Guid from, Guid to, bool isSealed, bool isAway = false, int? readerPort = null)
    {
        var sender = await WebSocketLoad.ConnectAsync(port, SocketPath, isSealed ? null : BenchAccounts.Authorization(from));
        var chat = new SignalChat(isAway ? 0 : 1, SignalTemplate.ToOne(to, isSealed), port, to) { From = sender };
        chat.Read(sender);
        if (!isAway)
        {
            chat.Read(await WebSocketLoad.ConnectAsync(readerPort ?? port, SocketPath, BenchAccounts.Authorization(to)));
        }

        return chat;
    }

    /// <summary>Connects one who sends, sealed, to many who read.</summary>
    public static async Task<Chat> GroupAsync(int port, IReadOnlyList<Guid> members)
    {
        var chat = new SignalChat(members.Count, SignalTemplate.ToMany(members), port, Guid.Empty)
        {
            From = await WebSocketLoad.ConnectAsync(port, SocketPath),
        };
        chat.Read(chat.From);
        foreach (var member in members)
        {
            chat.Read(await WebSocketLoad.ConnectAsync(port, SocketPath, BenchAccounts.Authorization(member)));
        }

        return chat;
    }

    /// <inheritdoc/>
    public override async Task ReturnAsync() => _reader = await WebSocketLoad.ConnectAsync(_port);

    /// <inheritdoc/>
    public override async Task FetchAsync()
    {
        await _reader!.UpgradeAsync(SocketPath, BenchAccounts.Authorization(_away));
        Read(_reader);
    }

    /// <inheritdoc/>
    public override void Received(LoadSocket socket, ReadOnlySpan<byte> message)
    {
        var fields = new ProtobufFields(message);
        var (id, status, isRequest) = (0UL, 0UL, false);
        var body = default(ReadOnlySpan<byte>);
        while (fields.Next())
        {
            isRequest = fields.Field == SocketMessage.RequestFieldNumber;
            var inner = new ProtobufFields(fields.Bytes);
            while (inner.Next())
            {
                switch (inner.Field)
                {
                    case SocketResponse.IdFieldNumber when !isRequest:
                    case SocketRequest.IdFieldNumber when isRequest:
                        id = inner.Number;
                        break;
                    case SocketResponse.StatusFieldNumber when !isRequest:
                        status = inner.Number;
                        break;
                    case SocketRequest.BodyFieldNumber when isRequest:
                        body = inner.Bytes;
                        break;
                }
            }
        }

        if (isRequest)
        {
            Acknowledge(socket, id);
            if (socket != From && Content(body) is { IsEmpty: false } content)
            {
                Arrived(BitConverter.ToInt64(content[_template.DeliveredAt..]));
            }
        }
        else if (status == 200)
        {
            Answered();
        }
        else
        {
            throw new InvalidOperationException($"A message was answered with {status}.");
        }
    }

    /// <inheritdoc/>
    protected override void Post(long stamp)
    {
        var bytes = _template.Bytes;
        if (_template.IsText)
        {
            // Nine bytes are twelve characters.
            Span<byte> first = stackalloc byte[9];
            first[8] = 0;
            BitConverter.TryWriteBytes(first, stamp);
            Base64.EncodeToUtf8(first, bytes.AsSpan(_template.ContentAt), out _, out _, isFinalBlock: false);
        }
        else
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(_template.ContentAt), stamp);
        }

        DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().TryFormat(
            bytes.AsSpan(_template.TimeAt), out _, default, CultureInfo.InvariantCulture);
        ProtobufFields.Write(bytes.AsSpan(_template.IdAt), _id++);
        From.Post(bytes);
    }

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> envelope)
    {
        var fields = new ProtobufFields(envelope);
        while (fields.Next())
        {
            if (fields.Field == Envelope.ContentFieldNumber)
            {
                return fields.Bytes;
            }
        }

        return default;
    }

    // SocketMessage { type RESPONSE, response { id, status 200, reason OK } }.
    private static void Acknowledge(LoadSocket socket, ulong id)
    {
        Span<byte> answer = stackalloc byte[32];
        answer[0] = 1 << 3;
        answer[1] = 2;
        answer[2] = (3 << 3) | 2;
        answer[4] = 1 << 3;
        var length = ProtobufFields.Write(answer[5..], id);
        OkStatus.CopyTo(answer[(5 + length)..]);
        answer[3] = (byte)(1 + length + OkStatus.Length);
        socket.Post(answer[..(5 + length + OkStatus.Length)]);
    }
}
