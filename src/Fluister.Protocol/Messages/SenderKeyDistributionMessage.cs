using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Messages;

/// <summary>Gives a sender key to one who shall decrypt with it; travels inside a session's message, never in the open.</summary>
public sealed class SenderKeyDistributionMessage
{
    /// <summary>Bytes of a chain key.</summary>
    internal const int ChainKeyBytes = 32;

    private readonly byte[] _serialized;
    private readonly byte[] _chainKey;

    /// <summary>Writes a message.</summary>
    internal SenderKeyDistributionMessage(
        Guid distribution, uint messageVersion, uint chainId, uint iteration, ReadOnlySpan<byte> chainKey, PublicKey signingKey)
        : this([], distribution, messageVersion, chainId, iteration, chainKey, signingKey)
    {
        using var writer = new ProtoWriter(128);
        writer.Raw([SenderKeyMessage.VersionByte(messageVersion)]);
        writer.Bytes(1, distribution.ToByteArray(bigEndian: true));
        writer.UInt64(2, chainId);
        writer.UInt64(3, iteration);
        writer.Bytes(4, chainKey);
        writer.Bytes(5, signingKey.Serialized);
        _serialized = writer.ToArray();
    }

    private SenderKeyDistributionMessage(
        byte[] serialized,
        Guid distribution,
        uint messageVersion,
        uint chainId,
        uint iteration,
        ReadOnlySpan<byte> chainKey,
        PublicKey signingKey)
    {
        (_serialized, MessageVersion, SigningKey) = (serialized, messageVersion, signingKey);
        (DistributionId, ChainId, Iteration) = (distribution, chainId, iteration);
        _chainKey = chainKey.ToArray();
    }

    /// <summary>The bytes to send: a secret of the group.</summary>
    public ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>Which distribution it belongs to: with the sender's address, which record takes it.</summary>
    public Guid DistributionId { get; }

    /// <summary>Which generation of the sender key.</summary>
    public uint ChainId { get; }

    /// <summary>From which message on it decrypts.</summary>
    public uint Iteration { get; }

    /// <summary>Verifies the messages of the generation.</summary>
    public PublicKey SigningKey { get; }

    /// <summary>The version of the messages.</summary>
    internal uint MessageVersion { get; }

    /// <summary>Where the chain begins.</summary>
    internal ReadOnlySpan<byte> ChainKey => _chainKey;

    /// <summary>Parses a message.</summary>
    /// <exception cref="ProtocolException">Malformed, legacy version, unknown version or a bad key.</exception>
    public static SenderKeyDistributionMessage Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < 1 + 32 + ChainKeyBytes or > Limits.MessageBytes)
        {
            throw Malformed();
        }

        var version = SenderKeyMessage.CheckVersion(bytes[0]);
        ReadOnlySpan<byte> distribution = default;
        uint? chainId = null;
        uint? iteration = null;
        ReadOnlySpan<byte> chainKey = default;
        ReadOnlySpan<byte> signingKey = default;
        var reader = new ProtoReader(bytes[1..]);
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
                    chainKey = reader.Bytes();
                    break;
                case 5:
                    signingKey = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var complete = chainKey.Length == ChainKeyBytes && signingKey.Length == PublicKey.SerializedBytes;
        if (!complete || chainId is not { } chain || iteration is not { } step)
        {
            throw Malformed();
        }

        var id = SenderKeyMessage.ReadDistribution(distribution);
        return new SenderKeyDistributionMessage(bytes.ToArray(), id, version, chain, step, chainKey, PublicKey.Read(signingKey));
    }

    private static ProtocolException Malformed() =>
        new(ProtocolError.Malformed, "A sender key distribution message lacks a part or has one of the wrong length.");
}
