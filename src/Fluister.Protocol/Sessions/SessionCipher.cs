using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.PreKeys;

namespace Fluister.Protocol.Sessions;

/// <summary>Begins sessions, encrypts and decrypts with them (Signal, "The Sesame Algorithm").</summary>
/// <remarks>
/// <para>Owns which of a record's sessions a message is for, and that nothing changes where anything is refused. Leaves to the layer
/// above: stores, transactions, locks, one record per device, padding, what the content means, and what to do about a changed
/// identity.</para>
/// </remarks>
public static partial class SessionCipher
{
    /// <summary>Begins a session with what a device has published, and makes it the record's current one.</summary>
    /// <exception cref="ProtocolException">Another identity is pinned, a signature is bad, or a key is.</exception>
    public static void Begin(
        SessionRecord record, LocalDevice local, RemoteDevice remote, PreKeyBundle bundle, DateTimeOffset now, RandomSource random)
    {
        RequireTrusted(remote, bundle.Identity);
        if (!bundle.Signed.IsSignedBy(bundle.Identity) || !bundle.Kem.IsSignedBy(bundle.Identity))
        {
            throw new ProtocolException(ProtocolError.BadSignature, "A published pre-key is not signed by the identity key beside it.");
        }

        record.Promote(SessionState.Begin(local, remote.Address, bundle, now, random));
    }

    /// <summary>Encrypts content, padded already, with the record's current session.</summary>
    /// <returns>A message, with the handshake before it as long as the peer has not answered.</returns>
    /// <exception cref="ProtocolException">No session, a stale one, or another identity is pinned.</exception>
    public static CiphertextMessage Encrypt(
        SessionRecord record, LocalDevice local, RemoteDevice remote, ReadOnlySpan<byte> plaintext, DateTimeOffset now, RandomSource random)
    {
        // As libsignal: a session of an older kind is refused by who asks HasUsableSenderChain, a stale one here as well.
        if (record.Current is not { } session || !session.Meets(SessionRequirements.NotStale, now))
        {
            throw new ProtocolException(ProtocolError.NoSession, "There is no session that may be used for sending.");
        }

        RequireTrusted(remote, session.RemoteIdentity);
        return session.Encrypt(local.Address, remote.Address, plaintext, random);
    }

    private static void RequireTrusted(RemoteDevice remote, IdentityKey claimed)
    {
        if (remote.Pinned is { } pinned && !pinned.Key.Equals(claimed.Key))
        {
            throw new ProtocolException(ProtocolError.UntrustedIdentity, "Another identity key is pinned for the account.");
        }
    }
}
