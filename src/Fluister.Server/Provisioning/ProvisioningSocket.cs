using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Server.Provisioning;

/// <summary>The socket of a device that waits to be linked: it is told an address, and, once the primary has written there, the message;
/// then the socket is closed.</summary>
internal sealed class ProvisioningSocket(ProvisioningAddresses addresses, ulong origin, TimeProvider time) : IDisposable
{
    // A device in this state says nothing but that it is there.
    private const int LargestMessage = 4096;
    private const ulong AddressRequest = 1;
    private const ulong MessageRequest = 2;

    private readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sending = new(1);

    /// <summary>Serves the socket: until the message was taken, the other side goes, or its time is out.</summary>
    public async Task RunAsync(WebSocket socket, CancellationToken stopping)
    {
        if (addresses.Enter(origin, out var message) is not { } address)
        {
            await CloseAsync(socket, WebSocketCloseStatus.InternalServerError).ConfigureAwait(false);
            return;
        }

        using var age = new CancellationTokenSource(ServerLimits.ProvisioningSocketAge, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, age.Token);
        var receiving = ReceiveAsync(socket, ending.Token);
        try
        {
            var body = new ProvisioningAddress { Address = address }.ToByteString();
            await AskAsync(socket, "/v1/address", AddressRequest, body, ending.Token).ConfigureAwait(false);
            if (await Task.WhenAny(message, receiving).WaitAsync(ending.Token).ConfigureAwait(false) == message)
            {
                var relayed = UnsafeByteOperations.UnsafeWrap(await message.ConfigureAwait(false));
                await AskAsync(socket, "/v1/message", MessageRequest, relayed, ending.Token).ConfigureAwait(false);
                await Task.WhenAny(_acknowledged.Task, receiving).WaitAsync(ending.Token).ConfigureAwait(false);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // It has gone, or its time is out.
        }
        finally
        {
            addresses.Leave(origin, address);
        }

        await CloseAsync(socket, WebSocketCloseStatus.NormalClosure).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await receiving.ConfigureAwait(false);
    }

    /// <summary>Lets go of what it holds.</summary>
    public void Dispose() => _sending.Dispose();

    private async Task ReceiveAsync(WebSocket socket, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LargestMessage);
        try
        {
            while (await ReadAsync(socket, buffer, cancellation).ConfigureAwait(false) is { } read)
            {
                if (read is { Type: SocketMessage.Types.Type.Response, Response.Id: MessageRequest })
                {
                    _acknowledged.TrySetResult();
                }
                else if (read is { Type: SocketMessage.Types.Type.Request, Request: { } request })
                {
                    var isAlive = request is { Verb: "GET", Path: "/v1/keepalive/provisioning" or "/v1/keepalive" };
                    var response = new SocketResponse { Id = request.Id, Status = isAlive ? 200u : 404u, Reason = isAlive ? "OK" : "" };
                    response.Headers.Add(Timestamp());
                    var said = new SocketMessage { Type = SocketMessage.Types.Type.Response, Response = response };
                    await SendAsync(socket, said, cancellation).ConfigureAwait(false);
                }
            }
        }
        catch (Exception ended)
            when (ended is OperationCanceledException or WebSocketException or InvalidProtocolBufferException or ObjectDisposedException)
        {
            // The other side has gone, or does not speak the protocol.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<SocketMessage?> ReadAsync(WebSocket socket, byte[] buffer, CancellationToken cancellation)
    {
        for (var length = 0; length < LargestMessage;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length, LargestMessage - length), cancellation).ConfigureAwait(false);
            length += read.Count;
            if (read.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (read.EndOfMessage)
            {
                return SocketMessage.Parser.ParseFrom(buffer, 0, length);
            }
        }

        return null;
    }

    private Task AskAsync(WebSocket socket, string path, ulong id, ByteString body, CancellationToken cancellation)
    {
        var request = new SocketRequest { Verb = "PUT", Path = path, Id = id, Body = body };
        request.Headers.Add(Timestamp());
        return SendAsync(socket, new SocketMessage { Type = SocketMessage.Types.Type.Request, Request = request }, cancellation);
    }

    private string Timestamp() =>
        $"X-Signal-Timestamp: {time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}";

    private async Task SendAsync(WebSocket socket, SocketMessage message, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await socket.SendAsync(message.ToByteArray(), WebSocketMessageType.Binary, endOfMessage: true, cancellation)
                .ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
            await socket.CloseOutputAsync(status, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It has gone already.
        }
    }
}
