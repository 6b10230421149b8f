using Fluister.Cryptography;

namespace Fluister.Archive.Exports;

/// <summary>How an export is written.</summary>
public sealed record ExportOptions
{
    /// <summary>The zone of dates that people read; JSON Lines is always UTC.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;

    /// <summary>Copy attachments out, decrypted, into the folder "media" (Markdown, JSON Lines, text, CSV).</summary>
    public bool Media { get; init; }

    /// <summary>Put pictures, sound and small films into HTML pages.</summary>
    public bool InlineMedia { get; init; } = true;

    /// <summary>Replace an earlier export in that folder. A folder that is not an export is never replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Bring an earlier export in that folder up to date. Needs the <see cref="StateKey"/> it was made with.</summary>
    public bool Incremental { get; init; }

    /// <summary>In an incremental run, what is gone from the store stays in the export where it can.</summary>
    public bool KeepDeleted { get; init; }

    /// <summary>A key (at least 16 random bytes) that encrypts the state which later incremental runs need; null to keep no
    /// state.</summary>
    public Secret? StateKey { get; init; }

    /// <summary>Write a stream as a ZIP file: Markdown and HTML one file per conversation or page, with media where asked for.</summary>
    public bool Zip { get; init; }

    /// <summary>For progress only.</summary>
    public long? ExpectedMessages { get; init; }

    /// <summary>Messages on one HTML page at most.</summary>
    public int PageMessages { get; init; } = 1000;

    /// <summary>Bytes after which an HTML page ends with the current message.</summary>
    public long PageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of a picture or sound that is put into a page at most.</summary>
    public long InlineMediaBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes of a film that is put into a page at most.</summary>
    public long InlineVideoBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of text that wait in memory for their files at most.</summary>
    public long BufferBytes { get; init; } = 8 * 1024 * 1024;
}
