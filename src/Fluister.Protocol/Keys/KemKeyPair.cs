using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Kem;

namespace Fluister.Protocol.Keys;

/// <summary>A private key of Kyber-1024 with its public key.</summary>
public sealed class KemKeyPair : IDisposable
{
    /// <summary>Bytes of the private key in records: the type byte and the key.</summary>
    public const int PrivateKeyBytes = 1 + Kyber1024.PrivateKeyBytes;

    private readonly Secret _private;

    private KemKeyPair(KemPublicKey publicKey, Secret privateKey) => (Public, _private) = (publicKey, privateKey);

    /// <summary>The public key.</summary>
    public KemPublicKey Public { get; }

    /// <summary>A fresh pair.</summary>
    public static KemKeyPair Generate(RandomSource random)
    {
        Span<byte> seed = stackalloc byte[Kyber1024.SeedBytes];
        Span<byte> publicKey = stackalloc byte[KemPublicKey.SerializedBytes];
        Span<byte> privateKey = stackalloc byte[PrivateKeyBytes];
        random.Fill(seed);
        publicKey[0] = privateKey[0] = KemPublicKey.Type;
        Kyber1024.GenerateKey(seed, publicKey[1..], privateKey[1..]);
        var pair = new KemKeyPair(KemPublicKey.Read(publicKey), new Secret(privateKey));
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(privateKey);
        return pair;
    }

    /// <summary>Reads both keys, each with its type byte.</summary>
    /// <exception cref="ProtocolException">Bad key: another type or another length.</exception>
    public static KemKeyPair Read(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length != PrivateKeyBytes || privateKey[0] != KemPublicKey.Type)
        {
            throw new ProtocolException(ProtocolError.BadKey, "A private KEM key must have the type byte 0x08 and 3,168 bytes more.");
        }

        return new KemKeyPair(KemPublicKey.Read(publicKey), new Secret(privateKey));
    }

    /// <summary>Type byte and private key, 3,169 bytes, for records.</summary>
    public ReadOnlySpan<byte> Reveal() => _private.Reveal();

    /// <summary>The secret, 32 bytes, in a ciphertext with its type byte; one that is not authentic gives another secret.</summary>
    /// <exception cref="ProtocolException">Bad key: the ciphertext is of another type or length.</exception>
    public void Decapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> shared)
    {
        if (ciphertext.Length != KemPublicKey.CiphertextBytes || ciphertext[0] != KemPublicKey.Type)
        {
            throw new ProtocolException(ProtocolError.BadKey, "A KEM ciphertext must have the type byte 0x08 and 1,568 bytes more.");
        }

        Kyber1024.Decapsulate(_private.Reveal()[1..], ciphertext[1..], shared);
    }

    /// <summary>Clears the private key.</summary>
    public void Dispose() => _private.Dispose();
}
