using Fluister.Cryptography;

namespace Fluister.Protocol.Storage;

/// <summary>By which name the storage service keeps an item, and what kind of record it holds. A changed record gets a new id.</summary>
/// <param name="Raw">The id itself: 16 random bytes, though any length is carried.</param>
/// <param name="Kind">The kind of record, Signal's own numbers; one that is not known is carried along.</param>
public sealed record StorageItemId(ReadOnlyMemory<byte> Raw, uint Kind)
{
    /// <summary>Bytes of a fresh id.</summary>
    public const int Bytes = 16;

    /// <summary>A fresh id.</summary>
    public static StorageItemId Generate(uint kind, RandomSource random)
    {
        var raw = new byte[Bytes];
        random.Fill(raw);
        return new StorageItemId(raw, kind);
    }
}
