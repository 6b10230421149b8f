using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Fingerprints;

/// <summary>What two people compare to know that no one stands between them: 60 digits, or a code for the camera.</summary>
/// <remarks>
/// Each half is SHA-512 over version, identity key and stable id, hashed again with the key 5,200 times (libsignal,
/// fingerprint.rs), so that a key with a similar fingerprint is dear to find.
/// </remarks>
public sealed class Fingerprint
{
    /// <summary>The version of today's scannable fingerprints; their stable ids are service ids.</summary>
    public const uint ScannableVersion = 2;

    /// <summary>Rounds of hashing of today's fingerprints.</summary>
    public const int Rounds = 5_200;

    private const int Groups = 6;
    private const int GroupBytes = 5;

    private Fingerprint(string digits, ScannableFingerprint scannable) => (Digits, Scannable) = (digits, scannable);

    /// <summary>60 digits, the same on both sides.</summary>
    public string Digits { get; }

    /// <summary>The code for the camera, mirrored on the other side.</summary>
    public ScannableFingerprint Scannable { get; }

    /// <summary>The fingerprint of a conversation.</summary>
    /// <param name="ourId">Our stable id: the binary form of the service id.</param>
    /// <param name="ourKey">Our identity key.</param>
    /// <param name="theirId">Their stable id.</param>
    /// <param name="theirKey">Their identity key, as we know it.</param>
    /// <param name="version">The version that the scannable form states.</param>
    /// <param name="rounds">Rounds of hashing: 2 to <see cref="Limits.FingerprintRounds"/>.</param>
    public static Fingerprint Compute(
        ReadOnlySpan<byte> ourId,
        IdentityKey ourKey,
        ReadOnlySpan<byte> theirId,
        IdentityKey theirKey,
        uint version = ScannableVersion,
        int rounds = Rounds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, Limits.FingerprintRounds);
        Span<byte> ours = stackalloc byte[SHA512.HashSizeInBytes];
        Span<byte> theirs = stackalloc byte[SHA512.HashSizeInBytes];
        Half(ourId, ourKey, rounds, ours);
        Half(theirId, theirKey, rounds, theirs);
        var (a, b) = (Decimal(ours), Decimal(theirs));
        return new Fingerprint(
            string.CompareOrdinal(a, b) < 0 ? a + b : b + a,
            new ScannableFingerprint(version, ours[..ScannableFingerprint.HalfBytes], theirs[..ScannableFingerprint.HalfBytes]));
    }

    private static void Half(ReadOnlySpan<byte> id, IdentityKey key, int rounds, Span<byte> half)
    {
        // Two bytes of version, then what the first round hashes; later rounds hash the last result and the key.
        byte[] first = [0, 0, .. key.Serialized, .. id, .. key.Serialized];
        SHA512.HashData(first, half);
        Span<byte> next = stackalloc byte[SHA512.HashSizeInBytes + PublicKey.SerializedBytes];
        key.Serialized.CopyTo(next[SHA512.HashSizeInBytes..]);
        for (var round = 1; round < rounds; round++)
        {
            half.CopyTo(next);
            SHA512.HashData(next, half);
        }
    }

    // Six groups of five digits, each from five bytes.
    private static string Decimal(ReadOnlySpan<byte> half)
    {
        var digits = new System.Text.StringBuilder(Groups * 5);
        Span<byte> number = stackalloc byte[8];
        number.Clear();
        for (var i = 0; i < Groups; i++)
        {
            half.Slice(i * GroupBytes, GroupBytes).CopyTo(number[3..]);
            digits.Append(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt64BigEndian(number) % 100_000:D5}");
        }

        return digits.ToString();
    }
}
