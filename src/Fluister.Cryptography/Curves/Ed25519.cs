using System.Security.Cryptography;

namespace Fluister.Cryptography.Curves;

/// <summary>Ed25519 signatures (RFC 8032, section 5.1).</summary>
/// <remarks>
/// Verification is the strict one of that section: the public key must be the canonical encoding of a point of the curve, s
/// must be below the order, and R must be, byte for byte, the encoding of s B - h A: the equation without the cofactor.
/// Public keys of small order are let through, as the standard does: who owns one signs nothing with it.
/// </remarks>
public static class Ed25519
{
    /// <summary>Bytes of a private key, which is a seed.</summary>
    public const int PrivateKeyBytes = 32;

    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeyBytes = EdwardsPoint.Bytes;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureBytes = 64;

    /// <summary>The public key of a private key of 32 bytes.</summary>
    public static byte[] PublicKey(ReadOnlySpan<byte> privateKey)
    {
        Span<byte> expanded = stackalloc byte[SHA512.HashSizeInBytes];
        var publicKey = new byte[PublicKeyBytes];
        var a = Expand(privateKey, expanded);
        EdwardsPoint.MultiplyBase(a).Encode(publicKey);
        Scalar25519.Clear(ref a);
        CryptographicOperations.ZeroMemory(expanded);
        return publicKey;
    }

    /// <summary>Signs (section 5.1.6): private key of 32 bytes, a signature of 64. The same message gives the same signature.</summary>
    public static void Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(signature.Length, SignatureBytes);
        Span<byte> expanded = stackalloc byte[SHA512.HashSizeInBytes];
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        Span<byte> publicKey = stackalloc byte[PublicKeyBytes];
        var a = Expand(privateKey, expanded);

        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        sha.AppendData(expanded[32..]);
        sha.AppendData(message);
        sha.GetHashAndReset(hash);
        var r = Scalar25519.Reduce(hash);
        EdwardsPoint.Encode(EdwardsPoint.MultiplyBase(a), publicKey, EdwardsPoint.MultiplyBase(r), signature[..32]);

        sha.AppendData(signature[..32]);
        sha.AppendData(publicKey);
        sha.AppendData(message);
        sha.GetHashAndReset(hash);
        ((Scalar25519.Reduce(hash) * a) + r).Encode(signature[32..]);
        Scalar25519.Clear(ref a);
        Scalar25519.Clear(ref r);
        CryptographicOperations.ZeroMemory(expanded);
    }

    /// <summary>Whether the owner of a public key (32 bytes) made a signature of a message (section 5.1.7); false for
    /// a signature that has not 64 bytes.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, PublicKeyBytes);
        if (signature.Length != SignatureBytes
            || !EdwardsPoint.TryDecode(publicKey, out var point)
            || !Scalar25519.TryDecode(signature[32..], out var s))
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        sha.AppendData(signature[..32]);
        sha.AppendData(publicKey);
        sha.AppendData(message);
        sha.GetHashAndReset(hash);
        Span<byte> encoded = stackalloc byte[EdwardsPoint.Bytes];
        EdwardsPoint.MultiplySumPublic([Scalar25519.Reduce(hash)], [-point], s).Encode(encoded);
        return CryptographicOperations.FixedTimeEquals(encoded, signature[..32]);
    }

    // The secret scalar; the second half of the hash is the prefix of the nonce.
    private static Scalar25519 Expand(ReadOnlySpan<byte> privateKey, Span<byte> expanded)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, PrivateKeyBytes);
        SHA512.HashData(privateKey, expanded);
        X25519.Clamp(expanded[..32], expanded[..32]);
        return Scalar25519.Reduce(expanded[..32]);
    }
}
