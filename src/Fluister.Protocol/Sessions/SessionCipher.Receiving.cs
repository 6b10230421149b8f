using Fluister.Cryptography;
using Fluister.Protocol.Messages;

namespace Fluister.Protocol.Sessions;

// Receiving: every session is tried beside its state, and only the one that fits is changed.
public static partial class SessionCipher
{
    /// <summary>Decrypts a message with whichever of the record's sessions it is for; that one becomes the current one.</summary>
    /// <exception cref="ProtocolException">Not authentic in any session, a duplicate, too far ahead, or another identity is
    /// pinned.</exception>
    public static DecryptedMessage Decrypt(
        SessionRecord record, LocalDevice local, RemoteDevice remote, SignalMessage message, RandomSource random)
    {
        ProtocolException? first = null;
        if (record.Current is { } current)
        {
            try
            {
                return Try(current, local, remote, message, random);
            }
            catch (ProtocolException refused) when (MayBeOfAnother(refused))
            {
                first = refused;
            }
        }

        for (var i = 0; i < record.ArchivedCount; i++)
        {
            SessionState? older = null;
            try
            {
                older = record.ReadArchived(i);
                var decrypted = Try(older, local, remote, message, random);
                record.Promote(older, i);
                return decrypted;
            }
            catch (ProtocolException refused)
            {
                older?.Dispose();
                if (!MayBeOfAnother(refused))
                {
                    throw;
                }

                first ??= refused;
            }
        }

        throw first ?? new ProtocolException(ProtocolError.NoSession, "There is no session.");
    }

    /// <summary>Takes a handshake, unless the record knows it already, and decrypts the message inside.</summary>
    /// <exception cref="ProtocolException">As above; or a pre-key is not held, or the post-quantum part is missing.</exception>
    public static DecryptedMessage Decrypt(
        SessionRecord record, LocalDevice local, RemoteDevice remote, PreKeySignalMessage message, HeldPreKeys preKeys, RandomSource random)
    {
        RequireTrusted(remote, message.Identity);
        if (record.Current is { } current && current.IsOf(message))
        {
            return TryKnown(current, local, remote, message, random);
        }

        var archived = record.FindArchived(message);
        var session = archived >= 0 ? record.ReadArchived(archived) : Accept(local, remote, message, preKeys);
        try
        {
            var decrypted = TryKnown(session, local, remote, message, random);
            record.Promote(session, archived);
            return archived >= 0
                ? decrypted
                : decrypted with { PreKeysUsed = new(message.OneTimeId, message.SignedId, message.KemId!.Value, message.BaseKey) };
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    // A handshake is made with one identity key. libsignal takes any that comes with a base key that it knows.
    private static DecryptedMessage TryKnown(
        SessionState session, LocalDevice local, RemoteDevice remote, PreKeySignalMessage message, RandomSource random) =>
        session.RemoteIdentity.Key.Equals(message.Identity.Key)
            ? Try(session, local, remote, message.Message, random)
            : throw new ProtocolException(ProtocolError.UntrustedIdentity, "The handshake was made with another identity key.");

    private static DecryptedMessage Try(
        SessionState session, LocalDevice local, RemoteDevice remote, SignalMessage message, RandomSource random)
    {
        using var step = session.Decrypt(message, local.Address, remote.Address);
        RequireTrusted(remote, session.RemoteIdentity);
        session.Commit(step, random);
        return new DecryptedMessage(step.Plaintext, session.RemoteIdentity, PreKeysUsed: null);
    }

    // A message that is a duplicate in one session, or authentic but of a stranger, is of no other session.
    private static bool MayBeOfAnother(ProtocolException refused) =>
        refused.Error is not (ProtocolError.Duplicate or ProtocolError.UntrustedIdentity);

    private static SessionState Accept(LocalDevice local, RemoteDevice remote, PreKeySignalMessage message, HeldPreKeys preKeys)
    {
        // Only now: a message of a session that is known needs no handshake any more, of whatever version.
        if (message.Version <= MessageVersion.X3dh)
        {
            throw new ProtocolException(ProtocolError.LegacyVersion, "A session cannot begin without a post-quantum part any more.");
        }

        var signed = preKeys.Signed ?? throw UnknownPreKey();
        var kem = preKeys.Kem ?? throw UnknownPreKey();
        var oneTime = message.OneTimeId is null ? null : preKeys.OneTime ?? throw UnknownPreKey();
        if (signed.Id != message.SignedId || kem.Id != message.KemId || oneTime?.Id != message.OneTimeId)
        {
            throw new ArgumentException("The pre-keys must be those that the message names.", nameof(preKeys));
        }

        return SessionState.Accept(local, remote.Address, message, signed, kem, oneTime);
    }

    private static ProtocolException UnknownPreKey() => new(ProtocolError.UnknownPreKey, "A pre-key that the message names is not held.");
}
