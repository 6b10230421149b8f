using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.Keys;

/// <summary>A private key on Curve25519.</summary>
public sealed class PrivateKey : IDisposable
{
    private readonly Secret _scalar;

    /// <summary>Takes 32 bytes, clamped as RFC 7748 (section 5) says, so that the stored form is always the same.</summary>
    /// <exception cref="ProtocolException">Bad key: not 32 bytes.</exception>
    public PrivateKey(ReadOnlySpan<byte> scalar)
    {
        if (scalar.Length != X25519.Bytes)
        {
            throw new ProtocolException(ProtocolError.BadKey, "A private key must have 32 bytes.");
        }

        Span<byte> clamped = stackalloc byte[X25519.Bytes];
        scalar.CopyTo(clamped);
        clamped[0] &= 0xf8;
        clamped[31] = (byte)((clamped[31] & 0x7f) | 0x40);
        _scalar = new Secret(clamped);
        CryptographicOperations.ZeroMemory(clamped);
    }

    /// <summary>The 32 bytes, for records.</summary>
    public ReadOnlySpan<byte> Reveal() => _scalar.Reveal();

    /// <summary>The secret that this key and another's public key share, 32 bytes.</summary>
    /// <exception cref="ProtocolException">Bad key: the public key is of small order.</exception>
    public void Agree(PublicKey theirs, Span<byte> shared)
    {
        if (!X25519.TryAgree(_scalar.Reveal(), theirs.Point, shared))
        {
            throw new ProtocolException(ProtocolError.BadKey, "A public key is of small order.");
        }
    }

    /// <summary>The public key.</summary>
    public PublicKey PublicKey() => Keys.PublicKey.FromPoint(X25519.PublicKey(_scalar.Reveal()));

    /// <summary>An XEdDSA signature, 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message, RandomSource random)
    {
        Span<byte> nonce = stackalloc byte[XEdDsa.RandomBytes];
        random.Fill(nonce);
        var signature = new byte[XEdDsa.SignatureBytes];
        XEdDsa.Sign(_scalar.Reveal(), message, nonce, signature);
        CryptographicOperations.ZeroMemory(nonce);
        return signature;
    }

    /// <summary>Clears the key.</summary>
    public void Dispose() => _scalar.Dispose();
}
