using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Fluister.Cryptography.Curves;

namespace Fluister.Cryptography;

/// <summary>Hybrid public key encryption (RFC 9180), one message at a time: base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
/// AES-256-GCM.</summary>
public static class Hpke
{
    /// <summary>Bytes that sealing adds: the encapsulated key and the tag.</summary>
    public const int Overhead = X25519.Bytes + TagBytes;

    // Identifiers of section 7.
    private const byte BaseMode = 0;
    private const ushort Kem = 0x0020;
    private const ushort Kdf = 0x0001;

    private const int HashBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Seals a message for a public key (32 bytes): encapsulated key, ciphertext, tag.</summary>
    /// <exception cref="ArgumentException">The public key is of small order: no secret can be shared with it (section 7.1.4).</exception>
    public static byte[] Seal(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext,
        RandomSource random) => Seal(Aead.Aes256Gcm, publicKey, info, associatedData, plaintext, random);

    /// <summary>Opens a sealed message.</summary>
    /// <returns>False where it is not authentic or too short, or its encapsulated key is of small order.</returns>
    public static bool TryOpen(
        ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedMessage,
        [NotNullWhen(true)] out byte[]? plaintext) =>
        TryOpen(Aead.Aes256Gcm, privateKey, info, associatedData, sealedMessage, out plaintext);

    // The RFC prints vectors for the shorter key only.
    internal static byte[] Seal(
        Aead aead, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext,
        RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, X25519.Bytes, nameof(publicKey));
        using var ephemeral = random.Secret(X25519.Bytes);
        var encapsulated = X25519.PublicKey(ephemeral.Reveal());
        Span<byte> shared = stackalloc byte[HashBytes];
        if (!TryShare(ephemeral.Reveal(), publicKey, encapsulated, publicKey, shared))
        {
            throw new ArgumentException("The public key is of small order.", nameof(publicKey));
        }

        var result = new byte[plaintext.Length + Overhead];
        encapsulated.CopyTo(result, 0);
        var text = result.AsSpan(X25519.Bytes, plaintext.Length);
        Span<byte> nonce = stackalloc byte[NonceBytes];
        using var cipher = Schedule(aead, shared, info, nonce);
        cipher.Encrypt(nonce, plaintext, text, result.AsSpan(X25519.Bytes + plaintext.Length), associatedData);
        return result;
    }

    internal static bool TryOpen(
        Aead aead, ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> sealedMessage, [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        if (sealedMessage.Length < Overhead)
        {
            return false;
        }

        var encapsulated = sealedMessage[..X25519.Bytes];
        Span<byte> shared = stackalloc byte[HashBytes];
        if (!TryShare(privateKey, encapsulated, encapsulated, X25519.PublicKey(privateKey), shared))
        {
            return false;
        }

        var opened = new byte[sealedMessage.Length - Overhead];
        Span<byte> nonce = stackalloc byte[NonceBytes];
        using var cipher = Schedule(aead, shared, info, nonce);
        try
        {
            cipher.Decrypt(nonce, sealedMessage[X25519.Bytes..^TagBytes], sealedMessage[^TagBytes..], opened, associatedData);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        plaintext = opened;
        return true;
    }

    // Encap and Decap after the key pair is chosen, section 4.1: the Diffie-Hellman secret bound to both public keys.
    private static bool TryShare(
        ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> encapsulated, ReadOnlySpan<byte> recipient,
        Span<byte> shared)
    {
        ReadOnlySpan<byte> suite = [.. "KEM"u8, Kem >> 8, Kem & 0xff];
        Span<byte> agreed = stackalloc byte[X25519.Bytes];
        Span<byte> key = stackalloc byte[HashBytes];
        var possible = X25519.TryAgree(privateKey, publicKey, agreed);
        Extract(suite, [], "eae_prk"u8, agreed, key);
        Expand(suite, key, "shared_secret"u8, [.. encapsulated, .. recipient], shared);
        CryptographicOperations.ZeroMemory(agreed);
        CryptographicOperations.ZeroMemory(key);
        return possible;
    }

    // KeySchedule, section 5.1, without a pre-shared key. The nonce of the first message is the base nonce itself.
    private static AesGcm Schedule(Aead aead, Span<byte> shared, ReadOnlySpan<byte> info, Span<byte> nonce)
    {
        ReadOnlySpan<byte> suite = [.. "HPKE"u8, Kem >> 8, Kem & 0xff, Kdf >> 8, Kdf & 0xff, 0, (byte)aead];
        Span<byte> context = stackalloc byte[1 + (2 * HashBytes)];
        context[0] = BaseMode;
        Extract(suite, [], "psk_id_hash"u8, [], context.Slice(1, HashBytes));
        Extract(suite, [], "info_hash"u8, info, context[(1 + HashBytes)..]);

        Span<byte> secret = stackalloc byte[HashBytes];
        Span<byte> key = stackalloc byte[aead == Aead.Aes256Gcm ? 32 : 16];
        Extract(suite, shared, "secret"u8, [], secret);
        Expand(suite, secret, "key"u8, context, key);
        Expand(suite, secret, "base_nonce"u8, context, nonce);
        var cipher = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(shared);
        return cipher;
    }

    // LabeledExtract, section 4.
    private static void Extract(
        ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> keyMaterial, Span<byte> key)
    {
        byte[] labeled = [.. "HPKE-v1"u8, .. suite, .. label, .. keyMaterial];
        HKDF.Extract(HashAlgorithmName.SHA256, labeled, salt, key);
        CryptographicOperations.ZeroMemory(labeled);
    }

    // LabeledExpand, section 4.
    private static void Expand(
        ReadOnlySpan<byte> suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, Span<byte> output)
    {
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)output.Length);
        HKDF.Expand(HashAlgorithmName.SHA256, key, output, [.. length, .. "HPKE-v1"u8, .. suite, .. label, .. info]);
    }

    /// <summary>Ciphers by their identifiers (section 7.3).</summary>
    internal enum Aead : byte
    {
        Aes128Gcm = 1,
        Aes256Gcm = 2,
    }
}
