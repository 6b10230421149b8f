using System.Security.Cryptography;
using Fluister.Cryptography;

namespace Fluister.Protocol.Ciphers;

/// <summary>AES-256-GCM with a random nonce before the ciphertext and the tag behind it: profiles and the storage service.</summary>
internal static class GcmBlob
{
    public const int NonceBytes = 12;
    public const int TagBytes = 16;
    public const int Overhead = NonceBytes + TagBytes;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plaintext, RandomSource random)
    {
        var blob = new byte[checked(Overhead + plaintext.Length)];
        var nonce = blob.AsSpan(0, NonceBytes);
        random.Fill(nonce);
        using var gcm = new AesGcm(key, TagBytes);
        gcm.Encrypt(nonce, plaintext, blob.AsSpan(NonceBytes, plaintext.Length), blob.AsSpan(blob.Length - TagBytes));
        return blob;
    }

    /// <exception cref="ProtocolException">Malformed: too short; or not authentic.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> blob)
    {
        // Signal-Desktop refuses an empty plaintext too: nothing that is sealed like this is empty.
        if (blob.Length <= Overhead)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A sealed value is too short.");
        }

        var plaintext = new byte[blob.Length - Overhead];
        using var gcm = new AesGcm(key, TagBytes);
        try
        {
            gcm.Decrypt(blob[..NonceBytes], blob[NonceBytes..^TagBytes], blob[^TagBytes..], plaintext);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new ProtocolException(ProtocolError.NotAuthentic, "A sealed value is not authentic, or was sealed with another key.");
        }

        return plaintext;
    }
}
