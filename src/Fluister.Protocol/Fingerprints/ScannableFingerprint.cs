using System.Security.Cryptography;
using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Fingerprints;

/// <summary>The two halves of a conversation's fingerprint for a camera (protocol buffers CombinedFingerprints).</summary>
public sealed class ScannableFingerprint
{
    // What a half is cut to.
    internal const int HalfBytes = 32;

    private readonly byte[] _ours;
    private readonly byte[] _theirs;

    internal ScannableFingerprint(uint version, ReadOnlySpan<byte> ours, ReadOnlySpan<byte> theirs) =>
        (Version, _ours, _theirs) = (version, ours.ToArray(), theirs.ToArray());

    /// <summary>The version of the format.</summary>
    public uint Version { get; }

    /// <summary>Reads what a camera saw.</summary>
    /// <exception cref="ProtocolException">Malformed: no version, or not two halves.</exception>
    public static ScannableFingerprint Read(ReadOnlySpan<byte> bytes)
    {
        uint? version = null;
        ReadOnlySpan<byte> ours = default, theirs = default;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    version = reader.UInt32();
                    break;
                case 2:
                    ours = ReadHalf(reader.Bytes(), ours);
                    break;
                case 3:
                    theirs = ReadHalf(reader.Bytes(), theirs);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return version is { } found && !ours.IsEmpty && !theirs.IsEmpty
            ? new ScannableFingerprint(found, ours, theirs)
            : throw new ProtocolException(ProtocolError.Malformed, "A scannable fingerprint must have a version and two halves.");
    }

    /// <summary>What to show to the other's camera.</summary>
    public byte[] Write()
    {
        using var writer = new ProtoWriter();
        writer.UInt64(1, Version);
        writer.Message(2, _ours, static (inner, half) => inner.Bytes(1, half));
        writer.Message(3, _theirs, static (inner, half) => inner.Bytes(1, half));
        return writer.ToArray();
    }

    /// <summary>Compares with what the other shows: their own half must be ours of them, and the other way round.</summary>
    public FingerprintMatch Compare(ScannableFingerprint scanned)
    {
        if (scanned.Version != Version)
        {
            return scanned.Version < Version ? FingerprintMatch.TheirsOlder : FingerprintMatch.TheirsNewer;
        }

        var isOurs = CryptographicOperations.FixedTimeEquals(scanned._theirs, _ours);
        return CryptographicOperations.FixedTimeEquals(scanned._ours, _theirs) & isOurs
            ? FingerprintMatch.Same
            : FingerprintMatch.Different;
    }

    // A message that comes twice is merged: one without content leaves the content of the other.
    private static ReadOnlySpan<byte> ReadHalf(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> content)
    {
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                content = reader.Bytes();
            }
            else
            {
                reader.Skip();
            }
        }

        return content;
    }
}
