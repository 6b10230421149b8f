using System.Net.WebSockets;
using Fluister.Client.Transport;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Accounts;

/// <summary>Waits at the home server to be linked: is given an address, and then what a primary writes there.</summary>
/// <param name="link">A link to the server, of nobody.</param>
internal sealed class ProvisioningWait(HomeServerLink link)
{
    private const string Path = "/v1/websocket/provisioning/";

    /// <summary>Waits once.</summary>
    /// <param name="show">Is given the address.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>What the primary wrote; none where the time was out before (<c>1000</c>, after 90 seconds).</returns>
    /// <exception cref="ClientException">Unreachable; Malformed.</exception>
    public async Task<byte[]?> WaitAsync(Func<string, Task> show, CancellationToken cancel)
    {
        // The server ends it after 90 seconds; where the network is lost without a word, nobody does.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ClientLimits.ProvisioningTime);
        try
        {
            using var socket = await link.OpenSocketAsync(Path, limit.Token).ConfigureAwait(false);
            return await ReceiveAsync(socket, show, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failed) when (failed is WebSocketException or HttpRequestException or IOException)
        {
            throw new ClientException(
                ClientError.Unreachable, "The home server cannot be reached, or too many devices wait to be linked. Try again.", failed);
        }
        catch (InvalidProtocolBufferException wrong)
        {
            throw new ClientException(ClientError.Malformed, "The home server does not speak the protocol of linking.", wrong);
        }
    }

    private static async Task<byte[]?> ReceiveAsync(WebSocket socket, Func<string, Task> show, CancellationToken cancel)
    {
        while (await ReadAsync(socket, cancel).ConfigureAwait(false) is { } read)
        {
            if (read is not { Type: SocketMessage.Types.Type.Request, Request: { Verb: "PUT" } request })
            {
                continue;
            }

            await AnswerAsync(socket, request.Id, cancel).ConfigureAwait(false);
            switch (request.Path)
            {
                case "/v1/address":
                    await show(ProvisioningAddress.Parser.ParseFrom(request.Body).Address).ConfigureAwait(false);
                    break;
                case "/v1/message":
                    return request.Body.ToByteArray();
                default:
                    break;
            }
        }

        return null;
    }

    private static async Task<SocketMessage?> ReadAsync(WebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[ClientLimits.ProvisioningFrame];
        for (var length = 0; length < buffer.Length;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), cancel).ConfigureAwait(false);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel).ConfigureAwait(false);
                return null;
            }

            length += read.Count;
            if (read.EndOfMessage)
            {
                return SocketMessage.Parser.ParseFrom(buffer, 0, length);
            }
        }

        throw new ClientException(ClientError.Malformed, "What the home server sent to a device that waits to be linked is too long.");
    }

    private static Task AnswerAsync(WebSocket socket, ulong id, CancellationToken cancel)
    {
        var answer = new SocketMessage
        {
            Type = SocketMessage.Types.Type.Response,
            Response = new SocketResponse { Id = id, Status = 200, Reason = "OK" },
        };
        return socket.SendAsync(answer.ToByteArray(), WebSocketMessageType.Binary, true, cancel);
    }
}
