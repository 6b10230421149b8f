using System.Security.Cryptography;

namespace Fluister.Protocol.Ratchets;

/// <summary>The keys of one message, in memory of the caller: cipher key, MAC key, initialization vector.</summary>
internal readonly ref struct MessageKeys
{
    public const int Bytes = 32 + 32 + 16;

    private readonly Span<byte> _keys;

    private MessageKeys(Span<byte> keys) => _keys = keys;

    public ReadOnlySpan<byte> Cipher => _keys[..32];

    public ReadOnlySpan<byte> Mac => _keys[32..64];

    public ReadOnlySpan<byte> Iv => _keys[64..Bytes];

    private static ReadOnlySpan<byte> Label => "WhisperMessageKeys"u8;

    /// <summary>Derives the keys of a message from its seed and the post-quantum ratchet's key, which may be empty.</summary>
    public static MessageKeys Derive(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> postQuantumKey, Span<byte> memory)
    {
        HKDF.DeriveKey(HashAlgorithmName.SHA256, seed, memory, postQuantumKey, Label);
        return new MessageKeys(memory);
    }

    /// <summary>The keys of a skipped message: from its seed, or as records of before the post-quantum ratchet hold them.</summary>
    /// <exception cref="ProtocolException">Malformed: keys of before that ratchet in a session that has it.</exception>
    public static MessageKeys Of(SkippedKey key, ReadOnlySpan<byte> postQuantumKey, Span<byte> memory)
    {
        if (key.IsSeed)
        {
            return Derive(key.Material, postQuantumKey, memory);
        }

        if (!postQuantumKey.IsEmpty)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A session with a post-quantum ratchet must not hold message keys.");
        }

        key.Material.CopyTo(memory);
        return new MessageKeys(memory);
    }

    public byte[] Encrypt(ReadOnlySpan<byte> plaintext)
    {
        using var aes = Aes.Create();
        aes.SetKey(Cipher);
        return aes.EncryptCbc(plaintext, Iv);
    }

    /// <exception cref="ProtocolException">Malformed: the length or the padding is wrong. Ask only after the MAC was found
    /// good.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.IsEmpty || ciphertext.Length % 16 != 0)
        {
            throw Malformed();
        }

        try
        {
            using var aes = Aes.Create();
            aes.SetKey(Cipher);
            return aes.DecryptCbc(ciphertext, Iv);
        }
        catch (CryptographicException)
        {
            throw Malformed();
        }
    }

    private static ProtocolException Malformed() => new(ProtocolError.Malformed, "The content of a message is not padded as it must be.");
}
