namespace Fluister.Archive.Exports;

/// <summary>How far an export is.</summary>
/// <param name="Messages">Messages done.</param>
/// <param name="Total">Messages in all, where the caller said so in <see cref="ExportOptions.ExpectedMessages"/>.</param>
public readonly record struct ExportProgress(long Messages, long? Total);

/// <summary>What an export wrote, and what it could not.</summary>
public sealed record ExportReport
{
    /// <summary>Messages written; in an incremental run those that were added or edited.</summary>
    public long Messages { get; init; }

    /// <summary>Conversations with at least one message written.</summary>
    public int Conversations { get; init; }

    /// <summary>Files written; 1 for a stream.</summary>
    public int Files { get; init; }

    /// <summary>Bytes written.</summary>
    public long Bytes { get; init; }

    /// <summary>Messages left out because they disappear.</summary>
    public long OmittedDisappearing { get; init; }

    /// <summary>Messages left out because they may be viewed once.</summary>
    public long OmittedViewOnce { get; init; }

    /// <summary>Attachments that the store does not have (any more).</summary>
    public long MissingMedia { get; init; }

    /// <summary>Attachments that are there but not authentic.</summary>
    public long DamagedMedia { get; init; }

    /// <summary>Messages that an incremental run found new.</summary>
    public long Added { get; init; }

    /// <summary>Messages that an incremental run found changed.</summary>
    public long Edited { get; init; }

    /// <summary>Messages that an incremental run did not find again.</summary>
    public long Deleted { get; init; }
}
