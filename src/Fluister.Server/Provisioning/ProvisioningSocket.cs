using System.Buffers;
using System.Net.WebSockets;
using Fluister.Server.Requests;
using Fluister.Server.Sockets;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Server.Provisioning;

/// <summary>The socket of a device that waits to be linked: it is told an address, and, once the primary has written there, the message;
/// then the socket is closed.</summary>
internal sealed class ProvisioningSocket(ProvisioningAddresses addresses, ulong origin, TimeProvider time)
{
    // A device in this state says nothing but that it is there.
    private const int LargestMessage = 4096;
    private const ulong AddressRequest = 1;
    private const ulong MessageRequest = 2;

    private readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Serves the socket: until the message was taken, the other side goes, its time is out, or the server stops.</summary>
    public async Task RunAsync(SocketStream stream, CancellationToken stopping)
    {
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        var receiving = ReceiveAsync(socket, stream);
        var code = SocketCodes.Failed;
        if (addresses.Enter(origin, out var message) is { } address)
        {
            code = SocketCodes.Normal;
            using var age = new CancellationTokenSource(ServerLimits.ProvisioningSocketAge, time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, age.Token);
            try
            {
                await RelayAsync(stream, address, message, receiving, ending.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                code = stopping.IsCancellationRequested ? SocketCodes.GoingAway : SocketCodes.Normal;
            }
            finally
            {
                addresses.Leave(origin, address);
            }
        }

        await CloseAsync(socket, stream, receiving, code).ConfigureAwait(false);
    }

    private async Task RelayAsync(
        SocketStream stream, string address, Task<byte[]> message, Task receiving, CancellationToken ending)
    {
        var said = new ProvisioningAddress { Address = address }.ToByteArray();
        await stream.SendAsync(SocketFrame.Ask(AddressRequest, "/v1/address", said, Now)).ConfigureAwait(false);
        if (await Task.WhenAny(message, receiving).WaitAsync(ending).ConfigureAwait(false) == message)
        {
            var relayed = await message.WaitAsync(ending).ConfigureAwait(false);
            await stream.SendAsync(SocketFrame.Ask(MessageRequest, "/v1/message", relayed, Now)).ConfigureAwait(false);
            await Task.WhenAny(_acknowledged.Task, receiving).WaitAsync(ending).ConfigureAwait(false);
        }
    }

    // Until the other side's farewell, or until it says what is not of the protocol.
    private async Task ReceiveAsync(WebSocket socket, SocketStream stream)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LargestMessage);
        try
        {
            while (await ReadAsync(socket, buffer).ConfigureAwait(false) is { } read)
            {
                if (read is { Type: SocketMessage.Types.Type.Response, Response.Id: MessageRequest })
                {
                    _acknowledged.TrySetResult();
                }
                else if (read is { Type: SocketMessage.Types.Type.Request, Request: { } request })
                {
                    var isAlive = request is { Verb: "GET", Path: "/v1/keepalive/provisioning" or "/v1/keepalive" };
                    var answer = isAlive ? Response.Ok : new Response(404);
                    await stream.SendAsync(SocketFrame.Answer(request.Id, answer, Now)).ConfigureAwait(false);
                }
            }
        }
        catch (Exception ended) when (ended is InvalidProtocolBufferException || DeviceSocket.IsGone(ended))
        {
            // The other side has gone, or does not speak the protocol.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<SocketMessage?> ReadAsync(WebSocket socket, byte[] buffer)
    {
        for (var (length, empties) = (0, 0); length < LargestMessage && empties <= ServerLimits.EmptyFragments;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length, LargestMessage - length), CancellationToken.None)
                .ConfigureAwait(false);
            length += read.Count;
            empties += read.Count == 0 ? 1 : 0;
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

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    // Reading goes on until the other side has answered the farewell: a read that is broken off would cut the connection before it.
    private async Task CloseAsync(WebSocket socket, SocketStream stream, Task receiving, int code)
    {
        using var limit = new CancellationTokenSource(ServerLimits.SocketFarewell, time);
        try
        {
            stream.EndMessages();
            await socket.CloseOutputAsync((WebSocketCloseStatus)code, null, limit.Token).ConfigureAwait(false);
            await receiving.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (DeviceSocket.IsGone(gone))
        {
            // It has gone already, or does not listen.
            stream.Abort();
        }

        await receiving.WaitAsync(Timeout.InfiniteTimeSpan, time).ConfigureAwait(false);
        await stream.FinishAsync().ConfigureAwait(false);
    }
}
