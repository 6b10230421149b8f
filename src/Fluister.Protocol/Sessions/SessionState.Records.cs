using System.Security.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Ratchets;
using Fluister.Protocol.Ratchets.Spqr;

namespace Fluister.Protocol.Sessions;

// The record of one session (libsignal, storage.proto, SessionStructure).
internal sealed partial class SessionState
{
    private const uint VersionField = 1;
    private const uint BaseKeyField = 13;

    /// <summary>Reads a session's record.</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static SessionState Read(ReadOnlySpan<byte> record)
    {
        uint version = 0, remoteRegistrationId = 0, localRegistrationId = 0;
        ReadOnlySpan<byte> local = default, remote = default, pending = default, pendingKem = default, baseKey = default, spqr = default;
        var hasPending = false;
        var ratchet = new DoubleRatchet.Reader();
        var reader = new ProtoReader(record);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case VersionField:
                    version = reader.UInt32();
                    break;
                case 2:
                    local = reader.Bytes();
                    break;
                case 3:
                    remote = reader.Bytes();
                    break;
                case >= 4 and <= 7:
                    ratchet.Take(ref reader);
                    break;
                case 9:
                    pending = reader.Bytes();
                    hasPending = true;
                    break;
                case 10:
                    remoteRegistrationId = reader.UInt32();
                    break;
                case 11:
                    localRegistrationId = reader.UInt32();
                    break;
                case BaseKeyField:
                    baseKey = reader.Bytes();
                    break;
                case 14:
                    pendingKem = reader.Bytes();
                    break;
                case 15:
                    spqr = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (version is < MessageVersion.X3dh or > MessageVersion.Current)
        {
            throw new ProtocolException(ProtocolError.LegacyVersion, "A session is of a version that is not used any more, or not yet.");
        }

        var triple = new TripleRatchet(ratchet.Finish(), spqr.IsEmpty ? null : SpqrRatchet.Read(spqr));
        return new SessionState((byte)version, IdentityKey.Read(local), IdentityKey.Read(remote), triple, baseKey.ToArray())
        {
            LocalRegistrationId = localRegistrationId,
            RemoteRegistrationId = remoteRegistrationId,
            Pending = hasPending ? PendingHandshake.Read(pending, pendingKem) : null,
        };
    }

    /// <summary>Whether a session's record, not read otherwise, came from a handshake.</summary>
    public static bool IsOf(ReadOnlySpan<byte> record, PreKeySignalMessage message)
    {
        var version = 0u;
        ReadOnlySpan<byte> baseKey = default;
        try
        {
            var reader = new ProtoReader(record);
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case VersionField:
                        version = reader.UInt32();
                        break;
                    case BaseKeyField:
                        baseKey = reader.Bytes();
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }
        }
        catch (ProtocolException)
        {
            return false;
        }

        return version == message.Version && message.BaseKey.Serialized.SequenceEqual(baseKey);
    }

    /// <summary>Writes the session's record.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="withPending">Whether with the handshake that is not answered: an archived session has none.</param>
    public void Write(ProtoWriter writer, bool withPending)
    {
        writer.UInt64(VersionField, Version);
        writer.Bytes(2, LocalIdentity.Serialized);
        writer.Bytes(3, RemoteIdentity.Serialized);
        Ratchet.Double.Write(writer);
        var pending = withPending ? Pending : null;
        if (pending is not null)
        {
            writer.Message(9, pending, static (inner, handshake) => handshake.Write(inner));
        }

        writer.NonZero(10, RemoteRegistrationId);
        writer.NonZero(11, LocalRegistrationId);
        writer.NonEmpty(BaseKeyField, _baseKey);
        if (pending?.KemId is not null)
        {
            writer.Message(14, pending, static (inner, handshake) => handshake.WriteKem(inner));
        }

        if (Ratchet.PostQuantum is { } spqr)
        {
            var state = spqr.Write();
            writer.Bytes(15, state);
            CryptographicOperations.ZeroMemory(state);
        }
    }
}
