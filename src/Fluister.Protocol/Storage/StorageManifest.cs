using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Storage;

/// <summary>The list of all that an account keeps at the storage service (protocol buffers ManifestRecord).</summary>
/// <param name="Version">Counts up by one with every change.</param>
/// <param name="SourceDevice">The device that wrote this version.</param>
/// <param name="Items">The ids of all items.</param>
/// <param name="RecordKey">The input of the items' keys; none in manifests of before 2024.</param>
public sealed record StorageManifest(ulong Version, uint SourceDevice, IReadOnlyList<StorageItemId> Items, RecordKey? RecordKey)
{
    /// <summary>Reads a manifest that was decrypted.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    internal static StorageManifest Read(ReadOnlySpan<byte> bytes)
    {
        ulong version = 0;
        uint sourceDevice = 0;
        List<StorageItemId> items = [];
        ReadOnlySpan<byte> recordKey = default;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    version = reader.UInt64();
                    break;
                case 2:
                    items.Add(ReadItem(reader.Bytes()));
                    break;
                case 3:
                    sourceDevice = reader.UInt32();
                    break;
                case 4:
                    recordKey = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new StorageManifest(version, sourceDevice, items, recordKey.IsEmpty ? null : new RecordKey(recordKey));
    }

    /// <summary>Writes the manifest; the caller clears it.</summary>
    internal byte[] Write()
    {
        using var writer = new ProtoWriter(64 + (Items.Count * 24));
        writer.NonZero(1, Version);
        foreach (var item in Items)
        {
            writer.Message(2, item, static (inner, item) =>
            {
                inner.NonEmpty(1, item.Raw.Span);
                inner.NonZero(2, item.Kind);
            });
        }

        writer.NonZero(3, SourceDevice);
        writer.NonEmpty(4, RecordKey is null ? default : RecordKey.Reveal());
        return writer.ToArray();
    }

    private static StorageItemId ReadItem(ReadOnlySpan<byte> bytes)
    {
        byte[] raw = [];
        uint kind = 0;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    raw = reader.Bytes().ToArray();
                    break;
                case 2:
                    kind = reader.UInt32();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new StorageItemId(raw, kind);
    }
}
