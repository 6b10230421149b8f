using Fluister.Archive.Conversations;

namespace Fluister.Summaries.Evaluation;

/// <summary>A meeting as a conversation: one utterance, one message, ten seconds apart.</summary>
internal static class QmSumConversation
{
    private const long Start = 1_600_000_000_000;

    /// <summary>Nobody in particular.</summary>
    public static Participant Self { get; } = new("self", "Unknown", IsSelf: true);

    /// <summary>The conversation of every meeting.</summary>
    public static Conversation Conversation { get; } = new() { Id = "meeting", Kind = ConversationKind.Group, Name = "Meeting" };

    /// <summary>Its messages.</summary>
    public static IEnumerable<Message> Messages(Meeting meeting) => meeting.Transcript.Select((x, i) => new Message
    {
        Id = $"m{i}",
        RowId = i,
        ConversationId = Conversation.Id,
        Direction = MessageDirection.Incoming,
        Sender = new Participant(x.Speaker, x.Speaker),
        SentAt = new(Start + (i * 10_000L)),
        Body = x.Text,
    });

    /// <summary>The utterance that a message is.</summary>
    public static int Number(string messageId) => int.Parse(messageId.AsSpan(1));

    /// <summary>The digest for a query, as anybody would get it.</summary>
    public static Digest Digest(Meeting meeting, MeetingQuery query, int words) => Digester.Digest(
        Conversation, Self, Messages(meeting), Options(query, words));

    /// <summary>How a query is asked.</summary>
    public static DigestOptions Options(MeetingQuery query, int words) =>
        new() { Words = words, Ask = query.IsGeneral ? null : query.Query };

    /// <summary>What is scored: the quotes alone, without speakers, in order.</summary>
    public static string Text(Digest digest) => string.Join(' ', digest.Quotes.Select(x => x.Text));
}
