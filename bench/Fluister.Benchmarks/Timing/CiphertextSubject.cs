namespace Fluister.Benchmarks.Timing;

/// <summary>Decapsulation with one key, of ciphertexts that are as they were made or have one bit changed.</summary>
internal sealed class CiphertextSubject : TimingSubject
{
    private readonly KemScheme _kem;
    private readonly byte[] _publicKey;
    private readonly byte[] _privateKey;
    private readonly byte[] _ciphertext;
    private readonly byte[] _shared = new byte[32];

    public CiphertextSubject(KemScheme kem)
    {
        _kem = kem;
        (_publicKey, _privateKey) = (new byte[kem.PublicKeyBytes], new byte[kem.PrivateKeyBytes]);
        _ciphertext = new byte[kem.CiphertextBytes];
        kem.GenerateKey(new byte[64], _publicKey, _privateKey);
    }

    public override string Name => $"{_kem.Name} decapsulation";

    public override string Classes => "valid | changed ciphertexts";

    public override int InputBytes => _kem.CiphertextBytes;

    public override void Prepare(int @class, Random random, Span<byte> input)
    {
        Span<byte> seed = stackalloc byte[32];
        Span<byte> shared = stackalloc byte[32];
        random.NextBytes(seed);
        _kem.Encapsulate(_publicKey, seed, input, shared);
        input[random.Next(input.Length)] ^= (byte)(@class << random.Next(8));
    }

    public override void Load(ReadOnlySpan<byte> input) => input.CopyTo(_ciphertext);

    public override void Run() => _kem.Decapsulate(_privateKey, _ciphertext, _shared);
}
