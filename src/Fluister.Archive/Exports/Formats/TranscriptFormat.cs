using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports.Formats;

/// <summary>One conversation on its way into one format.</summary>
internal sealed class Transcript(Conversation conversation, string stem)
{
    internal Conversation Conversation { get; } = conversation;

    /// <summary>File name without extension.</summary>
    internal string Stem { get; } = stem;

    /// <summary>False where all conversations share one file.</summary>
    internal bool HasOwnFile { get; init; } = true;

    /// <summary>Where the text of the current page goes.</summary>
    internal Utf8Writer Writer { get; set; } = null!;

    /// <summary>The day of the message before, as <see cref="Dates.DayOf"/> counts; null before the first.</summary>
    internal long? Day { get; set; }

    /// <summary>Messages so far.</summary>
    internal long Messages { get; set; }

    /// <summary>Messages on the current page.</summary>
    internal int PageMessages { get; set; }

    /// <summary>When the first message of each page was sent.</summary>
    internal List<Timestamp> Pages { get; } = [];
}

/// <summary>A format for people to read: a transcript of each conversation.</summary>
internal abstract class TranscriptFormat
{
    // Transcripts lie in one folder, media in another next to it.
    private const string MediaPrefix = "../";

    /// <summary>Extension of its files.</summary>
    internal abstract string Extension { get; }

    /// <summary>Name of the file that lists all conversations; null where there is none.</summary>
    internal virtual string? IndexName => null;

    /// <summary>True where a conversation has several files.</summary>
    internal virtual bool IsPaged => false;

    /// <summary>Path of the current page within the export.</summary>
    internal virtual string FileOf(Transcript transcript) => $"conversations/{transcript.Stem}.{Extension}";

    /// <summary>True where the next message begins a new page.</summary>
    internal virtual bool IsFull(Transcript transcript) => false;

    /// <summary>What comes at the end of a page after which there is another.</summary>
    internal virtual void WriteBreak(Transcript transcript)
    {
    }

    /// <summary>What comes before all conversations where they share one file.</summary>
    internal virtual void WriteDocumentStart(Utf8Writer writer)
    {
    }

    /// <summary>What comes after all conversations where they share one file.</summary>
    internal virtual void WriteDocumentEnd(Utf8Writer writer, in Totals totals)
    {
    }

    /// <summary>What comes before the messages of a conversation, or of one page of it.</summary>
    internal abstract void WriteStart(Transcript transcript);

    /// <summary>One message.</summary>
    internal abstract void WriteMessage(Transcript transcript, Message message);

    /// <summary>What comes after the messages.</summary>
    internal abstract void WriteEnd(Transcript transcript, in Totals totals);

    /// <summary>The list of all conversations.</summary>
    internal virtual void WriteIndex(Utf8Writer writer, IReadOnlyList<IndexEntry> entries, in Totals totals)
    {
    }

    /// <summary>The format of that kind; <paramref name="single"/> where all conversations share one file.</summary>
    internal static TranscriptFormat Make(ExportFormat kind, ExportOptions options, Media media, bool single) => kind switch
    {
        ExportFormat.Markdown => new Markdown(options, media, MediaPrefix),
        ExportFormat.Html => new Html(options, media, single),
        ExportFormat.Csv => new Csv(options, media, MediaPrefix),
        ExportFormat.Text => new PlainText(options, media, MediaPrefix),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a transcript."),
    };
}
