using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Ciphers;
using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Usernames;

/// <summary>A username encrypted for whoever holds a link: the link carries an entropy, the server keeps the bytes.</summary>
/// <remarks>
/// Nonce (16 bytes), AES-256-CBC, HMAC-SHA256; both keys by HKDF-SHA256 from the entropy. Protocol buffers UsernameData:
/// username 1, padding 2, so that all usernames of up to 48 bytes give the same length (libsignal, username_links.rs).
/// </remarks>
public static class UsernameLink
{
    /// <summary>Bytes of the entropy.</summary>
    public const int EntropyBytes = 32;

    private const int NonceBytes = 16;
    private const int MacBytes = 32;
    private const int PaddedBytes = 48;

    // Four blocks of the cipher, of which its own padding takes at least a byte.
    private const int MostBytes = 63;

    private static readonly System.Text.UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Encrypts a username.</summary>
    /// <param name="username">The username, as its owner writes it.</param>
    /// <param name="entropy">32 bytes: fresh ones for a new link, those of the link where only the name changes.</param>
    /// <param name="random">Where the nonce comes from.</param>
    /// <exception cref="ArgumentException">Longer than a username can be.</exception>
    public static byte[] Encrypt(string username, Secret entropy, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(entropy.Length, EntropyBytes);
        var name = Utf8.GetBytes(username);
        using var writer = new ProtoWriter();
        writer.NonEmpty(1, name);
        writer.NonEmpty(2, new byte[Math.Max(0, PaddedBytes - name.Length)]);
        if (writer.Written.Length > MostBytes)
        {
            throw new ArgumentException("Longer than a username can be.", nameof(username));
        }

        Span<byte> nonce = stackalloc byte[NonceBytes];
        Span<byte> key = stackalloc byte[32];
        random.Fill(nonce);
        CipherKey(entropy, key);
        using var aes = Aes.Create();
        aes.SetKey(key);
        byte[] body = [.. nonce, .. aes.EncryptCbc(writer.Written, nonce)];
        MacKey(entropy, key);
        byte[] encrypted = [.. body, .. HMACSHA256.HashData(key, body)];
        CryptographicOperations.ZeroMemory(key);
        return encrypted;
    }

    /// <summary>Decrypts the username of a link; whether it follows the rules is not asked here.</summary>
    /// <exception cref="ProtocolException">Malformed, or not authentic.</exception>
    public static string Decrypt(ReadOnlySpan<byte> encrypted, Secret entropy)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(entropy.Length, EntropyBytes);
        if (encrypted.Length <= NonceBytes + MacBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "The username of a link is too short.");
        }

        Span<byte> key = stackalloc byte[32];
        try
        {
            MacKey(entropy, key);
            if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, encrypted[..^MacBytes]), encrypted[^MacBytes..]))
            {
                throw new ProtocolException(ProtocolError.NotAuthentic, "The username of a link is not authentic.");
            }

            CipherKey(entropy, key);
            using var aes = Aes.Create();
            aes.SetKey(key);
            return Read(aes.DecryptCbc(encrypted[NonceBytes..^MacBytes], encrypted[..NonceBytes]));
        }
        catch (Exception broken) when (broken is CryptographicException or System.Text.DecoderFallbackException)
        {
            throw new ProtocolException(ProtocolError.Malformed, "The username of a link is not padded, or no text.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static string Read(ReadOnlySpan<byte> plaintext)
    {
        var username = "";
        var reader = new ProtoReader(plaintext);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                username = Utf8.GetString(reader.Bytes());
            }
            else
            {
                reader.Skip();
            }
        }

        return username;
    }

    private static void CipherKey(Secret entropy, Span<byte> key) =>
        Derivation.Expand(entropy.Reveal(), [], "Signal Username Link Encryption Key"u8, [], key);

    private static void MacKey(Secret entropy, Span<byte> key) =>
        Derivation.Expand(entropy.Reveal(), [], "Signal Username Link Authentication Key"u8, [], key);
}
