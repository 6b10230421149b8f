using System.Security.Cryptography;
using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.SenderKeys;

/// <summary>The key of one message of a sender's chain: a seed, from which cipher key and initialization vector come.</summary>
internal readonly record struct SenderMessageKey(uint Iteration, byte[] Seed)
{
    private const int IvBytes = 16;

    private static ReadOnlySpan<byte> Label => "WhisperGroup"u8;

    /// <summary>Encrypts with AES-256-CBC and PKCS#7 padding.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> plaintext)
    {
        Span<byte> derived = stackalloc byte[IvBytes + 32];
        using var aes = Cipher(derived);
        var ciphertext = aes.EncryptCbc(plaintext, derived[..IvBytes]);
        CryptographicOperations.ZeroMemory(derived);
        return ciphertext;
    }

    /// <summary>Decrypts what <see cref="Encrypt"/> made.</summary>
    /// <exception cref="ProtocolException">Malformed: not whole blocks, or bad padding. The signature was checked before, so
    /// that the sender made it so.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> ciphertext)
    {
        Span<byte> derived = stackalloc byte[IvBytes + 32];
        using var aes = Cipher(derived);
        try
        {
            return !ciphertext.IsEmpty && ciphertext.Length % IvBytes == 0
                ? aes.DecryptCbc(ciphertext, derived[..IvBytes])
                : throw Malformed();
        }
        catch (CryptographicException)
        {
            throw Malformed();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>Writes the key (SenderMessageKey: iteration 1, seed 2).</summary>
    public void Write(ProtoWriter writer)
    {
        writer.NonZero(1, Iteration);
        writer.NonEmpty(2, Seed);
    }

    private static ProtocolException Malformed() =>
        new(ProtocolError.Malformed, "The content of a sender key message is not padded as it must be.");

    // Initialization vector first, then the cipher key.
    private Aes Cipher(Span<byte> derived)
    {
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Seed, derived, default, Label);
        var aes = Aes.Create();
        aes.SetKey(derived[IvBytes..]);
        return aes;
    }
}
