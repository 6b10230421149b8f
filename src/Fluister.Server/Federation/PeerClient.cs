using System.Net;
using System.Net.Http.Headers;
using Fluister.Cryptography;
using Fluister.Server.Identity;
using Fluister.Wire;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <summary>Asks peers: HTTPS/2 with the pins of their descriptors, every request signed with this server's identity key (RFC 9421).
/// </summary>
/// <param name="identity">This server's keys.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Randomness.</param>
/// <param name="connect">How a peer is reached: handlers, which the client disposes of.</param>
internal sealed class PeerClient(
    ServerIdentity identity, TimeProvider time, RandomSource random, Func<Peer, HttpMessageHandler> connect) : IDisposable
{
    private readonly Dictionary<ServerTag, PeerLine> _lines = [];
    private readonly Lock _lock = new();

    /// <summary>Where this server's descriptor is, HOST:PORT, for peers that do not know it yet; it is not said where there is
    /// none.</summary>
    public Func<string?>? Origin { get; set; }

    /// <summary>Called with what became of each request: none where it was answered.</summary>
    public Action<Peer, PeerException?>? Asked { get; set; }

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
        var body = request.ToByteArray();
        using var message = Message(peer, HttpMethod.Post, $"/federation/v1/{name}", body);
        message.Content = new ByteArrayContent(body)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/x-protobuf"), ContentLength = body.Length },
        };
        return await TryAsync(peer, patience, async limit =>
        {
            using var answer = await Line(peer).Questions.SendAsync(message, limit).ConfigureAwait(false);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw await PeerRefusal.ReadAsync(peer.Said.Domain, answer, limit).ConfigureAwait(false);
            }

            var bytes = await PeerAnswer.ReadAsync(answer.Content, ServerLimits.PeerAnswer, limit).ConfigureAwait(false);
            return new MessageParser<T>(() => new T()).ParseFrom(bytes);
        }, cancellation).ConfigureAwait(false);
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
        using var message = Message(peer, HttpMethod.Get, $"/federation/v1/blobs/{key}", []);
        if (range is not null)
        {
            message.Headers.TryAddWithoutValidation("Range", range);
        }

        return await TryAsync(peer, ServerLimits.PeerPatience, async limit =>
        {
            var answer = await Line(peer).Blobs.SendAsync(message, limit).ConfigureAwait(false);
            if ((int)answer.StatusCode is 200 or 206 or 404 or 416 && answer.Content.Headers.ContentEncoding.Count == 0)
            {
                return answer;
            }

            using (answer)
            {
                throw await PeerRefusal.ReadAsync(peer.Said.Domain, answer, limit).ConfigureAwait(false);
            }
        }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Ends all connections.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var line in _lines.Values)
            {
                line.Dispose();
            }

            _lines.Clear();
        }
    }

    private HttpRequestMessage Message(Peer peer, HttpMethod verb, string path, ReadOnlySpan<byte> body)
    {
        var message = new HttpRequestMessage(verb, new Uri(peer.Url, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var signed = message.RequestUri!.AbsolutePath;
        foreach (var (header, value) in PeerSignature.Sign(verb.Method, signed, body, peer.Tag, identity, time.GetUtcNow(), random))
        {
            message.Headers.TryAddWithoutValidation(header, value);
        }

        if (Origin?.Invoke() is { } origin)
        {
            message.Headers.TryAddWithoutValidation(PeerSignature.OriginHeader, origin);
        }

        return message;
    }

    private async Task<T> TryAsync<T>(Peer peer, TimeSpan patience, Func<CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        if (peer.IsExpired(time.GetUtcNow()))
        {
            throw Tell(peer, new PeerException(
                PeerError.Untrusted,
                $"The descriptor of {peer.Said.Domain} has expired, and no later one could be fetched. Ask its operator for one "
                + "(`fluister-server descriptor > FILE`), and `fluister-server peer add FILE`."));
        }

        using var late = new CancellationTokenSource(patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            var answer = await ask(limit.Token).ConfigureAwait(false);
            Asked?.Invoke(peer, null);
            return answer;
        }
        catch (PeerException told)
        {
            Asked?.Invoke(peer, told);
            throw;
        }
        catch (Exception failed) when (!cancellation.IsCancellationRequested && PeerRefusal.IsOfPeer(failed))
        {
            throw Tell(peer, PeerRefusal.Explain(peer.Said.Domain, failed));
        }
    }

    private PeerException Tell(Peer peer, PeerException told)
    {
        Asked?.Invoke(peer, told);
        return told;
    }

    private PeerLine Line(Peer peer)
    {
        lock (_lock)
        {
            var known = _lines.GetValueOrDefault(peer.Tag);
            if (known?.Sequence == peer.Said.Sequence)
            {
                return known;
            }

            // What is under way on the line before ends there; on the one before that it had its time.
            known?.Before?.Dispose();
            known?.Before = null;
            return _lines[peer.Tag] = new PeerLine(peer, connect) { Before = known };
        }
    }
}
