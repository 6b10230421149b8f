using System.Net.Http.Headers;
using Fluister.Server.Identity;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <summary>Asks peers: HTTPS/2 with the pins of their descriptors, every request signed with this server's identity key (RFC 9421).
/// </summary>
/// <param name="identity">This server's keys.</param>
/// <param name="time">The clock.</param>
/// <param name="connect">How a peer is reached: one handler for each, which the client disposes of. Over TLS by default.</param>
internal sealed class PeerClient(ServerIdentity identity, TimeProvider time, Func<Peer, HttpMessageHandler>? connect = null) : IDisposable
{
    /// <summary>Asks one thing, once.</summary>
    /// <param name="peer">Whom.</param>
    /// <param name="name">What: the last part of the path.</param>
    /// <param name="request">The request.</param>
    /// <param name="patience">How long the answer may take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException">There is none.</exception>
    public async Task<T> AskAsync<T>(Peer peer, string name, IMessage request, TimeSpan patience, CancellationToken cancellation)
        where T : IMessage<T>, new()
    {
        _ = patience;
        if (connect is null)
        {
            throw new PeerException(PeerError.Unreachable, $"{peer.Said.Domain} is not reached.");
        }

        using var invoker = new HttpMessageInvoker(connect(peer));
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(peer.Said.Urls.Chat), $"/federation/v1/{name}"))
        {
            Content = new ByteArrayContent(request.ToByteArray())
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/x-protobuf") },
            },
        };
        message.Headers.Add("Fluister-Origin", identity.Tag.ToString());
        message.Headers.Date = time.GetUtcNow();
        try
        {
            using var answer = await invoker.SendAsync(message, cancellation).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
            {
                throw new PeerException(
                    (int)answer.StatusCode is 429 or 503 ? PeerError.Busy : PeerError.Refused, $"{peer.Said.Domain} refuses.");
            }

            var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            return new MessageParser<T>(() => new T()).ParseFrom(bytes);
        }
        catch (HttpRequestException failed)
        {
            throw new PeerException(PeerError.Unreachable, $"{peer.Said.Domain} is not reached.", inner: failed);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new PeerException(PeerError.Malformed, $"{peer.Said.Domain} gives an answer that cannot be read.", inner: malformed);
        }
    }

    /// <summary>Asks for bytes, as they come: GET /federation/v1/blobs/KEY.</summary>
    /// <param name="peer">Whom.</param>
    /// <param name="key">An attachment's or avatar's key, which the peer has minted.</param>
    /// <param name="range">The header Range of whoever asked; none for all.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>200, 206, 404 or 416, with its body unread; the caller disposes of it.</returns>
    /// <exception cref="PeerException">There is no such answer.</exception>
    public async Task<HttpResponseMessage> FetchAsync(Peer peer, string key, string? range, CancellationToken cancellation)
    {
        var invoker = new HttpMessageInvoker(connect!(peer));
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(peer.Said.Urls.Chat), $"/federation/v1/blobs/{key}"));
        message.Headers.Add("Fluister-Origin", identity.Tag.ToString());
        message.Headers.TryAddWithoutValidation("Range", range);
        try
        {
            return await invoker.SendAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException failed)
        {
            throw new PeerException(PeerError.Unreachable, $"{peer.Said.Domain} is not reached.", inner: failed);
        }
    }

    /// <summary>Ends all connections.</summary>
    public void Dispose()
    {
    }
}
