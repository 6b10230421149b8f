using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Curves;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Devices;

/// <summary>The name of a linked device, which the server keeps and only the account's own devices can read.</summary>
/// <remarks>
/// A fresh key agrees with the account's identity key. From the secret come a synthetic nonce over the name (key "auth") and
/// the cipher key over that nonce (key "cipher"); AES-256-CTR from counter zero (Signal-Desktop, encryptDeviceName).
/// Protocol buffers DeviceName: ephemeral key 1, synthetic nonce 2, ciphertext 3.
/// </remarks>
public static class DeviceName
{
    private const int NonceBytes = 16;

    /// <summary>Encrypts a name for the account's own devices.</summary>
    /// <exception cref="ArgumentException">Longer than <see cref="Limits.DeviceNameBytes"/> of UTF-8.</exception>
    public static byte[] Encrypt(string name, IdentityKey identity, RandomSource random)
    {
        var plaintext = System.Text.Encoding.UTF8.GetBytes(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plaintext.Length, Limits.DeviceNameBytes, nameof(name));
        using var ephemeral = KeyPair.Generate(random);
        Span<byte> shared = stackalloc byte[X25519.Bytes];
        Span<byte> nonce = stackalloc byte[NonceBytes];
        ephemeral.Private.Agree(identity.Key, shared);
        SyntheticNonce(shared, plaintext, nonce);
        Crypt(shared, nonce, plaintext);
        CryptographicOperations.ZeroMemory(shared);

        using var writer = new ProtoWriter();
        writer.Bytes(1, ephemeral.Public.Serialized);
        writer.Bytes(2, nonce);
        writer.Bytes(3, plaintext);
        return writer.ToArray();
    }

    /// <summary>Decrypts a name.</summary>
    /// <exception cref="ProtocolException">Malformed, a bad key, or not authentic.</exception>
    public static string Decrypt(ReadOnlySpan<byte> encrypted, PrivateKey identity)
    {
        ReadOnlySpan<byte> key = default, nonce = default, ciphertext = default;
        var reader = new ProtoReader(encrypted);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    key = reader.Bytes();
                    break;
                case 2:
                    nonce = reader.Bytes();
                    break;
                case 3:
                    ciphertext = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (key.IsEmpty || nonce.Length != NonceBytes || ciphertext.Length > Limits.DeviceNameBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A device's name must have a key, a nonce and a short ciphertext.");
        }

        Span<byte> shared = stackalloc byte[X25519.Bytes];
        Span<byte> expected = stackalloc byte[NonceBytes];
        identity.Agree(PublicKey.Read(key), shared);
        var plaintext = ciphertext.ToArray();
        Crypt(shared, nonce, plaintext);
        SyntheticNonce(shared, plaintext, expected);
        CryptographicOperations.ZeroMemory(shared);
        return CryptographicOperations.FixedTimeEquals(expected, nonce)
            ? System.Text.Encoding.UTF8.GetString(plaintext)
            : throw new ProtocolException(ProtocolError.NotAuthentic, "A device's name is not authentic.");
    }

    private static void SyntheticNonce(ReadOnlySpan<byte> shared, ReadOnlySpan<byte> plaintext, Span<byte> nonce)
    {
        Span<byte> key = stackalloc byte[32];
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(shared, "auth"u8, key);
        HMACSHA256.HashData(key, plaintext, hash);
        hash[..NonceBytes].CopyTo(nonce);
        CryptographicOperations.ZeroMemory(key);
    }

    // In place: the key stream is AES of a counter from zero, sixteen bytes big endian.
    private static void Crypt(ReadOnlySpan<byte> shared, ReadOnlySpan<byte> nonce, Span<byte> text)
    {
        Span<byte> key = stackalloc byte[32];
        Span<byte> counter = stackalloc byte[16];
        Span<byte> stream = stackalloc byte[16];
        counter.Clear();
        HMACSHA256.HashData(shared, "cipher"u8, key);
        HMACSHA256.HashData(key, nonce, key);
        using var aes = Aes.Create();
        aes.SetKey(key);
        for (var i = 0; i < text.Length; i += stream.Length)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(counter[12..], i / stream.Length);
            aes.EncryptEcb(counter, stream, PaddingMode.None);
            for (var j = i; j < Math.Min(i + stream.Length, text.Length); j++)
            {
                text[j] ^= stream[j - i];
            }
        }

        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(stream);
    }
}
