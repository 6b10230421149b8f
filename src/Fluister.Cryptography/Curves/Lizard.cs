using System.Security.Cryptography;

namespace Fluister.Cryptography.Curves;

/// <summary>Sixteen bytes as an element of ristretto255 from which they can be read again: one Elligator map of the bytes
/// between parts of their hash (Bas Westerbaan's Lizard, as Signal's groups use it with SHA-256).</summary>
public static class Lizard
{
    /// <summary>Bytes that an element carries.</summary>
    public const int Bytes = 16;

    private const int Start = 8;

    /// <summary>The element that carries 16 bytes.</summary>
    public static RistrettoPoint Encode(ReadOnlySpan<byte> value)
    {
        Span<byte> field = stackalloc byte[Field25519.Bytes];
        WriteField(value, field);
        var point = RistrettoPoint.FromSingleElligator(field);
        CryptographicOperations.ZeroMemory(field);
        return point;
    }

    /// <summary>The 16 bytes that an element carries, in fixed time.</summary>
    /// <returns>False, and zeros, where it carries none.</returns>
    public static bool TryDecode(in RistrettoPoint point, Span<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(value.Length, Bytes);
        Span<byte> preimages = stackalloc byte[RistrettoPoint.MaximumPreimages * Field25519.Bytes];
        Span<byte> field = stackalloc byte[Field25519.Bytes];
        int mask = point.WriteElligatorPreimages(preimages);
        value.Clear();
        var found = 0;
        for (var i = 0; i < RistrettoPoint.MaximumPreimages; i++)
        {
            var preimage = preimages.Slice(i * Field25519.Bytes, Field25519.Bytes);
            var candidate = preimage.Slice(Start, Bytes);
            WriteField(candidate, field);
            var same = CryptographicOperations.FixedTimeEquals(field, preimage) ? 1 : 0;
            var bit = same & (mask >> i) & 1;
            found += bit;
            for (var j = 0; j < Bytes; j++)
            {
                value[j] |= (byte)(candidate[j] & -bit);
            }
        }

        CryptographicOperations.ZeroMemory(preimages);
        CryptographicOperations.ZeroMemory(field);
        if (found == 1)
        {
            return true;
        }

        value.Clear();
        return false;
    }

    // The hash of the value with the value in its middle, made even and below 2^254.
    private static void WriteField(ReadOnlySpan<byte> value, Span<byte> field)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(value.Length, Bytes);
        SHA256.HashData(value, field);
        value.CopyTo(field[Start..]);
        field[0] &= 0xfe;
        field[^1] &= 0x3f;
    }
}
