using Fluister.Server.Limits;

namespace Fluister.Server;

// The storage service. Where Signal's has a number it is taken (StorageController and StorageItemsTable of its storage service).
internal static partial class ServerLimits
{
    /// <summary>Most bytes of a write: 8 MiB, some ten thousand contacts at once.</summary>
    public const int StorageBody = 8 * 1024 * 1024;

    /// <summary>Most items that are read at once: 5120, as Signal's.</summary>
    public const int StorageReads = 5120;

    /// <summary>Most bytes of the items that are read at once: 4 MiB, 1.6 KiB for each of the 2500 that clients ask for; 413 beyond it, and
    /// never some of them, since a client takes an item that is left out for one that is gone. Ours.</summary>
    public const int StorageReadBytes = 4 * 1024 * 1024;

    /// <summary>KiB of items that an account's devices read: 64 MiB, four times all there can be, and 20 KiB a second. Ours.</summary>
    public static readonly Limit StorageReadKibibytes = new("storageReadKibibytes", 64 * 1024, TimeSpan.FromMilliseconds(50));

    /// <summary>Most items of an account: 20,000, twice what a large address book needs.</summary>
    public const int StorageItems = 20_000;

    /// <summary>Most bytes of an item's key: 256; clients' have 16.</summary>
    public const int StorageKey = 256;

    /// <summary>Most bytes of all items of an account together: 16 MiB.</summary>
    public const int StorageBytes = 16 * 1024 * 1024;

    /// <summary>How long a credential for storage is good: 24 hours, as Signal's.</summary>
    public static readonly TimeSpan StorageCredential = TimeSpan.FromHours(24);
}
