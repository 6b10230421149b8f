using Fluister.Archive.Conversations;

namespace Fluister.Summaries;

/// <summary>Sentences of one message, word for word.</summary>
/// <param name="MessageId"><see cref="Message.Id"/>.</param>
/// <param name="Speaker">Who wrote it, where the store says so.</param>
/// <param name="SentAt">When.</param>
/// <param name="Text">A stretch of the message's body, never changed.</param>
/// <param name="Score">Higher was preferred; comparable within one digest only.</param>
public sealed record DigestQuote(string MessageId, Participant? Speaker, Timestamp SentAt, string Text, double Score);

/// <summary>What one person did.</summary>
/// <param name="Participant">Null where the store does not say who.</param>
/// <param name="Messages">Messages with text or files.</param>
/// <param name="Words">Words in them.</param>
/// <param name="Share">Part of all words, 0 to 1.</param>
public sealed record DigestActivity(Participant? Participant, int Messages, long Words, double Share);

/// <summary>A stretch of the conversation that keeps to one subject.</summary>
/// <param name="Keywords">Words that stand out in it, as written there; best first.</param>
/// <param name="From">Its first message.</param>
/// <param name="To">Its last message.</param>
/// <param name="MessageCount">Messages with text in it.</param>
/// <param name="Quotes">In order of time; may be empty where others said more.</param>
public sealed record DigestTopic(IReadOnlyList<string> Keywords, Timestamp From, Timestamp To, int MessageCount,
    IReadOnlyList<DigestQuote> Quotes)
{
    /// <summary>What a model wrote about it, checked; empty where no model was asked, and then <see cref="Quotes"/> tell it.</summary>
    public IReadOnlyList<DigestPoint> Points { get; init; } = [];
}

/// <summary>A statement about the conversation, with the messages that say so.</summary>
/// <param name="Text">Written by a model and checked against <paramref name="Sources"/>; or, where it did not stand up, a quote.</param>
/// <param name="Speaker">Whose statement, opinion or act it is; null where nobody's in particular.</param>
/// <param name="Sources">Never empty; each the whole cited message or what matters of it, word for word.</param>
/// <param name="IsQuote">The text is word for word from the first source, not written by a model.</param>
public sealed record DigestPoint(string Text, Participant? Speaker, IReadOnlyList<DigestQuote> Sources, bool IsQuote);

/// <summary>How a digest was made, so that somebody else can make it again.</summary>
public sealed record DigestReceipt
{
    /// <summary>"native", "llama-server" or "endpoint".</summary>
    public required string Engine { get; init; }

    /// <summary>Of the engine's library or program.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Hash of its file; null where it was not seen.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>What kept the engine in.</summary>
    public required string Confinement { get; init; }

    /// <summary>Name and version of the prompt file.</summary>
    public required string PromptVersion { get; init; }

    /// <summary>0 where the likeliest token was always taken.</summary>
    public float Temperature { get; init; }

    /// <summary>For a temperature above 0.</summary>
    public uint Seed { get; init; }

    /// <summary>Messages with text that the digest is about.</summary>
    public int MessagesCovered { get; init; }

    /// <summary>Of these, messages of which the model saw something; the others were left out by the choice before it.</summary>
    public int MessagesRead { get; init; }

    /// <summary>Parts that the conversation was cut into for the model.</summary>
    public int Segments { get; init; }

    /// <summary>Of these, parts whose points were still known from an earlier digest.</summary>
    public int SegmentsFromCache { get; init; }

    /// <summary>Parts that the engine failed on; quotes stand in for them.</summary>
    public int SegmentsFailed { get; init; }

    /// <summary>Points as the model wrote them that stood up to all checks.</summary>
    public int PointsKept { get; init; }

    /// <summary>Points that did not, by the first check that failed.</summary>
    public IReadOnlyDictionary<string, int> PointsDropped { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Tokens given to the model in this run.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Tokens written by it in this run.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>Time that the engine worked in this run.</summary>
    public TimeSpan EngineTime { get; init; }
}

/// <summary>A passage that bears on the question.</summary>
/// <param name="Quotes">What bears on it, in order of time.</param>
/// <param name="Before">The sentence before, for context.</param>
/// <param name="After">The sentence after, for context.</param>
public sealed record DigestPassage(IReadOnlyList<DigestQuote> Quotes, DigestQuote? Before, DigestQuote? After);

/// <summary>A day that somebody named.</summary>
/// <param name="Text">As written.</param>
/// <param name="Day">The day, where it is certain; relative days are counted from the message, in the digest's time zone.</param>
/// <param name="Time">The time of day, where one was named.</param>
/// <param name="Quote">Where.</param>
public sealed record DigestDate(string Text, DateOnly? Day, TimeOnly? Time, DigestQuote Quote);

/// <summary>A link.</summary>
/// <param name="Url">As written.</param>
/// <param name="Title">From the preview that was sent with it; written by strangers.</param>
/// <param name="Count">How often it was sent.</param>
/// <param name="Quote">Where first.</param>
public sealed record DigestLink(string Url, string? Title, int Count, DigestQuote Quote);

/// <summary>A file.</summary>
/// <param name="Name">As its sender named it.</param>
/// <param name="ContentType">As its sender said.</param>
/// <param name="Size">Bytes, as the store says; 0 where it does not.</param>
/// <param name="IsVoiceMessage">Recorded in the app.</param>
/// <param name="MessageId">With which message.</param>
/// <param name="Speaker">From whom.</param>
/// <param name="SentAt">When.</param>
public sealed record DigestFile(
    string? Name, string ContentType, long Size, bool IsVoiceMessage, string MessageId, Participant? Speaker, Timestamp SentAt);

/// <summary>What is not in the digest, counted.</summary>
public sealed record DigestOmissions
{
    /// <summary>Disappearing messages that the selection left out.</summary>
    public long Disappearing { get; init; }

    /// <summary>View-once messages that the selection left out.</summary>
    public long ViewOnce { get; init; }

    /// <summary>Deleted by their senders.</summary>
    public int Erased { get; init; }

    /// <summary>Events and calls.</summary>
    public int Events { get; init; }

    /// <summary>Messages without text: files, stickers, polls alone.</summary>
    public int WithoutText { get; init; }

    /// <summary>Messages older than the newest <see cref="DigestOptions.MaximumMessages"/>.</summary>
    public long Older { get; init; }

    /// <summary>Decisions, questions, dates, links, files and mentions beyond <see cref="DigestOptions.Findings"/>.</summary>
    public int Findings { get; init; }
}

/// <summary>What happened in a conversation, in its own words.</summary>
public sealed record Digest
{
    /// <summary>Where.</summary>
    public required Conversation Conversation { get; init; }

    /// <summary>The question, where one was asked.</summary>
    public string? Ask { get; init; }

    /// <summary>The first message; null where there is none.</summary>
    public Timestamp? From { get; init; }

    /// <summary>The last message; null where there is none.</summary>
    public Timestamp? To { get; init; }

    /// <summary>The time zone that days and times are shown in.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Messages with text or files.</summary>
    public int MessageCount { get; init; }

    /// <summary>Language of most words: two letters, or empty where unknown.</summary>
    public string Language { get; init; } = "";

    /// <summary>Who did how much, most first.</summary>
    public IReadOnlyList<DigestActivity> Activity { get; init; } = [];

    /// <summary>In order of time. Empty where a question was asked.</summary>
    public IReadOnlyList<DigestTopic> Topics { get; init; } = [];

    /// <summary>What bears on the question, in order of time. Empty where nothing does.</summary>
    public IReadOnlyList<DigestPassage> Answers { get; init; } = [];

    /// <summary>A model's answer to the question, checked; empty where no model was asked or the question found nothing.</summary>
    public IReadOnlyList<DigestPoint> AnswerPoints { get; init; } = [];

    /// <summary>How a model's points were made; null where no model was asked.</summary>
    public DigestReceipt? Receipt { get; init; }

    /// <summary>What was agreed.</summary>
    public IReadOnlyList<DigestQuote> Decisions { get; init; } = [];

    /// <summary>What nobody answered.</summary>
    public IReadOnlyList<DigestQuote> OpenQuestions { get; init; } = [];

    /// <summary>Days that were named, earliest first.</summary>
    public IReadOnlyList<DigestDate> Dates { get; init; } = [];

    /// <summary>Links, each once.</summary>
    public IReadOnlyList<DigestLink> Links { get; init; } = [];

    /// <summary>Files.</summary>
    public IReadOnlyList<DigestFile> Files { get; init; } = [];

    /// <summary>Where others named the owner of the archive.</summary>
    public IReadOnlyList<DigestQuote> MentionsOfMe { get; init; } = [];

    /// <summary>What was left out.</summary>
    public DigestOmissions Omitted { get; init; } = new();

    /// <summary>The chosen quotes of topics or answers, in order.</summary>
    public IEnumerable<DigestQuote> Quotes => Topics.SelectMany(x => x.Quotes).Concat(Answers.SelectMany(x => x.Quotes));
}
