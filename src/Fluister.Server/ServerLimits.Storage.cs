namespace Fluister.Server;

// The storage service. Where Signal's has a number it is taken (StorageController and StorageItemsTable of its storage service).
internal static partial class ServerLimits
{
    /// <summary>Most bytes of a write: 8 MiB, some ten thousand contacts at once.</summary>
    public const int StorageBody = 8 * 1024 * 1024;

    /// <summary>Most items that are read at once: 5120, as Signal's.</summary>
    public const int StorageReads = 5120;

    /// <summary>Most items of an account: 20,000, twice what a large address book needs.</summary>
    public const int StorageItems = 20_000;

    /// <summary>Most bytes of an item's key: 256; clients' have 16.</summary>
    public const int StorageKey = 256;

    /// <summary>Most bytes of all items of an account together: 16 MiB.</summary>
    public const int StorageBytes = 16 * 1024 * 1024;

    /// <summary>How long a credential for storage is good: 24 hours, as Signal's.</summary>
    public static readonly TimeSpan StorageCredential = TimeSpan.FromHours(24);
}
