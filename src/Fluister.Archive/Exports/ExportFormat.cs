namespace Fluister.Archive.Exports;

/// <summary>The form that conversations are written in.</summary>
public enum ExportFormat
{
    /// <summary>CommonMark, a file per conversation.</summary>
    Markdown,

    /// <summary>Pages for a browser that need nothing from outside.</summary>
    Html,

    /// <summary>One JSON record per line: docs/spec/export-jsonl.md.</summary>
    JsonLines,

    /// <summary>RFC 4180, one row per message.</summary>
    Csv,

    /// <summary>A transcript to read in a terminal.</summary>
    Text,
}
