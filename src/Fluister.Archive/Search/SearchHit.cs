using Fluister.Archive.Conversations;

namespace Fluister.Archive.Search;

/// <summary>Which part of a message a match stands in.</summary>
public enum SearchField
{
    /// <summary><see cref="Message.Body"/>.</summary>
    Body,

    /// <summary><see cref="Quote.Text"/>.</summary>
    Quote,

    /// <summary><see cref="Attachment.FileName"/> of an attachment.</summary>
    FileName,

    /// <summary><see cref="Attachment.Caption"/> of an attachment.</summary>
    Caption,

    /// <summary><see cref="LinkPreview.Title"/> of a preview.</summary>
    LinkTitle,

    /// <summary><see cref="LinkPreview.Url"/> of a preview.</summary>
    LinkUrl,

    /// <summary><see cref="Poll.Question"/>.</summary>
    PollQuestion,

    /// <summary><see cref="PollOption.Text"/> of an option.</summary>
    PollOption,

    /// <summary><see cref="SharedContact.Name"/> of a contact.</summary>
    ContactName,

    /// <summary><see cref="Edit.Body"/> of an earlier version.</summary>
    EarlierVersion,
}

/// <summary>Where a word or phrase of the query stands.</summary>
/// <param name="Field">The part of the message.</param>
/// <param name="Item">Position in the list that the field is of; 0 where there is no list.</param>
/// <param name="Start">In UTF-16 units of that text.</param>
/// <param name="Length">In UTF-16 units.</param>
public readonly record struct SearchMatch(SearchField Field, int Item, int Start, int Length);

/// <summary>A message that the query finds.</summary>
/// <param name="Message">The message.</param>
/// <param name="Matches">Where, in order of field, item and start; the first 1,000.</param>
/// <param name="Before">Messages of the same conversation before it, oldest first.</param>
/// <param name="After">Messages of the same conversation after it, oldest first.</param>
public sealed record SearchHit(
    Message Message, IReadOnlyList<SearchMatch> Matches, IReadOnlyList<Message> Before, IReadOnlyList<Message> After);

/// <summary>In which order hits come.</summary>
public enum SearchOrder
{
    /// <summary>By time of sending, newest first; hits come when all are known.</summary>
    NewestFirst,

    /// <summary>As stored; each hit comes when it is found.</summary>
    Stored,
}

/// <summary>How to search.</summary>
public sealed record SearchOptions
{
    /// <summary>The most hits that <see cref="SearchOrder.NewestFirst"/> can give: they are all in memory.</summary>
    public const int MaximumLimit = 100_000;

    /// <summary>The order.</summary>
    public SearchOrder Order { get; init; } = SearchOrder.NewestFirst;

    /// <summary>Hits to give at most.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Messages of the same conversation to give with each hit, before it.</summary>
    public int Before { get; init; }

    /// <summary>Messages of the same conversation to give with each hit, after it.</summary>
    public int After { get; init; }

    /// <summary>An index of the archive, which makes the search fast; null to read through the archive.</summary>
    public SearchIndex? Index { get; init; }
}
