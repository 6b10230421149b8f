namespace Fluister.Summaries;

/// <summary>What a digest should be.</summary>
public sealed record DigestOptions
{
    /// <summary>Older messages than this many are left out and counted: a bound on memory, some hundred bytes a message and its
    /// text.</summary>
    public const int MaximumMessages = 250_000;

    /// <summary>At most this many words in the quotes of topics or answers, together. 150 is half a minute of reading.</summary>
    public int Words { get; init; } = 150;

    /// <summary>A question: the digest then has answers instead of topics.</summary>
    public string? Ask { get; init; }

    /// <summary>For days and times of day.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Two letters, where known; else found out.</summary>
    public string? Language { get; init; }

    /// <summary>At most this many decisions, questions, dates, links, files and mentions each; the newest are kept.</summary>
    public int Findings { get; init; } = 12;

    /// <summary>Disappearing messages that the selection left out.</summary>
    public long OmittedDisappearing { get; init; }

    /// <summary>View-once messages that the selection left out.</summary>
    public long OmittedViewOnce { get; init; }
}
