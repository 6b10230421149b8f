namespace Fluister.Benchmarks.Timing;

/// <summary>Decapsulation with secret vectors, one or random ones, under one public key.</summary>
/// <remarks>The public key stays, as sampling its matrix takes a time that depends on it, and may. The ciphertext belongs to none of
/// the vectors, so that every decapsulation is rejected within.</remarks>
internal sealed class SecretVectorSubject : TimingSubject
{
    // The vector comes first in a private key, and is as long as a public key without its seed.
    private const int SeedBytes = 32;

    private readonly KemScheme _kem;
    private readonly byte[] _publicKey;
    private readonly byte[] _privateKey;
    private readonly byte[] _ciphertext;
    private readonly byte[] _fixed;
    private readonly byte[] _shared = new byte[32];

    public SecretVectorSubject(KemScheme kem)
    {
        _kem = kem;
        (_publicKey, _privateKey) = (new byte[kem.PublicKeyBytes], new byte[kem.PrivateKeyBytes]);
        _ciphertext = new byte[kem.CiphertextBytes];
        kem.GenerateKey(new byte[64], _publicKey, _privateKey);
        kem.Encapsulate(_publicKey, new byte[32], _ciphertext, _shared);
        _ciphertext[0] ^= 1;
        _fixed = _privateKey[..InputBytes];
    }

    public override string Name => $"{_kem.Name} decapsulation";

    public override string Classes => "one secret vector | random ones";

    public override int InputBytes => _kem.PublicKeyBytes - SeedBytes;

    public override void Prepare(int @class, Random random, Span<byte> input)
    {
        Span<byte> seed = stackalloc byte[64];
        random.NextBytes(seed);
        var other = new byte[_kem.PrivateKeyBytes];
        _kem.GenerateKey(seed, new byte[_kem.PublicKeyBytes], other);
        (@class == 0 ? _fixed : other[..InputBytes]).CopyTo(input);
    }

    public override void Load(ReadOnlySpan<byte> input) => input.CopyTo(_privateKey);

    public override void Run() => _kem.Decapsulate(_privateKey, _ciphertext, _shared);
}
