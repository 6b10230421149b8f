using System.Globalization;
using Fluister.Server.Identity;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire;

namespace Fluister.Server.Federation;

/// <summary>Lets peers in: the signature (RFC 9421), the clock, the replay window, the state that the operator gave, and the limits of each
/// peer. Default deny.</summary>
internal sealed class PeerGate(ServerIdentity identity, PeerBook peers, RateLimits limits, TimeProvider time)
{
    /// <summary>Called with a peer whose request was let in: it is up.</summary>
    public Action<Peer>? Heard { get; set; }

    /// <summary>Who asks, before the body is read: the signature covers the body's digest.</summary>
    /// <exception cref="RefusedException">401, 403, 429 or 503, with a sentence that explains it to the peer's operator.</exception>
    public Peer Admit(string verb, string path, Func<string, string?> header)
    {
        _ = (identity, limits, time, verb, path);
        if (!ulong.TryParse(header("Fluister-Origin"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var tag)
            || peers.Find(new ServerTag(tag)) is not { IsOpen: true } peer)
        {
            throw new RefusedException(401);
        }

        Heard?.Invoke(peer);
        return peer;
    }

    /// <summary>Whether a body is the one whose digest was signed.</summary>
    /// <exception cref="RefusedException">400: it is not.</exception>
    public static void CheckBody(Func<string, string?> header, ReadOnlySpan<byte> body)
    {
        if (header("Content-Encoding") is not null && !body.IsEmpty)
        {
            throw new RefusedException(400);
        }
    }
}
