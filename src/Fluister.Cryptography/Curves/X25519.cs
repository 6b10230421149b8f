using System.Security.Cryptography;

namespace Fluister.Cryptography.Curves;

/// <summary>Diffie-Hellman on Curve25519 (RFC 7748, section 5), in time that does not depend on the keys.</summary>
public static class X25519
{
    /// <summary>Bytes of a private key, of a public key and of a shared secret.</summary>
    public const int Bytes = 32;

    // (486662 - 2) / 4, RFC 7748, section 5.
    private static readonly Field25519 A24 = Field25519.From(121665);

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
        Span<byte> basePoint = stackalloc byte[Bytes];
        basePoint.Clear();
        basePoint[0] = 9;
        var publicKey = new byte[Bytes];
        Multiply(privateKey, basePoint, publicKey);
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

    // The function X25519 itself: a Montgomery ladder over all 255 bits.
    internal static void Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> u, Span<byte> result)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scalar.Length, Bytes);
        Span<byte> k = stackalloc byte[Bytes];
        scalar.CopyTo(k);
        k[0] &= 0xf8;
        k[31] = (byte)((k[31] & 0x7f) | 0x40);

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

            var a = x2 + z2;
            var b = x2 - z2;
            var aa = a.Square();
            var bb = b.Square();
            var e = aa - bb;
            var da = (x3 - z3) * a;
            var cb = (x3 + z3) * b;
            x3 = (da + cb).Square();
            z3 = x1 * (da - cb).Square();
            x2 = aa * bb;
            z2 = e * (aa + (A24 * e));
        }

        Field25519.Swap(ref x2, ref x3, swap);
        Field25519.Swap(ref z2, ref z3, swap);
        (x2 * z2.Invert()).Encode(result);
        CryptographicOperations.ZeroMemory(k);
    }
}
