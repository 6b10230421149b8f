using System.Globalization;
using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Ciphers;

namespace Fluister.Protocol.Storage;

/// <summary>The root key of what an account keeps at the storage service: contacts, groups, settings.</summary>
public sealed class StorageKey : IDisposable
{
    /// <summary>Bytes of a key, and of those that derive from it.</summary>
    public const int Bytes = 32;

    private readonly Secret _key;

    /// <summary>Takes 32 bytes.</summary>
    /// <exception cref="ProtocolException">Bad key: not 32 bytes.</exception>
    public StorageKey(ReadOnlySpan<byte> key) => _key = KeyBytes.Take(key, Bytes, "A storage key");

    /// <summary>The 32 bytes, for records.</summary>
    public ReadOnlySpan<byte> Reveal() => _key.Reveal();

    /// <summary>The key of one version of the manifest: HMAC-SHA256 of "Manifest_" and the version in digits.</summary>
    internal void ManifestKey(ulong version, Span<byte> key) =>
        Derive(string.Create(CultureInfo.InvariantCulture, $"Manifest_{version}"), key);

    /// <summary>The key of one item, under the manifest's record key where it has one, else as before 2024.</summary>
    internal void ItemKey(RecordKey? recordKey, ReadOnlySpan<byte> id, Span<byte> key)
    {
        if (recordKey is null)
        {
            Derive("Item_" + Convert.ToBase64String(id), key);
            return;
        }

        Derivation.Expand(recordKey.Reveal(), [], "20240801_SIGNAL_STORAGE_SERVICE_ITEM_"u8, id, key);
    }

    /// <summary>Clears the key.</summary>
    public void Dispose() => _key.Dispose();

    private void Derive(string label, Span<byte> key) =>
        HMACSHA256.HashData(_key.Reveal(), System.Text.Encoding.ASCII.GetBytes(label), key);
}
