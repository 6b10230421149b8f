using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;

namespace Fluister.Archive.Exports.Age;

/// <summary>What the writer and the reader of age files share (C2SP age-encryption.org/v1).</summary>
internal static class AgeFormat
{
    public const string Version = "age-encryption.org/v1";
    public const string X25519 = "X25519";
    public const string Scrypt = "scrypt";
    public const string KeyPrefix = "age-secret-key-";

    public const int FileKeyBytes = 16;
    public const int NonceBytes = 16;
    public const int KeyBytes = 32;
    public const int TagBytes = 16;
    public const int WrappedKeyBytes = FileKeyBytes + TagBytes;
    public const int ChunkBytes = 64 * 1024;

    /// <summary>Two to this power is the cost of scrypt for new files: 256 MiB, about a second.</summary>
    public const int DefaultWorkFactor = 18;

    /// <summary>Files that ask for more are refused: this takes 4 GiB.</summary>
    public const int MaximumWorkFactor = 22;

    /// <summary>Longer headers are refused; one recipient takes about 100 bytes.</summary>
    public const int MaximumHeaderBytes = 1 << 20;

    /// <summary>Each stanza costs a multiplication on the curve for each identity before anything is authenticated.</summary>
    public const int MaximumStanzas = 1024;

    public static void RequireCipher()
    {
        if (!ChaCha20Poly1305.IsSupported)
        {
            throw new ArchiveException(
                ArchiveError.Unsupported,
                "This system's cryptographic library has no ChaCha20-Poly1305, which age files need. "
                + "Update it (OpenSSL 1.1.0, Windows 10 build 20142 or macOS 10.15 at least).");
        }
    }

    /// <summary>HKDF-SHA-256 to 32 bytes; clear the result.</summary>
    public static byte[] Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> purpose)
    {
        var key = new byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt, purpose);
        return key;
    }

    /// <summary>The MAC over the header up to and with "---".</summary>
    public static byte[] Authenticate(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> header)
    {
        var key = Derive(fileKey, [], "header"u8);
        var mac = HMACSHA256.HashData(key, header);
        CryptographicOperations.ZeroMemory(key);
        return mac;
    }

    /// <summary>The cipher of the payload.</summary>
    public static ChaCha20Poly1305 PayloadCipher(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> nonce)
    {
        var key = Derive(fileKey, nonce, "payload"u8);
        var cipher = new ChaCha20Poly1305(key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    /// <summary>The nonce of a chunk: its number, 11 bytes big endian, and 1 for the last.</summary>
    public static void ChunkNonce(ulong number, bool last, Span<byte> nonce)
    {
        nonce.Clear();
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(nonce[3..], number);
        nonce[11] = last ? (byte)1 : (byte)0;
    }

    /// <summary>The file key under a key that is used for nothing else, hence the constant nonce.</summary>
    public static byte[] Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> fileKey)
    {
        var wrapped = new byte[WrappedKeyBytes];
        using var cipher = new ChaCha20Poly1305(key);
        cipher.Encrypt(new byte[12], fileKey, wrapped.AsSpan(0, FileKeyBytes), wrapped.AsSpan(FileKeyBytes));
        return wrapped;
    }

    /// <summary>The file key; null where the key is another.</summary>
    public static byte[]? Unwrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> wrapped)
    {
        var fileKey = new byte[FileKeyBytes];
        using var cipher = new ChaCha20Poly1305(key);
        try
        {
            cipher.Decrypt(new byte[12], wrapped[..FileKeyBytes], wrapped[FileKeyBytes..], fileKey);
            return fileKey;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>Base64 without padding.</summary>
    public static string ToBase64(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Reads base64 without padding; null for all but the one form that <see cref="ToBase64"/> writes.</summary>
    public static byte[]? FromBase64(string text)
    {
        if (text.Length % 4 == 1)
        {
            return null;
        }

        var bytes = new byte[text.Length * 3 / 4];
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, bytes, out var written)
            && written == bytes.Length
            && string.Equals(ToBase64(bytes), text, StringComparison.Ordinal) ? bytes : null;
    }

    public static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
