using Fluister.Archive.Conversations;
using Fluister.Protocol.Addresses;

namespace Fluister.Client.Contents;

/// <summary>A message before it is sent.</summary>
public sealed record Draft
{
    /// <summary>The text; null or empty where there are only files.</summary>
    public string? Text { get; init; }

    /// <summary>Formatting, in UTF-16 units of the text.</summary>
    public IReadOnlyList<(int Start, int Length, BodyStyle Style)> Styles { get; init; } = [];

    /// <summary>Mentions: each stands in the text as one U+FFFC.</summary>
    public IReadOnlyList<(int Start, int Length, ServiceId Person)> Mentions { get; init; } = [];

    /// <summary>What it answers: who wrote it and when.</summary>
    public (ServiceId Author, long Timestamp)? Quote { get; init; }

    /// <summary>Files on this computer.</summary>
    public IReadOnlyList<DraftFile> Files { get; init; } = [];

    /// <summary>May be looked at once; needs exactly one file.</summary>
    public bool IsViewOnce { get; init; }

    /// <summary>A link in the text with title and description, as the sender saw them.</summary>
    public (string Url, string Title, string Description)? Preview { get; init; }

    /// <summary>A sticker: its pack's id and key in hexadecimal, its number, its emoji, and the picture.</summary>
    public (string Pack, string PackKey, int Id, string Emoji, DraftFile Picture)? Sticker { get; init; }

    /// <summary>A poll: a question, its options, whether several may be chosen.</summary>
    public (string Question, IReadOnlyList<string> Options, bool AllowsMultiple)? Poll { get; init; }

    /// <summary>A contact card.</summary>
    public DraftContact? Contact { get; init; }
}

/// <summary>A contact card to be sent.</summary>
/// <param name="GivenName">First name.</param>
/// <param name="FamilyName">Last name; null for none.</param>
/// <param name="Organization">Where they work; null for nowhere.</param>
public sealed record DraftContact(string GivenName, string? FamilyName = null, string? Organization = null)
{
    /// <summary>Telephone numbers.</summary>
    public IReadOnlyList<string> Numbers { get; init; } = [];

    /// <summary>Addresses of mail.</summary>
    public IReadOnlyList<string> Emails { get; init; } = [];
}

/// <summary>A file to be sent.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="ContentType">MIME type; null to go by the name.</param>
/// <param name="Caption">Text under it.</param>
/// <param name="IsVoiceMessage">Recorded.</param>
public sealed record DraftFile(string Path, string? ContentType = null, string? Caption = null, bool IsVoiceMessage = false);
