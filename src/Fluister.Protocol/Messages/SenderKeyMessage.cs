using Fluister.Cryptography;
using Fluister.Cryptography.Curves;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Messages;

/// <summary>A message to everyone who has the sender key: encrypted once, signed by its sender.</summary>
public sealed class SenderKeyMessage : CiphertextMessage
{
    /// <summary>The only version.</summary>
    internal const int Version = 3;

    private readonly byte[] _serialized;

    // Where the ciphertext lies in the serialized form.
    private readonly Range _ciphertext;

    /// <summary>Writes and signs a message.</summary>
    internal SenderKeyMessage(
        Guid distribution,
        uint messageVersion,
        uint chainId,
        uint iteration,
        ReadOnlySpan<byte> ciphertext,
        PrivateKey signing,
        RandomSource random)
    {
        (DistributionId, MessageVersion, ChainId, Iteration) = (distribution, messageVersion, chainId, iteration);
        using var writer = new ProtoWriter(ciphertext.Length + XEdDsa.SignatureBytes + 48);
        writer.Raw([VersionByte(messageVersion)]);
        writer.Bytes(1, distribution.ToByteArray(bigEndian: true));
        writer.UInt64(2, chainId);
        writer.UInt64(3, iteration);
        writer.Bytes(4, ciphertext);
        var end = writer.Written.Length;
        writer.Raw(signing.Sign(writer.Written, random));
        _serialized = writer.ToArray();
        _ciphertext = (end - ciphertext.Length)..end;
    }

    private SenderKeyMessage(byte[] serialized, uint messageVersion, Guid distribution, uint chainId, uint iteration, Range ciphertext)
    {
        (_serialized, MessageVersion, _ciphertext) = (serialized, messageVersion, ciphertext);
        (DistributionId, ChainId, Iteration) = (distribution, chainId, iteration);
    }

    /// <inheritdoc/>
    public override CiphertextMessageType Type => CiphertextMessageType.SenderKey;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>Which distribution it belongs to: with the sender's address, which record decrypts it.</summary>
    public Guid DistributionId { get; }

    /// <summary>Which generation of the sender key.</summary>
    public uint ChainId { get; }

    /// <summary>Which message of the generation.</summary>
    public uint Iteration { get; }

    /// <summary>The version by which it was written.</summary>
    internal uint MessageVersion { get; }

    /// <summary>The encrypted content.</summary>
    internal ReadOnlySpan<byte> Ciphertext => _serialized.AsSpan(_ciphertext);

    /// <summary>Parses a message; who made it is not known before <see cref="Verify"/>.</summary>
    /// <exception cref="ProtocolException">Malformed, legacy version or unknown version.</exception>
    public static SenderKeyMessage Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < 1 + XEdDsa.SignatureBytes or > Limits.MessageBytes)
        {
            throw Malformed();
        }

        var version = CheckVersion(bytes[0]);
        var end = bytes.Length - XEdDsa.SignatureBytes;
        ReadOnlySpan<byte> distribution = default;
        uint? chainId = null;
        uint? iteration = null;
        Range? ciphertext = null;
        var reader = new ProtoReader(bytes[1..end]);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    distribution = reader.Bytes();
                    break;
                case 2:
                    chainId = reader.UInt32();
                    break;
                case 3:
                    iteration = reader.UInt32();
                    break;
                case 4:
                    var value = reader.Bytes();
                    bytes.Overlaps(value, out var offset);
                    ciphertext = value.IsEmpty ? 0..0 : offset..(offset + value.Length);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return chainId is { } chain && iteration is { } step && ciphertext is { } content
            ? new SenderKeyMessage(bytes.ToArray(), version, ReadDistribution(distribution), chain, step, content)
            : throw Malformed();
    }

    /// <summary>Whether the owner of a key signed it.</summary>
    public bool Verify(PublicKey signing) => signing.Verify(Serialized[..^XEdDsa.SignatureBytes], Serialized[^XEdDsa.SignatureBytes..]);

    /// <summary>The first byte: the message's version, then the newest that its writer knows.</summary>
    internal static byte VersionByte(uint version) => (byte)(((version & 0xf) << 4) | Version);

    /// <summary>The version in the first byte of a message of a sender key.</summary>
    internal static uint CheckVersion(byte first) => (first >> 4) switch
    {
        < Version => throw new ProtocolException(ProtocolError.LegacyVersion, "A sender key message is of a version no longer accepted."),
        > Version => throw new ProtocolException(ProtocolError.UnknownVersion, "A sender key message is of an unknown version."),
        _ => Version,
    };

    /// <summary>A distribution's id: 16 bytes of a UUID.</summary>
    internal static Guid ReadDistribution(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 16 ? new Guid(bytes, bigEndian: true) : throw Malformed();

    private static ProtocolException Malformed() =>
        new(ProtocolError.Malformed, "A sender key message lacks a part or has one of the wrong length.");
}
