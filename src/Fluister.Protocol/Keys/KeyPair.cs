using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.Keys;

/// <summary>A private key on Curve25519 with its public key.</summary>
public sealed record KeyPair(PublicKey Public, PrivateKey Private) : IDisposable
{
    /// <summary>A fresh pair.</summary>
    public static KeyPair Generate(RandomSource random)
    {
        Span<byte> scalar = stackalloc byte[X25519.Bytes];
        random.Fill(scalar);
        var key = new PrivateKey(scalar);
        CryptographicOperations.ZeroMemory(scalar);
        return new KeyPair(key.PublicKey(), key);
    }

    /// <summary>Clears the private key.</summary>
    public void Dispose() => Private.Dispose();
}
