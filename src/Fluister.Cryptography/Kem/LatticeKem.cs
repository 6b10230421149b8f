using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Fluister.Cryptography.Hashes;

namespace Fluister.Cryptography.Kem;

/// <summary>The key encapsulation around K-PKE: ML-KEM (FIPS 203, section 6), or Kyber of round 3 as libsignal has it.</summary>
/// <remarks>Decapsulation decrypts, encrypts again, compares and selects in one time for every ciphertext: no branch, index or
/// division depends on a secret. A private key is the secret vector, the public key, its hash, and z.</remarks>
internal sealed class LatticeKem(int rank, bool roundThree)
{
    /// <summary>Bytes of a shared secret, of the randomness of an encapsulation, and of a hash.</summary>
    public const int SecretBytes = 32;

    private const int SeedBytes = 64;
    private const int MaximumCiphertextBytes = 1568;
    private const int MaximumPolynomials = 4;

    /// <summary>Bytes of an encoded vector.</summary>
    public int VectorBytes => rank * Ring.Bytes;

    /// <summary>Bytes of a public key: its vector and the seed of its matrix.</summary>
    public int PublicKeyBytes => VectorBytes + KPke.SeedBytes;

    /// <summary>Bytes of a private key.</summary>
    public int PrivateKeyBytes => VectorBytes + PublicKeyBytes + (2 * SecretBytes);

    /// <summary>Bytes of the first part of a ciphertext.</summary>
    public int FirstBytes => 32 * KPke.BitsOfU(rank) * rank;

    /// <summary>Bytes of a ciphertext.</summary>
    public int CiphertextBytes => FirstBytes + (32 * KPke.BitsOfV(rank));

    /// <summary>A key pair from d and z (algorithm 16).</summary>
    public void GenerateKey(ReadOnlySpan<byte> seed, Span<byte> publicKey, Span<byte> privateKey)
    {
        Require(seed.Length == SeedBytes, nameof(seed));
        Require(publicKey.Length == PublicKeyBytes, nameof(publicKey));
        Require(privateKey.Length == PrivateKeyBytes, nameof(privateKey));
        Span<byte> seeds = stackalloc byte[2 * KPke.SeedBytes];
        Keccak.Sha3_512(seed[..SecretBytes], roundThree ? [] : [(byte)rank], seeds);
        KPke.GenerateKey(rank, seeds[..KPke.SeedBytes], seeds[KPke.SeedBytes..], publicKey, privateKey);
        seeds[..KPke.SeedBytes].CopyTo(publicKey[VectorBytes..]);
        CryptographicOperations.ZeroMemory(seeds);
        publicKey.CopyTo(privateKey[VectorBytes..]);
        Keccak.Sha3_256(publicKey, privateKey[(VectorBytes + PublicKeyBytes)..]);
        seed[SecretBytes..].CopyTo(privateKey[^SecretBytes..]);
    }

    /// <summary>Whether bytes are a public key: their number, and the modulus check (7.2).</summary>
    public bool IsPublicKey(ReadOnlySpan<byte> publicKey) =>
        publicKey.Length == PublicKeyBytes && Ring.IsCanonical(publicKey[..VectorBytes]);

    /// <summary>Whether bytes are a private key: their number, and the hash check (7.3).</summary>
    public bool IsPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length != PrivateKeyBytes)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[SecretBytes];
        Keccak.Sha3_256(privateKey.Slice(VectorBytes, PublicKeyBytes), hash);
        return CryptographicOperations.FixedTimeEquals(hash, Hash(privateKey));
    }

    /// <summary>Encapsulates (algorithm 17) to a public key of the right length.</summary>
    [SkipLocalsInit]
    public void Encapsulate(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> random, Span<byte> ciphertext, Span<byte> shared)
    {
        Require(random.Length == SecretBytes, nameof(random));
        Require(ciphertext.Length == CiphertextBytes, nameof(ciphertext));
        Require(shared.Length == SecretBytes, nameof(shared));
        Span<byte> message = stackalloc byte[SecretBytes];
        Span<byte> hash = stackalloc byte[SecretBytes];
        Span<byte> coins = stackalloc byte[2 * SecretBytes];
        random.CopyTo(message);
        if (roundThree)
        {
            Keccak.Sha3_256(random, message);
        }

        Keccak.Sha3_256(publicKey, hash);
        Keccak.Sha3_512(message, hash, coins);
        Encrypt(publicKey, message, coins[SecretBytes..], ciphertext);
        Derive(coins[..SecretBytes], ciphertext, shared);
        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(coins);
    }

    /// <summary>Decapsulates (algorithm 18).</summary>
    [SkipLocalsInit]
    public void Decapsulate(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext, Span<byte> shared)
    {
        Require(privateKey.Length == PrivateKeyBytes, nameof(privateKey));
        Require(ciphertext.Length == CiphertextBytes, nameof(ciphertext));
        Require(shared.Length == SecretBytes, nameof(shared));
        Span<byte> message = stackalloc byte[SecretBytes];
        Span<byte> coins = stackalloc byte[2 * SecretBytes];
        Span<byte> rejected = stackalloc byte[SecretBytes];
        Span<byte> again = stackalloc byte[MaximumCiphertextBytes];
        again = again[..CiphertextBytes];
        KPke.Decrypt(rank, privateKey, ciphertext[..FirstBytes], ciphertext[FirstBytes..], message);
        Keccak.Sha3_512(message, Hash(privateKey), coins);
        Keccak.Shake256(privateKey[^SecretBytes..], ciphertext, rejected);
        Encrypt(privateKey.Slice(VectorBytes, PublicKeyBytes), message, coins[SecretBytes..], again);
        Select(CryptographicOperations.FixedTimeEquals(ciphertext, again), coins[..SecretBytes], rejected);
        Derive(coins[..SecretBytes], ciphertext, shared);
        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(coins);
        CryptographicOperations.ZeroMemory(rejected);
        CryptographicOperations.ZeroMemory(again);
    }

    // Where the two are not equal, the other secret takes the first one's place.
    private static void Select(bool keep, Span<byte> secret, ReadOnlySpan<byte> other)
    {
        var mask = (byte)(Unsafe.BitCast<bool, byte>(keep) - 1);
        for (var i = 0; i < secret.Length; i++)
        {
            secret[i] ^= (byte)(mask & (secret[i] ^ other[i]));
        }
    }

    [SkipLocalsInit]
    private void Encrypt(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> coins, Span<byte> ciphertext)
    {
        Span<short> y = stackalloc short[MaximumPolynomials * Ring.Degree];
        Span<short> noise = stackalloc short[Ring.Degree];
        KPke.EncryptFirst(rank, publicKey[VectorBytes..], coins, ciphertext, y, noise);
        KPke.EncryptSecond(rank, publicKey, message, y, noise, ciphertext[FirstBytes..]);
        Ring.Clear(y);
        Ring.Clear(noise);
    }

    // Round 3 binds the shared secret to the ciphertext once more. libsignal does so with the secret of a ciphertext that is not
    // authentic too: SHAKE256(SHAKE256(z, c), H(c)), where the round-3 paper has SHAKE256(z, H(c)).
    private void Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> ciphertext, Span<byte> shared)
    {
        if (!roundThree)
        {
            secret.CopyTo(shared);
            return;
        }

        Span<byte> hash = stackalloc byte[SecretBytes];
        Keccak.Sha3_256(ciphertext, hash);
        Keccak.Shake256(secret, hash, shared);
    }

    private ReadOnlySpan<byte> Hash(ReadOnlySpan<byte> privateKey) => privateKey.Slice(VectorBytes + PublicKeyBytes, SecretBytes);

    private static void Require(bool met, string argument)
    {
        if (!met)
        {
            throw new ArgumentException("The length is not the one that this mechanism has.", argument);
        }
    }
}
