using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Messages;

/// <summary>A message of a session (libsignal, wire.proto, SignalMessage): version byte, fields, MAC of eight bytes.</summary>
/// <remarks>The MAC is over sender's and receiver's identity keys, the version byte and the fields. What is parsed is not yet
/// authentic.</remarks>
public sealed partial class SignalMessage : CiphertextMessage
{
    /// <summary>Bytes of the MAC at the end.</summary>
    internal const int MacBytes = 8;

    private readonly byte[] _serialized;
    private readonly Range _body;
    private readonly Range _postQuantum;
    private readonly Range? _addresses;

    private SignalMessage(byte[] serialized, PublicKey ratchetKey, uint counter, Range body, Range postQuantum, Range? addresses)
    {
        (_serialized, RatchetKey, Counter) = (serialized, ratchetKey, counter);
        (_body, _postQuantum, _addresses) = (body, postQuantum, addresses);
    }

    /// <inheritdoc/>
    public override CiphertextMessageType Type => CiphertextMessageType.Signal;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>The version: 4, or 3 for a session that began without a post-quantum part.</summary>
    public int Version => _serialized[0] >> 4;

    /// <summary>The sender's ratchet key, which names the chain that the message is of.</summary>
    public PublicKey RatchetKey { get; }

    /// <summary>The message's number in its chain, from 0.</summary>
    public uint Counter { get; }

    /// <summary>The content, encrypted with AES-256-CBC.</summary>
    internal ReadOnlySpan<byte> Body => _serialized.AsSpan(_body);

    /// <summary>What the post-quantum ratchet sends along; empty where there is none.</summary>
    internal ReadOnlySpan<byte> PostQuantum => _serialized.AsSpan(_postQuantum);

    /// <summary>Parses a message; whether it is authentic, its session says.</summary>
    /// <exception cref="ProtocolException">Malformed, of another version, or with a bad key.</exception>
    public static SignalMessage Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is <= MacBytes or > Limits.MessageBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A message is too short or too long.");
        }

        MessageVersion.Read(bytes[0]);
        uint? counter = null;
        Range? ratchetKey = null, body = null, addresses = null;
        Range postQuantum = default;
        var reader = new ProtoReader(bytes[1..^MacBytes]);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    ratchetKey = Place(bytes, reader.Bytes());
                    break;
                case 2:
                    counter = reader.UInt32();
                    break;
                case 3:
                    reader.UInt32(); // The length of the sender's chain before: sent, and needed by no one.
                    break;
                case 4:
                    body = Place(bytes, reader.Bytes());
                    break;
                case 5:
                    postQuantum = Place(bytes, reader.Bytes());
                    break;
                case 6:
                    addresses = Place(bytes, reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return ratchetKey is { } key && counter is { } number && body is { } content
            ? new SignalMessage(bytes.ToArray(), PublicKey.Read(bytes[key]), number, content, postQuantum, addresses)
            : throw new ProtocolException(ProtocolError.Malformed, "A message must have a ratchet key, a counter and content.");
    }

    // Where a part lies in the whole; the part is a slice of it.
    private static Range Place(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty)
        {
            return default;
        }

        whole.Overlaps(part, out var offset);
        return offset..(offset + part.Length);
    }
}
