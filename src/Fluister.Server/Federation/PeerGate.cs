using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Fluister.Server.Identity;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire;

namespace Fluister.Server.Federation;

/// <summary>Lets peers in: the signature (RFC 9421), the clock, the replay window, the state that the operator gave, and the limits of each
/// peer. Default deny.</summary>
internal sealed class PeerGate(ServerIdentity identity, PeerBook peers, RateLimits limits, TimeProvider time)
{
    private const string Time = "yyyy-MM-dd HH:mm:ss";
    private const int Block = 1024;

    private readonly ConcurrentDictionary<ServerTag, SeenNonces> _seen = new();

    /// <summary>Called with a peer whose request was let in: it is up.</summary>
    public Action<Peer>? Heard { get; set; }

    /// <summary>Called with a tag that nobody knows, where it says that its descriptor is, and from where that is said; true where it is
    /// being fetched.</summary>
    public Func<ServerTag, string, ulong, bool>? Meet { get; set; }

    /// <summary>Called with a peer whose signature is not by the key that is known of it, or whose descriptor has expired: it may have
    /// another one by now.</summary>
    public Action<Peer>? Doubted { get; set; }

    /// <summary>Who asks, before the body is read: the signature covers the body's digest.</summary>
    /// <param name="verb">GET or POST.</param>
    /// <param name="path">The path as it stands in the request, without a query.</param>
    /// <param name="header">A header's value, or none; of one that comes twice both, so that it cannot be read.</param>
    /// <param name="origin">Where the request comes from.</param>
    /// <exception cref="RefusedException">400, 401, 403, 411, 429 or 503, with a sentence that explains it to the peer's
    /// operator.</exception>
    public Peer Admit(string verb, string path, Func<string, string?> header, ulong origin = 0)
    {
        var (signature, digest) = Read(header);
        var length = Length(verb, header);
        var peer = Find(signature, header, origin);
        var now = time.GetUtcNow();
        CheckClock(signature.Created!.Value, now);
        CheckSignature(peer, signature, verb, path, digest, origin);
        CheckDescriptor(peer, now);
        CheckState(peer);
        CheckBuild(peer);
        CheckNonce(peer, signature, now);
        Take(peer, length);
        peers.Hear(peer, now);
        Heard?.Invoke(peer);
        return peer;
    }

    /// <summary>Whether a body is the one whose digest was signed.</summary>
    /// <exception cref="RefusedException">400: it is not.</exception>
    public static void CheckBody(Func<string, string?> header, ReadOnlySpan<byte> body)
    {
        if (header(HttpSignature.DigestHeader) != HttpSignature.Digest(body))
        {
            throw Refused(400, "The body is not the one whose Content-Digest was signed.");
        }
    }

    /// <summary>Counts a request, and bytes that came with it or that it was given, towards a peer's limits.</summary>
    /// <exception cref="RefusedException">429: too many, or too much.</exception>
    public void Take(Peer peer, long bytes)
    {
        var (requests, kilobytes) = peer.State == PeerState.Allow
            ? (ServerLimits.PeerRequests, ServerLimits.PeerBytes)
            : (ServerLimits.LimitedPeerRequests, ServerLimits.LimitedPeerBytes);
        limits.Take(requests, peer.Tag.Value);
        limits.Take(kilobytes, peer.Tag.Value, (int)Math.Min(1 + (bytes / Block), kilobytes.Burst));
    }

    private (HttpSignature Signature, string Digest) Read(Func<string, string?> header)
    {
        if (HttpSignature.Read(header(HttpSignature.InputHeader), header(HttpSignature.Header)) is not { } signature
            || !PeerSignature.IsWhole(signature) || header(HttpSignature.DigestHeader) is not { } digest)
        {
            throw Refused(401, "Other home servers sign what they ask; this is not signed, or not in the form of docs/spec/federation.md.");
        }

        var destination = header(PeerSignature.DestinationHeader);
        return destination == identity.Tag.ToString()
            ? (signature, digest)
            : throw Refused(401, $"This is server {identity.Tag}; the request was signed for another one. Fetch this server's descriptor.");
    }

    // A body's length is said before, so that what is too much is not read; and it is as it is, so that nothing can grow.
    private static long Length(string verb, Func<string, string?> header)
    {
        if (header("Content-Encoding") is not null)
        {
            throw Refused(400, "Bodies are not compressed between home servers.");
        }

        return header("Content-Length") is not { } text ? (verb == "GET" ? 0 : throw Refused(411, "Content-Length is missing."))
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length
            : throw Refused(400, "Content-Length is not a number.");
    }

    private Peer Find(HttpSignature signature, Func<string, string?> header, ulong origin)
    {
        if (signature.KeyId is not { Length: ServerTag.Bits / 4 }
            || !ulong.TryParse(signature.KeyId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || new ServerTag(value) is var tag && tag.ToString() != signature.KeyId)
        {
            throw Refused(401, "The keyid is not a server's tag: ten hexadecimal digits.");
        }

        if (peers.Find(tag) is { } peer)
        {
            return peer;
        }

        throw header(PeerSignature.OriginHeader) is { } where && Meet?.Invoke(tag, where, origin) == true
            ? new RefusedException(Sentence(
                Response.Unavailable(ServerLimits.BusyRetry), "Your descriptor is being fetched; ask again in a moment."))
            : Refused(401, $"Server {tag} is not known here. Both operators add each other: `fluister-server peer add`.");
    }

    private static void CheckClock(long created, DateTimeOffset now)
    {
        if (Math.Abs(created - now.ToUnixTimeSeconds()) > (long)ServerLimits.PeerClock.TotalSeconds)
        {
            throw Refused(401, string.Create(
                CultureInfo.InvariantCulture,
                $"The clocks differ: the request was made at {Told(created)} by yours, and it is {Told(now.ToUnixTimeSeconds())} by this "
                + $"server's. At most {ServerLimits.PeerClock.TotalMinutes:0} minutes are allowed; set the clock that is wrong."));
        }
    }

    private void CheckSignature(Peer peer, HttpSignature signature, string verb, string path, string digest, ulong origin)
    {
        if (!limits.Allows(ServerLimits.PeerFailures, origin))
        {
            throw new RefusedException(Response.TooMany(ServerLimits.PeerFailures.Refill));
        }

        if (!PeerSignature.Fits(signature, peer.Key, verb, path, digest, identity.Tag.ToString()))
        {
            limits.Wait(ServerLimits.PeerFailures, origin);
            Doubted?.Invoke(peer);
            throw Refused(401, string.Create(
                CultureInfo.InvariantCulture,
                $"The signature is not by the key that this server knows of {peer.Tag}, from its descriptor {peer.Said.Sequence}."));
        }
    }

    private void CheckDescriptor(Peer peer, DateTimeOffset now)
    {
        if (peer.IsExpired(now))
        {
            Doubted?.Invoke(peer);
            throw Refused(401, string.Create(
                CultureInfo.InvariantCulture,
                $"Your descriptor {peer.Said.Sequence}, which is known here, has expired. A later one is fetched from "
                + $"{peer.Url.Authority}."));
        }
    }

    private void CheckNonce(Peer peer, HttpSignature signature, DateTimeOffset now)
    {
        var most = peer.State == PeerState.Allow ? ServerLimits.PeerNonces : ServerLimits.PeerNonces / ServerLimits.LimitedShare;
        var seen = _seen.GetOrAdd(peer.Tag, _ => new SeenNonces(2 * ServerLimits.PeerClock));
        if (!seen.TryAdd(signature.Nonce!, signature.Created!.Value, now, most))
        {
            throw Refused(401, "This very request was sent before; each is signed anew.");
        }
    }

    private static void CheckState(Peer peer)
    {
        switch (peer.State)
        {
            case PeerState.Block when peer.IsForeign:
                throw Refused(403, "This server takes peers of certain countries only, and your descriptor names none of them.");
            case PeerState.Block:
                throw Refused(403, "This server's operator has blocked yours.");
            case PeerState.Quarantine when !peer.IsUnattested:
                throw new RefusedException(Sentence(
                    Response.Unavailable(ServerLimits.QuarantineRetry), "This server's operator has put yours in quarantine: keep what is "
                    + "for it, and ask again later."));
            default:
                return;
        }
    }

    // It may have been attested since its descriptor was fetched.
    private void CheckBuild(Peer peer)
    {
        if (peer.IsUnattested)
        {
            Doubted?.Invoke(peer);
            throw new RefusedException(Sentence(
                Response.Unavailable(ServerLimits.QuarantineRetry),
                $"You are held back for the build that your descriptor {peer.Said.Sequence} "
                + $"states. {peers.Explain(peer)} `fluister-server attest add` publishes what they say."));
        }
    }

    private static string Told(long seconds) => seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        ? "a time without a date"
        : DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString(Time, CultureInfo.InvariantCulture) + " UTC";

    private static RefusedException Refused(int status, string sentence) => new(Sentence(new Response(status), sentence));

    private static Response Sentence(Response response, string sentence) =>
        response with { Body = Encoding.UTF8.GetBytes(sentence), ContentType = "text/plain; charset=utf-8" };
}
