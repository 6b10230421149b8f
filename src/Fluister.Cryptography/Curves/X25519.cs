using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Curves;

/// <summary>Diffie-Hellman on Curve25519 (RFC 7748, section 5), in time that does not depend on the keys.</summary>
public static class X25519
{
    /// <summary>Bytes of a private key, of a public key and of a shared secret.</summary>
    public const int Bytes = 32;

    // (486662 - 2) / 4, RFC 7748, section 5.
    private const uint A24 = 121665;

    /// <summary>A fresh private key.</summary>
    public static Secret GenerateKey()
    {
        Span<byte> key = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(key);
        var secret = new Secret(key);
        CryptographicOperations.ZeroMemory(key);
        return secret;
    }

    /// <summary>The public key of a private key of 32 bytes.</summary>
    public static byte[] PublicKey(ReadOnlySpan<byte> privateKey)
    {
        // The base point of Curve25519 is the generator of the Edwards curve, and that has a table (RFC 7748, section 4.1).
        Span<byte> k = stackalloc byte[Bytes];
        Clamp(privateKey, k);
        var publicKey = new byte[Bytes];
        var scalar = Scalar25519.Reduce(k);
        EdwardsPoint.MultiplyBase(scalar).ToMontgomery().Encode(publicKey);
        Scalar25519.Clear(ref scalar);
        CryptographicOperations.ZeroMemory(k);
        return publicKey;
    }

    /// <summary>The secret that two key pairs share, 32 bytes; hash it before use.</summary>
    /// <returns>False, and a cleared <paramref name="shared"/>, where the public key is of small order, so that the secret
    /// would be all zero whatever the private key is (RFC 7748, section 6.1).</returns>
    public static bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey, Span<byte> shared)
    {
        Multiply(privateKey, publicKey, shared);
        Span<byte> zero = stackalloc byte[Bytes];
        zero.Clear();
        return !CryptographicOperations.FixedTimeEquals(shared, zero);
    }

    /// <summary>Whether 32 bytes are the one encoding of a public key in the prime group: below p with the highest bit clear, on
    /// the curve and not on its twist, and without a part of small order. For public keys: takes time by their value.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> publicKey)
    {
        Span<byte> canonical = stackalloc byte[Bytes];
        var u = Field25519.Decode(publicKey);
        u.Encode(canonical);
        return publicKey.SequenceEqual(canonical) && EdwardsPoint.TryFromMontgomery(u, sign: 0, out var point) && point.IsInPrimeGroup();
    }

    // The function X25519 itself: a Montgomery ladder over all 255 bits.
    [SkipLocalsInit]
    internal static void Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> u, Span<byte> result)
    {
        Span<byte> k = stackalloc byte[Bytes];
        Clamp(scalar, k);
        var x1 = Field25519.Decode(u);
        var (x2, z2, x3, z3) = (Field25519.One, Field25519.Zero, x1, Field25519.One);
        var swap = 0u;
        for (var t = 254; t >= 0; t--)
        {
            var bit = ((uint)k[t >> 3] >> (t & 7)) & 1;
            swap ^= bit;
            Field25519.Swap(ref x2, ref x3, swap);
            Field25519.Swap(ref z2, ref z3, swap);
            swap = bit;

            Field25519.Add(x2, z2, out var a);
            Field25519.Subtract(x2, z2, out var b);
            Field25519.Add(x3, z3, out var c);
            Field25519.Subtract(x3, z3, out var d);
            Field25519.Multiply(d, a, out d);
            Field25519.Multiply(c, b, out c);
            Field25519.Square(a, out a);
            Field25519.Square(b, out b);
            Field25519.Add(d, c, out x3);
            Field25519.Square(x3, out x3);
            Field25519.Subtract(d, c, out z3);
            Field25519.Square(z3, out z3);
            Field25519.Multiply(x1, z3, out z3);
            Field25519.Multiply(a, b, out x2);
            Field25519.Subtract(a, b, out var e);
            Field25519.MultiplySmall(e, A24, out z2);
            Field25519.Add(a, z2, out z2);
            Field25519.Multiply(e, z2, out z2);
        }

        Field25519.Swap(ref x2, ref x3, swap);
        Field25519.Swap(ref z2, ref z3, swap);
        (x2 * z2.Invert()).Encode(result);
        CryptographicOperations.ZeroMemory(k);
    }

    // RFC 7748, section 5, decodeScalar25519: a multiple of 8, so that small order is lost, with its highest bit at 254.
    internal static void Clamp(ReadOnlySpan<byte> scalar, Span<byte> clamped)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scalar.Length, Bytes);
        scalar.CopyTo(clamped);
        clamped[0] &= 0xf8;
        clamped[31] = (byte)((clamped[31] & 0x7f) | 0x40);
    }
}
