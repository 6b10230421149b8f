using System.Security.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;

namespace Fluister.Protocol.Sessions;

/// <summary>All sessions with one device: the current one, and older ones for messages that are still under way.</summary>
/// <remarks>
/// <para>The bytes are libsignal's RecordStructure (current session 1, older ones 2), so that records move both ways. The current session
/// stays parsed; older ones stay bytes until a message is tried with them. <see cref="Write"/> is for the store.</para>
/// <para>A call that throws has changed nothing. A call that returns has: a caller whose transaction fails afterwards throws the object
/// away and reads the record anew.</para>
/// <para>Not safe for concurrent use.</para>
/// </remarks>
public sealed class SessionRecord : IDisposable
{
    // The newest first, as in the record.
    private readonly List<byte[]> _archived = [];

    /// <summary>Whether there is a current session.</summary>
    public bool HasCurrent => Current is not null;

    /// <summary>The current session's version: 4, or 3 where it began without a post-quantum part.</summary>
    /// <exception cref="ProtocolException">No session.</exception>
    public int Version => Required.Version;

    /// <summary>The registration id of the peer's device when the current session began.</summary>
    /// <exception cref="ProtocolException">No session.</exception>
    public uint RemoteRegistrationId => Required.RemoteRegistrationId;

    /// <summary>The registration id of this device when the current session began.</summary>
    /// <exception cref="ProtocolException">No session.</exception>
    public uint LocalRegistrationId => Required.LocalRegistrationId;

    /// <summary>The peer's identity key in the current session.</summary>
    /// <exception cref="ProtocolException">No session.</exception>
    public IdentityKey RemoteIdentity => Required.RemoteIdentity;

    /// <summary>Our identity key in the current session.</summary>
    /// <exception cref="ProtocolException">No session.</exception>
    public IdentityKey LocalIdentity => Required.LocalIdentity;

    /// <summary>The current session.</summary>
    internal SessionState? Current { get; private set; }

    /// <summary>Number of older sessions.</summary>
    internal int ArchivedCount => _archived.Count;

    private SessionState Required => Current ?? throw new ProtocolException(ProtocolError.NoSession, "There is no session.");

    /// <summary>Reads a record.</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static SessionRecord Read(ReadOnlySpan<byte> record)
    {
        if (record.Length > Limits.RecordBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A session record is too long.");
        }

        var read = new SessionRecord();
        var reader = new ProtoReader(record);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    var current = reader.Bytes();
                    read.Current = current.IsEmpty ? null : SessionState.Read(current);
                    break;
                case 2:
                    read._archived.Add(reader.Bytes().ToArray());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return read;
    }

    /// <summary>Writes the record; the caller clears it.</summary>
    public byte[] Write()
    {
        using var writer = new ProtoWriter(8192);
        if (Current is not null)
        {
            writer.Message(1, Current, static (inner, state) => state.Write(inner, withPending: true));
        }

        foreach (var state in _archived)
        {
            writer.Bytes(2, state);
        }

        return writer.ToArray();
    }

    /// <summary>Puts the current session, if any, with the older ones, so that the next message needs a new handshake.</summary>
    public void Archive()
    {
        if (Current is null)
        {
            return;
        }

        using var writer = new ProtoWriter(8192);
        Current.Write(writer, withPending: false);
        if (_archived.Count >= Limits.ArchivedStates)
        {
            RemoveArchived(_archived.Count - 1);
        }

        _archived.Insert(0, writer.ToArray());
        Current.Dispose();
        Current = null;
    }

    /// <summary>Whether there is a session that may be used for sending.</summary>
    public bool HasUsableSenderChain(DateTimeOffset now, SessionRequirements requirements = SessionRequirements.All) =>
        Current is not null && Current.Meets(requirements, now);

    /// <summary>Whether the message's handshake was taken before, so that no pre-keys are needed for it.</summary>
    public bool Knows(PreKeySignalMessage message) => Current?.IsOf(message) == true || FindArchived(message) >= 0;

    /// <summary>Whether we send with this ratchet key now: whether the peer's decryption error is about the current session.</summary>
    public bool CurrentRatchetKeyMatches(PublicKey key) => Current is not null && Current.SenderRatchetKey.Equals(key);

    /// <summary>Clears the keys.</summary>
    public void Dispose()
    {
        Current?.Dispose();
        Current = null;
        while (_archived.Count > 0)
        {
            RemoveArchived(_archived.Count - 1);
        }
    }

    /// <summary>Which older session came from a message's handshake; -1 if none did.</summary>
    internal int FindArchived(PreKeySignalMessage message) => _archived.FindIndex(state => SessionState.IsOf(state, message));

    /// <summary>An older session.</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    internal SessionState ReadArchived(int index) => SessionState.Read(_archived[index]);

    /// <summary>Makes a session the current one, and archives the one before.</summary>
    /// <param name="state">The session.</param>
    /// <param name="archived">Where it was among the older ones; -1 if it is new.</param>
    internal void Promote(SessionState state, int archived = -1)
    {
        if (archived >= 0)
        {
            RemoveArchived(archived);
        }

        Archive();
        Current = state;
    }

    private void RemoveArchived(int index)
    {
        CryptographicOperations.ZeroMemory(_archived[index]);
        _archived.RemoveAt(index);
    }
}
