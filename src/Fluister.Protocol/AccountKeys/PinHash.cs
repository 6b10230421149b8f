using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Kdf;
using Fluister.Protocol.Ciphers;

namespace Fluister.Protocol.AccountKeys;

/// <summary>A PIN made strong enough for secure value recovery: one key to reach the stored value, one to decrypt it.</summary>
/// <remarks>Argon2id, 16 MiB, 32 passes, one lane, 64 bytes out (libsignal, account-keys/hash.rs).</remarks>
public sealed class PinHash : IDisposable
{
    /// <summary>Bytes of a salt and of each of the two keys.</summary>
    public const int Bytes = 32;

    /// <summary>Bytes of an encrypted SVR key: a synthetic nonce of 16 bytes and 32 of ciphertext.</summary>
    public const int EncryptedKeyBytes = NonceBytes + SvrKey.Bytes;

    private const int NonceBytes = 16;
    private const int MemoryKiB = 16 * 1024;
    private const int Passes = 32;

    private readonly Secret _encryptionKey;
    private readonly Secret _accessKey;

    private PinHash(ReadOnlySpan<byte> keys) => (_encryptionKey, _accessKey) = (new Secret(keys[..Bytes]), new Secret(keys[Bytes..]));

    /// <summary>Hashes a PIN.</summary>
    /// <param name="pin">The PIN, as <see cref="Pin.TryNormalize"/> gives it.</param>
    /// <param name="salt">32 bytes that belong to the account alone, as <see cref="Salt"/> gives them.</param>
    public static PinHash Create(ReadOnlySpan<byte> pin, ReadOnlySpan<byte> salt)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, Bytes);
        Span<byte> keys = stackalloc byte[2 * Bytes];
        Argon2id.Derive(pin, salt, MemoryKiB, Passes, lanes: 1, keys);
        var hash = new PinHash(keys);
        CryptographicOperations.ZeroMemory(keys);
        return hash;
    }

    /// <summary>The salt of an account, 32 bytes.</summary>
    /// <param name="username">The name by which the recovery service knows the account (that of its Basic credentials).</param>
    /// <param name="groupId">The id of the recovery service's group of replicas, as it attests it.</param>
    public static byte[] Salt(string username, ulong groupId)
    {
        Span<byte> group = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(group, groupId);
        var salt = new byte[Bytes];
        Derivation.Expand(System.Text.Encoding.UTF8.GetBytes(username), group, [], [], salt);
        return salt;
    }

    /// <summary>The key that encrypts what is stored, 32 bytes.</summary>
    public ReadOnlySpan<byte> RevealEncryptionKey() => _encryptionKey.Reveal();

    /// <summary>The password that reaches what is stored, 32 bytes.</summary>
    public ReadOnlySpan<byte> RevealAccessKey() => _accessKey.Reveal();

    /// <summary>Encrypts the account's key for the recovery service, 48 bytes; the same key gives the same bytes.</summary>
    public byte[] Encrypt(SvrKey key)
    {
        var encrypted = new byte[EncryptedKeyBytes];
        SyntheticNonce(key.Reveal(), encrypted.AsSpan(0, NonceBytes));
        Mask(encrypted.AsSpan(0, NonceBytes), key.Reveal(), encrypted.AsSpan(NonceBytes));
        return encrypted;
    }

    /// <summary>Decrypts what the recovery service gave back.</summary>
    /// <exception cref="ProtocolException">Malformed: not 48 bytes; or not authentic: another PIN or another salt.</exception>
    public SvrKey Decrypt(ReadOnlySpan<byte> encrypted)
    {
        if (encrypted.Length != EncryptedKeyBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "An encrypted SVR key must have 48 bytes.");
        }

        Span<byte> key = stackalloc byte[SvrKey.Bytes];
        Span<byte> expected = stackalloc byte[NonceBytes];
        Mask(encrypted[..NonceBytes], encrypted[NonceBytes..], key);
        SyntheticNonce(key, expected);
        try
        {
            return CryptographicOperations.FixedTimeEquals(expected, encrypted[..NonceBytes])
                ? new SvrKey(key)
                : throw new ProtocolException(ProtocolError.NotAuthentic, "An encrypted SVR key is not authentic, or the PIN differs.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Clears the keys.</summary>
    public void Dispose()
    {
        _encryptionKey.Dispose();
        _accessKey.Dispose();
    }

    private void SyntheticNonce(ReadOnlySpan<byte> key, Span<byte> nonce)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_encryptionKey.Reveal(), "auth"u8, hash);
        HMACSHA256.HashData(hash, key, hash);
        hash[..NonceBytes].CopyTo(nonce);
        CryptographicOperations.ZeroMemory(hash);
    }

    // Both ways: the mask is one hash of the nonce.
    private void Mask(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> mask = stackalloc byte[32];
        HMACSHA256.HashData(_encryptionKey.Reveal(), "enc"u8, mask);
        HMACSHA256.HashData(mask, nonce, mask);
        for (var i = 0; i < output.Length; i++)
        {
            output[i] = (byte)(input[i] ^ mask[i]);
        }

        CryptographicOperations.ZeroMemory(mask);
    }
}
