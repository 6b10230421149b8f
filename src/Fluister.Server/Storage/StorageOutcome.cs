namespace Fluister.Server.Storage;

/// <summary>What became of a write.</summary>
internal enum StorageOutcome
{
    /// <summary>It was kept.</summary>
    Written,

    /// <summary>Another device was first: the manifest is not the next one.</summary>
    Conflict,

    /// <summary>There would be too many items, or too large.</summary>
    TooMuch,
}
