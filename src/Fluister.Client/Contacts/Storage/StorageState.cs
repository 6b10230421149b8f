using Fluister.Client.Contents;
using Fluister.Client.Store;
using Fluister.Protocol;
using Fluister.Protocol.Storage;
using Fluister.Wire.Protos;
using Google.Protobuf;
using Manifest = Fluister.Protocol.Storage.StorageManifest;

namespace Fluister.Client.Contacts.Storage;

/// <summary>What this device knows of the storage service: the last manifest, and with each conversation the id of its record and the
/// record
/// as it was.</summary>
internal sealed class StorageState(ClientStore store)
{
    private const string VersionItem = "manifestVersion";
    private const string ManifestItem = "fluister.storageManifest";
    private const string IdName = "storageID";
    private const string RecordName = "fluisterStorageRecord";

    /// <summary>The version of the last manifest that was read or written; 0 for none.</summary>
    public ulong Version => (ulong)Math.Max(0, store.Items.Number(VersionItem) ?? 0);

    /// <summary>The last manifest; null where there is none, or it is of another key.</summary>
    public Manifest? Load(StorageKey key)
    {
        try
        {
            return store.Items.Bytes(ManifestItem) is { } kept ? StorageCipher.DecryptManifest(key, Version, kept) : null;
        }
        catch (ProtocolException)
        {
            return null;
        }
    }

    /// <summary>Within a transaction: keeps a manifest, as it is at the server.</summary>
    public void Save(ulong version, ReadOnlySpan<byte> encrypted)
    {
        store.Items.SetNumber(VersionItem, (long)Math.Min(version, long.MaxValue));
        store.Items.SetBytes(ManifestItem, encrypted);
    }

    /// <summary>Forgets it, so that all is read anew.</summary>
    public void Forget()
    {
        store.Items.SetNumber(VersionItem, null);
        store.Items.SetBytes(ManifestItem, default);
    }

    /// <summary>The id under which a conversation's record lies, as base64; null where it has none.</summary>
    public static string? Id(StoredConversation row) => row.Json.Text(IdName);

    /// <summary>The record of a conversation as it was last read or written; an empty one where there is none.</summary>
    public static StorageRecord Record(StoredConversation row)
    {
        try
        {
            return row.Json.Bytes(RecordName) is { } bytes ? StorageRecord.Parser.ParseFrom(bytes) : new StorageRecord();
        }
        catch (InvalidProtocolBufferException)
        {
            return new StorageRecord();
        }
    }

    /// <summary>Notes the record of a conversation, and where it lies.</summary>
    public static void Note(StoredConversation row, ReadOnlySpan<byte> id, StorageRecord record)
    {
        row.Json[IdName] = Convert.ToBase64String(id);
        row.Json[RecordName] = Convert.ToBase64String(record.ToByteArray());
    }
}
