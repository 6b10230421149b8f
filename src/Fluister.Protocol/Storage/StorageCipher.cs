using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Ciphers;

namespace Fluister.Protocol.Storage;

/// <summary>Encrypts and decrypts manifests and items of the storage service: AES-256-GCM, a key for each.</summary>
/// <remarks>As Signal-Desktop's services/storage and Crypto: nonce (12 bytes), ciphertext, tag (16 bytes).</remarks>
public static class StorageCipher
{
    /// <summary>Encrypts a manifest.</summary>
    public static byte[] EncryptManifest(StorageKey key, StorageManifest manifest, RandomSource random)
    {
        Span<byte> manifestKey = stackalloc byte[StorageKey.Bytes];
        key.ManifestKey(manifest.Version, manifestKey);
        var plaintext = manifest.Write();
        var encrypted = GcmBlob.Seal(manifestKey, plaintext, random);
        CryptographicOperations.ZeroMemory(plaintext);
        CryptographicOperations.ZeroMemory(manifestKey);
        return encrypted;
    }

    /// <summary>Decrypts a manifest.</summary>
    /// <param name="key">The root key.</param>
    /// <param name="version">The version that the service says; the manifest must say the same.</param>
    /// <param name="encrypted">What the service keeps.</param>
    /// <exception cref="ProtocolException">Malformed, or not authentic.</exception>
    public static StorageManifest DecryptManifest(StorageKey key, ulong version, ReadOnlySpan<byte> encrypted)
    {
        if (encrypted.Length > Limits.StorageManifestBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A manifest is too long.");
        }

        Span<byte> manifestKey = stackalloc byte[StorageKey.Bytes];
        key.ManifestKey(version, manifestKey);
        var plaintext = GcmBlob.Open(manifestKey, encrypted);
        CryptographicOperations.ZeroMemory(manifestKey);
        try
        {
            var manifest = StorageManifest.Read(plaintext);
            return manifest.Version == version
                ? manifest
                : throw new ProtocolException(ProtocolError.Malformed, "A manifest must say the version that the service says.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>Encrypts the record of an item.</summary>
    /// <param name="key">The root key.</param>
    /// <param name="recordKey">The manifest's record key, or none.</param>
    /// <param name="id">The item's id.</param>
    /// <param name="record">The record, not empty.</param>
    /// <param name="random">Where the nonce comes from.</param>
    public static byte[] EncryptItem(
        StorageKey key, RecordKey? recordKey, ReadOnlySpan<byte> id, ReadOnlySpan<byte> record, RandomSource random)
    {
        Span<byte> itemKey = stackalloc byte[StorageKey.Bytes];
        key.ItemKey(recordKey, id, itemKey);
        var encrypted = GcmBlob.Seal(itemKey, record, random);
        CryptographicOperations.ZeroMemory(itemKey);
        return encrypted;
    }

    /// <summary>Decrypts the record of an item.</summary>
    /// <exception cref="ProtocolException">Malformed, or not authentic.</exception>
    public static byte[] DecryptItem(StorageKey key, RecordKey? recordKey, ReadOnlySpan<byte> id, ReadOnlySpan<byte> encrypted)
    {
        Span<byte> itemKey = stackalloc byte[StorageKey.Bytes];
        key.ItemKey(recordKey, id, itemKey);
        var record = GcmBlob.Open(itemKey, encrypted);
        CryptographicOperations.ZeroMemory(itemKey);
        return record;
    }
}
