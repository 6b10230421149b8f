using Fluister.Cryptography.Kem;

namespace Fluister.Benchmarks.Timing;

/// <summary>A key encapsulation mechanism, as far as its timing is measured.</summary>
internal sealed record KemScheme(
    string Name, int PublicKeyBytes, int PrivateKeyBytes, int CiphertextBytes,
    KemScheme.KeyGeneration GenerateKey, KemScheme.Encapsulation Encapsulate, KemScheme.Decapsulation Decapsulate)
{
    public delegate void KeyGeneration(ReadOnlySpan<byte> seed, Span<byte> publicKey, Span<byte> privateKey);

    public delegate bool Encapsulation(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> random, Span<byte> ciphertext, Span<byte> shared);

    public delegate void Decapsulation(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext, Span<byte> shared);

    public static KemScheme[] All { get; } =
    [
        Of("ML-KEM-768", MlKem.Kem768),
        Of("ML-KEM-1024", MlKem.Kem1024),
        new("Kyber-1024", Kyber1024.PublicKeyBytes, Kyber1024.PrivateKeyBytes, Kyber1024.CiphertextBytes,
            Kyber1024.GenerateKey, Kyber1024.TryEncapsulate, Kyber1024.Decapsulate),
    ];

    private static KemScheme Of(string name, MlKem kem) => new(
        name, kem.PublicKeyBytes, kem.PrivateKeyBytes, kem.CiphertextBytes, kem.GenerateKey, kem.TryEncapsulate, kem.Decapsulate);
}
