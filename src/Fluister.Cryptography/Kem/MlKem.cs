namespace Fluister.Cryptography.Kem;

/// <summary>ML-KEM (FIPS 203) with its parameter sets 768 and 1024.</summary>
/// <remarks>Randomness is an argument. Constant time by construction: what depends on a secret is arithmetic without
/// branches, table look-ups and divisions (rejection sampling sees public bytes only); the last comparison (algorithm 18,
/// line 9) and the choice after it are by mask.</remarks>
public sealed class MlKem
{
    /// <summary>Bytes of a shared secret, and of the randomness of an encapsulation.</summary>
    public const int SharedSecretBytes = 32;

    /// <summary>Bytes of the seed of a key pair: d, then z.</summary>
    public const int SeedBytes = 64;

    private readonly LatticeKem _kem;

    private MlKem(int rank) => _kem = new(rank, roundThree: false);

    /// <summary>ML-KEM-768.</summary>
    public static MlKem Kem768 { get; } = new(3);

    /// <summary>ML-KEM-1024.</summary>
    public static MlKem Kem1024 { get; } = new(4);

    /// <summary>Bytes of an encapsulation key: 1184 or 1568.</summary>
    public int PublicKeyBytes => _kem.PublicKeyBytes;

    /// <summary>Bytes of a decapsulation key: 2400 or 3168.</summary>
    public int PrivateKeyBytes => _kem.PrivateKeyBytes;

    /// <summary>Bytes of a ciphertext: 1088 or 1568.</summary>
    public int CiphertextBytes => _kem.CiphertextBytes;

    /// <summary>ML-KEM.KeyGen_internal (algorithm 16).</summary>
    /// <param name="seed">d and z: 64 bytes.</param>
    /// <param name="publicKey">Filled with the encapsulation key.</param>
    /// <param name="privateKey">Filled with the decapsulation key.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public void GenerateKey(ReadOnlySpan<byte> seed, Span<byte> publicKey, Span<byte> privateKey) =>
        _kem.GenerateKey(seed, publicKey, privateKey);

    /// <summary>Whether bytes from outside are an encapsulation key: length and modulus (7.2).</summary>
    public bool IsPublicKey(ReadOnlySpan<byte> publicKey) => _kem.IsPublicKey(publicKey);

    /// <summary>Whether bytes from outside, such as a stored record, are a decapsulation key: length and hash (7.3).</summary>
    public bool IsPrivateKey(ReadOnlySpan<byte> privateKey) => _kem.IsPrivateKey(privateKey);

    /// <summary>ML-KEM.Encaps_internal (algorithm 17).</summary>
    /// <param name="publicKey">The encapsulation key, from anywhere.</param>
    /// <param name="random">m: 32 bytes that nobody else knows and that are used once.</param>
    /// <param name="ciphertext">Filled with the ciphertext.</param>
    /// <param name="shared">Filled with the shared secret: 32 bytes.</param>
    /// <returns>False where the key is not one (7.2); nothing is written.</returns>
    /// <exception cref="ArgumentException">A span other than the key has another length.</exception>
    public bool TryEncapsulate(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> random, Span<byte> ciphertext, Span<byte> shared)
    {
        if (!_kem.IsPublicKey(publicKey))
        {
            return false;
        }

        _kem.Encapsulate(publicKey, random, ciphertext, shared);
        return true;
    }

    /// <summary>ML-KEM.Decaps_internal (algorithm 18); a ciphertext that is not authentic gives another secret, in the same time.</summary>
    /// <param name="privateKey">The decapsulation key; one from outside is checked with <see cref="IsPrivateKey"/> first.</param>
    /// <param name="ciphertext">The ciphertext.</param>
    /// <param name="shared">Filled with the shared secret: 32 bytes.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public void Decapsulate(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext, Span<byte> shared) =>
        _kem.Decapsulate(privateKey, ciphertext, shared);
}
