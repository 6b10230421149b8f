using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Kem;

namespace Fluister.Protocol.Keys;

/// <summary>A public key of Kyber-1024, the post-quantum part of the handshake (Signal, "The PQXDH Key Agreement Protocol").</summary>
public sealed class KemPublicKey : IEquatable<KemPublicKey>
{
    /// <summary>The type byte of Kyber-1024 (round 3), before keys and ciphertexts.</summary>
    public const byte Type = 0x08;

    /// <summary>Bytes on the wire: the type byte and the key.</summary>
    public const int SerializedBytes = 1 + Kyber1024.PublicKeyBytes;

    /// <summary>Bytes of a ciphertext on the wire: the type byte and the ciphertext.</summary>
    public const int CiphertextBytes = 1 + Kyber1024.CiphertextBytes;

    /// <summary>Bytes of a shared secret.</summary>
    public const int SharedSecretBytes = Kyber1024.SharedSecretBytes;

    private readonly byte[] _serialized;

    private KemPublicKey(byte[] serialized) => _serialized = serialized;

    /// <summary>Type byte and key, 1,569 bytes.</summary>
    public ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>Reads type byte and key.</summary>
    /// <exception cref="ProtocolException">Bad key: another type or another length.</exception>
    public static KemPublicKey Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SerializedBytes || bytes[0] != Type)
        {
            throw new ProtocolException(ProtocolError.BadKey, "A KEM key must have the type byte 0x08 and 1,568 bytes more.");
        }

        return new KemPublicKey(bytes.ToArray());
    }

    /// <summary>A fresh secret of 32 bytes, and the ciphertext (1,569 bytes with its type) by which the key's owner learns it.</summary>
    /// <exception cref="ProtocolException">Bad key.</exception>
    public byte[] Encapsulate(RandomSource random, Span<byte> shared)
    {
        Span<byte> coins = stackalloc byte[SharedSecretBytes];
        random.Fill(coins);
        var ciphertext = new byte[CiphertextBytes];
        ciphertext[0] = Type;
        var done = Kyber1024.TryEncapsulate(_serialized.AsSpan(1), coins, ciphertext.AsSpan(1), shared);
        CryptographicOperations.ZeroMemory(coins);
        return done ? ciphertext : throw new ProtocolException(ProtocolError.BadKey, "The bytes are not a KEM key.");
    }

    /// <inheritdoc/>
    public bool Equals(KemPublicKey? other) => other is not null && CryptographicOperations.FixedTimeEquals(_serialized, other._serialized);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KemPublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_serialized, 1);
}
