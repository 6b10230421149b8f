using System.Text.Json;
using Fluister.Archive.Conversations;

namespace Fluister.Archive.SignalDesktop;

/// <summary>A formatting range or mention as JSON has it.</summary>
internal readonly record struct RangeRecord(long Start, long Length, long Style, string? Mention);

/// <summary>The JSON of one message, parsed. One object serves a whole scan: <see cref="Read"/> begins anew.</summary>
internal sealed class MessageRecord
{
    public string? Body { get; private set; }

    public string? Type { get; private set; }

    public List<RangeRecord> Ranges { get; } = [];

    public QuoteRecord? Quote { get; private set; }

    public List<ReactionRecord> Reactions { get; } = [];

    public List<AttachmentRecord> Attachments { get; } = [];

    public AttachmentRecord? LongText { get; private set; }

    public List<EditRecord> Edits { get; } = [];

    public List<PreviewRecord> Previews { get; } = [];

    public List<SharedContact> Contacts { get; } = [];

    public StickerRecord? Sticker { get; private set; }

    public PollRecord? Poll { get; private set; }

    public CallRecord? Call { get; private set; }

    public string? CallId { get; private set; }

    public bool IsErased { get; private set; }

    public bool IsViewOnce { get; private set; }

    public bool IsUnread { get; private set; }

    public long? ExpireTimer { get; private set; }

    public long? Timestamp { get; private set; }

    public long? ReceivedAtMs { get; private set; }

    public string? Source { get; private set; }

    public string? SourceServiceId { get; private set; }

    public string? StoryId { get; private set; }

    public string? StoryReaction { get; private set; }

    public bool AnswersStory { get; private set; }

    public EventRecord Event { get; } = new();

    /// <summary>False where the JSON is not JSON; what was read before stays.</summary>
    public bool Read(ReadOnlySpan<byte> json)
    {
        Clear();
        if (json.IsEmpty)
        {
            return true;
        }

        try
        {
            var reader = Json.Reader(json);
            reader.Read();
            if (!Json.Object(ref reader))
            {
                return false;
            }

            while (Json.Property(ref reader, out var field))
            {
                ReadProperty(ref reader, field);
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void ReadProperty(ref Utf8JsonReader reader, Field field)
    {
        switch (field)
        {
            case Field.Body: Body = Json.Text(ref reader); break;
            case Field.Type: Type = Json.Text(ref reader); break;
            case Field.BodyRanges: ReadRanges(ref reader, Ranges); break;
            case Field.Quote: Quote = QuoteRecord.Read(ref reader); break;
            case Field.Reactions: ReactionRecord.ReadAll(ref reader, Reactions); break;
            case Field.Attachments: Attachments.AddRange(AttachmentRecord.ReadAll(ref reader)); break;
            case Field.BodyAttachment: LongText = AttachmentRecord.Read(ref reader); break;
            case Field.EditHistory: EditRecord.ReadAll(ref reader, Edits); break;
            case Field.Preview: PreviewRecord.ReadAll(ref reader, Previews); break;
            case Field.Contact: ContactRecord.ReadAll(ref reader, Contacts); break;
            case Field.Sticker: Sticker = StickerRecord.Read(ref reader); break;
            case Field.Poll: Poll = PollRecord.Read(ref reader); break;
            case Field.CallHistoryDetails: Call = CallRecord.Read(ref reader); break;
            case Field.CallId: CallId = Json.Text(ref reader); break;
            case Field.IsErased or Field.DeletedForEveryone: IsErased |= Json.Flag(ref reader); break;
            case Field.IsViewOnce: IsViewOnce = Json.Flag(ref reader); break;
            case Field.ReadStatus: IsUnread |= Json.Number(ref reader) == 1; break;
            case Field.Unread: IsUnread |= Json.Flag(ref reader); break;
            case Field.ExpireTimer: ExpireTimer = Json.Number(ref reader); break;
            case Field.Timestamp: Timestamp = Json.Number(ref reader); break;
            case Field.ReceivedAtMs: ReceivedAtMs = Json.Number(ref reader); break;
            case Field.Source: Source = Json.Text(ref reader); break;
            case Field.SourceServiceId or Field.SourceUuid: SourceServiceId = Json.Text(ref reader); break;
            case Field.StoryId: StoryId = Json.Text(ref reader); break;
            case Field.StoryReplyContext:
                AnswersStory = true;
                reader.Skip();
                break;
            case Field.StoryReaction: StoryReaction = ReadEmoji(ref reader); break;
            default: Event.ReadProperty(ref reader, field); break;
        }
    }

    /// <summary>Appends an array of ranges.</summary>
    public static void ReadRanges(ref Utf8JsonReader reader, List<RangeRecord> ranges)
    {
        if (!Json.Array(ref reader))
        {
            return;
        }

        while (Json.Element(ref reader))
        {
            if (!Json.Object(ref reader))
            {
                continue;
            }

            long start = 0;
            long length = 0;
            long style = 0;
            string? mention = null;
            while (Json.Property(ref reader, out var field))
            {
                switch (field)
                {
                    case Field.Start: start = Json.Number(ref reader) ?? 0; break;
                    case Field.Length: length = Json.Number(ref reader) ?? 0; break;
                    case Field.Style: style = Json.Number(ref reader) ?? 0; break;
                    case Field.MentionAci or Field.MentionUuid: mention = Json.Text(ref reader); break;
                    default: reader.Skip(); break;
                }
            }

            ranges.Add(new RangeRecord(start, length, style, mention));
        }
    }

    private static string? ReadEmoji(ref Utf8JsonReader reader)
    {
        string? emoji = null;
        if (Json.Object(ref reader))
        {
            while (Json.Property(ref reader, out var field))
            {
                if (field == Field.Emoji)
                {
                    emoji = Json.Text(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return emoji;
    }

    private void Clear()
    {
        Body = null;
        Type = null;
        Ranges.Clear();
        Quote = null;
        Reactions.Clear();
        Attachments.Clear();
        LongText = null;
        Edits.Clear();
        Previews.Clear();
        Contacts.Clear();
        Sticker = null;
        Poll = null;
        Call = null;
        CallId = null;
        IsErased = false;
        IsViewOnce = false;
        IsUnread = false;
        ExpireTimer = null;
        Timestamp = null;
        ReceivedAtMs = null;
        Source = null;
        SourceServiceId = null;
        StoryId = null;
        StoryReaction = null;
        AnswersStory = false;
        Event.Clear();
    }
}
