using System.Buffers;
using System.Net.WebSockets;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Transport;

/// <content>What comes in.</content>
internal sealed partial class LinkSocket
{
    private const int SmallBuffer = 16 * 1024;
    private const int MalformedCode = 1007;
    private const int TooLargeCode = 1009;

    private static readonly MessageParser<SocketMessage> Messages = SocketMessage.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<Envelope> Envelopes = Envelope.Parser.WithDiscardUnknownFields(true);

    private static LinkEnd Nonsense(Exception? inner = null) => new(new ClientException(
        ClientError.Malformed, "The home server said what is not of the protocol. The client connects again by itself.", inner));

    private async Task<LinkEnd> ReadAllAsync()
    {
        while (true)
        {
            // An idle connection waits here without a buffer.
            var first = await _socket.ReceiveAsync(Memory<byte>.Empty, _ended.Token).ConfigureAwait(false);
            var (message, size, code) = first.MessageType switch
            {
                WebSocketMessageType.Binary => await ReadMessageAsync(first.EndOfMessage).ConfigureAwait(false),
                WebSocketMessageType.Close => (null, 0, 0),
                _ => (null, 0, MalformedCode),
            };
            switch (message)
            {
                case null when code == 0:
                    await AnswerFarewellAsync().ConfigureAwait(false);
                    return LinkEnd.OfCode((int?)_socket.CloseStatus);
                case { Type: SocketMessage.Types.Type.Response, Response: { } response }:
                    Take(response);
                    break;
                case { Type: SocketMessage.Types.Type.Request, Request: { } request }:
                    await TakeAsync(request, size).ConfigureAwait(false);
                    break;
                default:
                    await CloseAsync(code == 0 ? MalformedCode : code).ConfigureAwait(false);
                    return Nonsense();
            }
        }
    }

    private async ValueTask<(SocketMessage? Message, int Size, int Code)> ReadMessageAsync(bool isEmpty)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
        try
        {
            var (length, empties) = (0, 0);
            while (!isEmpty)
            {
                var read = await _socket.ReceiveAsync(buffer.AsMemory(length), _ended.Token).ConfigureAwait(false);
                _heard = _clock.GetTimestamp();
                length += read.Count;
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    return (null, 0, 0);
                }

                if (length > ClientLimits.SocketMessageBytes || (read.Count == 0 && ++empties > ClientLimits.EmptyFragments))
                {
                    return (null, 0, TooLargeCode);
                }

                if (read.EndOfMessage)
                {
                    break;
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return (Messages.ParseFrom(buffer.AsSpan(0, length)), length, 0);
        }
        catch (InvalidProtocolBufferException)
        {
            return (null, 0, MalformedCode);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Answers to what nobody waits for any more are dropped.
    private void Take(SocketResponse response)
    {
        if (!_asked.TryRemove(response.Id, out var answer))
        {
            return;
        }

        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in response.Headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers.TryAdd(header[..colon].Trim().ToLowerInvariant(), header[(colon + 1)..].Trim());
            }
        }

        answer.TrySetResult(new ServiceResponse((int)response.Status, response.Body.ToByteArray(), headers));
    }

    private async ValueTask TakeAsync(SocketRequest request, int size)
    {
        Delivery? delivery = (_deliveries, request.Verb, request.Path) switch
        {
            (not null, "PUT", "/api/v1/message") => Read(request),
            (not null, "PUT", "/api/v1/queue/empty") => new QueueEmptyDelivery(),
            _ => null,
        };
        if (delivery is not EnvelopeDelivery)
        {
            Answer(request.Id, delivery is null ? 404u : 200u);
        }

        if (delivery is not null)
        {
            _isHeldUp = true;
            await _deliveries!.WriteAsync(delivery, size, _ended.Token).ConfigureAwait(false);
            (_isHeldUp, _heard) = (false, _clock.GetTimestamp());
        }
    }

    private Delivery Read(SocketRequest request)
    {
        var id = request.Id;
        try
        {
            return new EnvelopeDelivery(Envelopes.ParseFrom(request.Body), () => Answer(id, 200));
        }
        catch (InvalidProtocolBufferException)
        {
            return new MalformedDelivery();
        }
    }
}
