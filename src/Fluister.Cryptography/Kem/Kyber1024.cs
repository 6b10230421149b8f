namespace Fluister.Cryptography.Kem;

/// <summary>Kyber-1024 of the third round of NIST's contest, as Signal's pre-keys use it.</summary>
/// <remarks>It differs from ML-KEM-1024 in three hashes (FIPS 203, appendix C): of a key's seed, of an encapsulation's
/// randomness, and of the shared secret with the ciphertext. For a ciphertext that is not authentic it gives what libsignal
/// gives, which is not what the round-3 paper says, and which nobody can tell from it. Constant time as <see cref="MlKem"/> is.</remarks>
public static class Kyber1024
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeyBytes = 1568;

    /// <summary>Bytes of a private key.</summary>
    public const int PrivateKeyBytes = 3168;

    /// <summary>Bytes of a ciphertext.</summary>
    public const int CiphertextBytes = 1568;

    /// <summary>Bytes of a shared secret, and of the randomness of an encapsulation.</summary>
    public const int SharedSecretBytes = 32;

    /// <summary>Bytes of the seed of a key pair: d, then z.</summary>
    public const int SeedBytes = 64;

    private static readonly LatticeKem Kem = new(4, roundThree: true);

    /// <summary>A key pair.</summary>
    /// <param name="seed">d and z: 64 bytes.</param>
    /// <param name="publicKey">Filled with the public key.</param>
    /// <param name="privateKey">Filled with the private key.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void GenerateKey(ReadOnlySpan<byte> seed, Span<byte> publicKey, Span<byte> privateKey) =>
        Kem.GenerateKey(seed, publicKey, privateKey);

    /// <summary>Whether bytes from outside, such as a stored record, are a private key: length, and the hash of the public key
    /// within.</summary>
    public static bool IsPrivateKey(ReadOnlySpan<byte> privateKey) => Kem.IsPrivateKey(privateKey);

    /// <summary>Encapsulates with 32 random bytes.</summary>
    /// <param name="publicKey">The public key, from anywhere. Any bytes of its length are taken, as libsignal takes them: round 3
    /// has no modulus check, and a coefficient beyond the modulus counts as its remainder.</param>
    /// <param name="random">32 bytes that nobody else knows and that are used once.</param>
    /// <param name="ciphertext">Filled with the ciphertext.</param>
    /// <param name="shared">Filled with the shared secret: 32 bytes.</param>
    /// <returns>False where the key has another length; nothing is written.</returns>
    /// <exception cref="ArgumentException">A span other than the key has another length.</exception>
    public static bool TryEncapsulate(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> random, Span<byte> ciphertext, Span<byte> shared)
    {
        if (publicKey.Length != PublicKeyBytes)
        {
            return false;
        }

        Kem.Encapsulate(publicKey, random, ciphertext, shared);
        return true;
    }

    /// <summary>Decapsulates; a ciphertext that is not authentic gives another secret, in the same time.</summary>
    /// <param name="privateKey">The private key; one from outside is checked with <see cref="IsPrivateKey"/> first.</param>
    /// <param name="ciphertext">The ciphertext.</param>
    /// <param name="shared">Filled with the shared secret: 32 bytes.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void Decapsulate(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext, Span<byte> shared) =>
        Kem.Decapsulate(privateKey, ciphertext, shared);
}
