using System.Security.Cryptography;

namespace Fluister.Cryptography.Curves;

/// <summary>Signatures by X25519 keys (Signal, "The XEdDSA and VXEdDSA Signature Schemes"), in Signal's variant: the sign of
/// the Edwards point travels in the highest bit of the signature.</summary>
/// <remarks>
/// What libsignal accepts is accepted here, and nothing else: R must be the canonical encoding of the point that the equation
/// gives, without the cofactor; s must be below 2^253 but not below the order; a public key is taken modulo p, with its highest
/// bit ignored, and may be of small order, but not -1, which is no point of the Edwards curve.
/// </remarks>
public static class XEdDsa
{
    /// <summary>Bytes of a signature.</summary>
    public const int SignatureBytes = 64;

    /// <summary>Bytes of randomness that a signature takes.</summary>
    public const int RandomBytes = 64;

    // Where the highest bit of a signature says the sign, the three bits below are above every s.
    private const byte SignBit = 0x80;
    private const byte AboveBits = 0x60;

    // hash1 of the specification, section 2.5: its input begins with 2^256 - 2, little endian, which no other hash's does.
    private static ReadOnlySpan<byte> NoncePrefix =>
    [
        0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    ];

    /// <summary>Signs: private key of 32 bytes, 64 fresh random bytes, a signature of 64.</summary>
    public static void Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> random, Span<byte> signature)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(signature.Length, SignatureBytes);
        Span<byte> key = stackalloc byte[X25519.Bytes];
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        Span<byte> publicKey = stackalloc byte[EdwardsPoint.Bytes];
        X25519.Clamp(privateKey, key);
        var a = Scalar25519.Reduce(key);

        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        sha.AppendData(NoncePrefix);
        sha.AppendData(key);
        sha.AppendData(message);
        sha.AppendData(random);
        sha.GetHashAndReset(hash);
        var r = Scalar25519.Reduce(hash);
        EdwardsPoint.Encode(EdwardsPoint.MultiplyBase(a), publicKey, EdwardsPoint.MultiplyBase(r), signature[..32]);

        sha.AppendData(signature[..32]);
        sha.AppendData(publicKey);
        sha.AppendData(message);
        sha.GetHashAndReset(hash);
        ((Scalar25519.Reduce(hash) * a) + r).Encode(signature[32..]);
        signature[SignatureBytes - 1] |= (byte)(publicKey[EdwardsPoint.Bytes - 1] & SignBit);
        Scalar25519.Clear(ref a);
        Scalar25519.Clear(ref r);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(hash);
    }

    /// <summary>Whether the owner of an X25519 public key (32 bytes) made a signature of a message; false for a signature that
    /// has not 64 bytes.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, X25519.Bytes);
        if (signature.Length != SignatureBytes)
        {
            return false;
        }

        Span<byte> s = stackalloc byte[Scalar25519.Bytes];
        signature[32..].CopyTo(s);
        var sign = (uint)s[31] >> 7;
        s[31] &= SignBit - 1;
        if ((s[31] & AboveBits) != 0 || !EdwardsPoint.TryFromMontgomery(Field25519.Decode(publicKey), sign, out var point))
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        Span<byte> encoded = stackalloc byte[EdwardsPoint.Bytes];
        point.EncodeAffine(encoded);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        sha.AppendData(signature[..32]);
        sha.AppendData(encoded);
        sha.AppendData(message);
        sha.GetHashAndReset(hash);

        // R = s B - h A.
        EdwardsPoint.MultiplySumPublic([Scalar25519.Reduce(hash)], [-point], Scalar25519.Reduce(s)).Encode(encoded);
        return CryptographicOperations.FixedTimeEquals(encoded, signature[..32]);
    }
}
