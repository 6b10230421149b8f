using Fluister.Protocol.Encoding;
using Fluister.Protocol.Handshake;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Sessions;

/// <summary>The handshake that goes with every message until the peer has answered.</summary>
/// <param name="OneTimeId">The peer's one-time pre-key, if any.</param>
/// <param name="SignedId">The peer's signed pre-key.</param>
/// <param name="KemId">The peer's KEM pre-key; none only in old records.</param>
/// <param name="Message">Base key and KEM ciphertext.</param>
/// <param name="Seconds">When the session was begun, in seconds of Unix time.</param>
internal sealed record PendingHandshake(uint? OneTimeId, uint SignedId, uint? KemId, HandshakeMessage Message, ulong Seconds)
{
    /// <summary>Whether the peer has not answered for too long.</summary>
    public bool IsStale(DateTimeOffset now)
    {
        // Compared as numbers of seconds: a time from a record may lie beyond any calendar.
        var latest = (UInt128)Seconds + (ulong)Limits.UnacknowledgedSession.TotalSeconds;
        return now > DateTimeOffset.UnixEpoch && (UInt128)(now - DateTimeOffset.UnixEpoch).Ticks > latest * TimeSpan.TicksPerSecond;
    }

    /// <summary>Writes the part without the KEM's (PendingPreKey).</summary>
    public void Write(ProtoWriter writer)
    {
        if (OneTimeId is { } id)
        {
            writer.UInt64(1, id);
        }

        writer.Bytes(2, Message.BaseKey.Serialized);

        // An int32 in the record: what looks negative is ten bytes long.
        writer.NonZero(3, (ulong)(int)SignedId);
        writer.NonZero(4, Seconds);
    }

    /// <summary>Writes the KEM's part (PendingKyberPreKey).</summary>
    public void WriteKem(ProtoWriter writer)
    {
        writer.NonZero(1, KemId.GetValueOrDefault());
        writer.NonEmpty(2, Message.KemCiphertext.Span);
    }

    /// <summary>Reads both parts; the KEM's may be empty.</summary>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static PendingHandshake Read(ReadOnlySpan<byte> pending, ReadOnlySpan<byte> kem)
    {
        uint? oneTimeId = null;
        var signedId = 0u;
        var seconds = 0UL;
        ReadOnlySpan<byte> baseKey = default;
        var reader = new ProtoReader(pending);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    oneTimeId = reader.UInt32();
                    break;
                case 2:
                    baseKey = reader.Bytes();
                    break;
                case 3:
                    signedId = reader.UInt32();
                    break;
                case 4:
                    seconds = reader.UInt64();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var (kemId, ciphertext) = ReadKem(kem);
        return new PendingHandshake(oneTimeId, signedId, kemId, new HandshakeMessage(PublicKey.Read(baseKey), ciphertext), seconds);
    }

    private static (uint? Id, byte[] Ciphertext) ReadKem(ReadOnlySpan<byte> kem)
    {
        if (kem.IsEmpty)
        {
            return (null, []);
        }

        var id = 0u;
        ReadOnlySpan<byte> ciphertext = default;
        var reader = new ProtoReader(kem);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    id = reader.UInt32();
                    break;
                case 2:
                    ciphertext = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return (id, ciphertext.ToArray());
    }
}
