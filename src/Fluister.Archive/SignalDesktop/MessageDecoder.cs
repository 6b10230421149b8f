using System.Text;
using Fluister.Archive.Conversations;
using Fluister.SqlCipher;
using static Fluister.Archive.SignalDesktop.MessageQueries;

namespace Fluister.Archive.SignalDesktop;

/// <summary>From a row of the table messages to a <see cref="Message"/>. Where a column and JSON both speak, the column wins.</summary>
internal sealed class MessageDecoder : IDisposable
{
    /// <summary>Signal sends texts over 2 KiB as a file of at most 64 KiB; more than this is not taken into memory as text.</summary>
    private const int MaximumLongText = 16 * 1024 * 1024;

    private readonly People _people;
    private readonly AttachmentTable _attachments;
    private readonly CallTable _calls;
    private readonly HashSet<string> _pinned;
    private readonly Func<Attachment, Stream?> _open;
    private readonly MessageRecord _json = new();
    private readonly List<AttachmentTable.Row> _files = [];
    private readonly Dictionary<string, string> _words = new(Utf8Keys.Instance);
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<byte>> _wordsByUtf8;
    private readonly Dictionary<string, Conversation> _conversations;
    private readonly Dictionary<string, Conversation>.AlternateLookup<ReadOnlySpan<byte>> _conversationsByUtf8;

    public MessageDecoder(CipherDatabase database, Schema schema, People people, Func<Attachment, Stream?> open)
    {
        _people = people;
        _open = open;
        _attachments = new AttachmentTable(database, schema);
        _calls = new CallTable(database, schema);
        _pinned = Pinned(database, schema);
        _wordsByUtf8 = _words.GetAlternateLookup<ReadOnlySpan<byte>>();
        _conversations = new Dictionary<string, Conversation>(Utf8Keys.Instance);
        foreach (var conversation in people.Conversations)
        {
            _conversations[conversation.Id] = conversation;
        }

        _conversationsByUtf8 = _conversations.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>The conversation of the row, without decoding anything else; null where there is none.</summary>
    public Conversation? ConversationOf(CipherStatement row) => ConversationAt(row, (int)Column.ConversationId);

    /// <summary>The conversation whose id stands in a column; NULL is the conversation without an id.</summary>
    public Conversation? ConversationAt(CipherStatement row, int column) =>
        _conversationsByUtf8.TryGetValue(row.Utf8(column), out var conversation)
            // Broken bytes are found by what they are shown as.
            || _conversations.TryGetValue(Encoding.UTF8.GetString(row.Utf8(column)), out conversation) ? conversation : null;

    /// <summary>Decodes the row that the statement stands on.</summary>
    public Message Decode(CipherStatement row)
    {
        var json = row.Utf8((int)Column.Json);
        var isReadable = _json.Read(json);
        var id = row.Utf8((int)Column.Id);
        _attachments.Read(id, _files);
        var conversation = ConversationOf(row);
        var type = row.IsNull((int)Column.Type) ? _json.Type ?? "" : Word(row.Utf8((int)Column.Type));
        var body = row.Text((int)Column.Body) ?? _json.Body;
        if (LongText() is { } longText)
        {
            body = longText;
        }

        var sentAt = row.IsNull((int)Column.SentAt) ? Number(row, Column.Timestamp) ?? _json.Timestamp ?? 0 : row.Int64((int)Column.SentAt);
        var isErased = _json.IsErased || row.Int64((int)Column.IsErased) != 0;
        var direction = type switch
        {
            "incoming" => MessageDirection.Incoming,
            "outgoing" => MessageDirection.Outgoing,
            "story" => SourceOf(row) is { IsSelf: false } ? MessageDirection.Incoming : MessageDirection.Outgoing,
            _ => MessageDirection.None,
        };
        var story = type == "story" ? RootFiles("attachment").FirstOrDefault()?.StoryText : null;
        var (text, ranges) = BodyText.Resolve(body ?? story ?? _json.StoryReaction, _json.Ranges, _people);
        var call = CallOf(type, out var callDirection);
        var kind = type switch
        {
            "incoming" or "outgoing" => _json.Event.IsAnnouncement && string.IsNullOrEmpty(text) ? MessageKind.Event : MessageKind.Text,
            "story" => MessageKind.Story,
            "call-history" => MessageKind.Call,
            _ => MessageKind.Event,
        };
        var sender = SenderOf(row, direction, callDirection, conversation);
        return new Message
        {
            Id = Encoding.UTF8.GetString(id),
            RowId = row.Int64((int)Column.RowId),
            ConversationId = conversation?.Id ?? row.Text((int)Column.ConversationId) ?? "",
            Type = type,
            Kind = kind,
            Direction = kind == MessageKind.Event ? MessageDirection.None : kind == MessageKind.Call ? callDirection : direction,
            Sender = sender,
            SentAt = new Timestamp(sentAt),
            ReceivedAt = new Timestamp(Number(row, Column.ReceivedAtMs) ?? _json.ReceivedAtMs ?? ReceivedAtOf(row) ?? sentAt),
            Body = string.IsNullOrEmpty(text) ? null : text,
            Ranges = ranges,
            Quote = QuoteOf(),
            Reactions = ReactionsOf(),
            Attachments = Models(RootFiles("attachment"), story),
            Edits = EditsOf(),
            Previews = PreviewsOf(),
            Contacts = _json.Contacts.Count == 0 ? [] : [.. _json.Contacts],
            Sticker = StickerOf(),
            Poll = _json.Poll?.ToPoll(_people),
            Call = call,
            Event = EventOf(kind, type, isReadable, text, sender ?? OtherOf(conversation), json),
            IsUnread = direction != MessageDirection.Outgoing && kind != MessageKind.Event
                && ((Number(row, Column.ReadStatus) is { } status ? status == 1 : _json.IsUnread) || row.Int64((int)Column.Unread) == 1),
            IsErased = isErased,
            IsViewOnce = _json.IsViewOnce || row.Int64((int)Column.IsViewOnce) != 0,
            IsPinned = _pinned.Count > 0 && _pinned.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(id),
            ExpireTimer = kind == MessageKind.Event ? 0 : Math.Max(0, Number(row, Column.ExpireTimer) ?? _json.ExpireTimer ?? 0),
            StoryId = row.Text((int)Column.StoryId) ?? _json.StoryId,
        };
    }

    public void Dispose()
    {
        _attachments.Dispose();
        _calls.Dispose();
    }

    private static long? Number(CipherStatement row, Column column) => row.IsNull((int)column) ? null : row.Int64((int)column);

    /// <summary>Before generation 20 a time in milliseconds, since then a counter that began at such a time;
    /// a small number is neither.</summary>
    private static long? ReceivedAtOf(CipherStatement row) =>
        Number(row, Column.ReceivedAt) is > 1_000_000_000_000 and var time ? time : null;

    private static HashSet<string> Pinned(CipherDatabase database, Schema schema)
    {
        // Signal allows three pinned messages a conversation.
        const int MaximumPinned = 100_000;
        var pinned = new HashSet<string>(Utf8Keys.Instance);
        if (schema.Has("pinnedMessages", "messageId"))
        {
            using var rows = database.Prepare("SELECT messageId FROM pinnedMessages");
            while (pinned.Count < MaximumPinned && rows.Step())
            {
                if (rows.Text(0) is { } id)
                {
                    pinned.Add(id);
                }
            }
        }

        return pinned;
    }

    /// <summary>One string per distinct type, up to a bound: types are few, but the store is not trusted.</summary>
    private string Word(ReadOnlySpan<byte> utf8)
    {
        if (_wordsByUtf8.TryGetValue(utf8, out var known))
        {
            return known;
        }

        var word = Encoding.UTF8.GetString(utf8);
        if (_words.Count < 256)
        {
            _words[word] = word;
        }

        return word;
    }

    private Participant? SourceOf(CipherStatement row) =>
        _people.Find(row.Utf8((int)Column.ServiceId)) ?? _people.Find(_json.SourceServiceId)
        ?? _people.Find(row.Utf8((int)Column.Source)) ?? _people.Find(_json.Source);

    private Participant? SenderOf(
        CipherStatement row, MessageDirection direction, MessageDirection callDirection, Conversation? conversation)
    {
        if (direction == MessageDirection.Outgoing || callDirection == MessageDirection.Outgoing)
        {
            return _people.Self;
        }

        if (_calls.Ringer is { } ringer && callDirection == MessageDirection.Incoming)
        {
            return _people.Find(ringer);
        }

        return _people.Find(_json.Event.Actor) ?? SourceOf(row)
            ?? (direction == MessageDirection.Incoming || callDirection == MessageDirection.Incoming ? OtherOf(conversation) : null);
    }

    private static Participant? OtherOf(Conversation? conversation) =>
        conversation is { Kind: ConversationKind.Direct, Members.Count: > 0 } ? conversation.Members[0] : null;

    private IEnumerable<AttachmentRecord> RootFiles(string kind) => Files(kind, -1, kind == "attachment" ? _json.Attachments : []);

    private IEnumerable<AttachmentRecord> Files(string kind, long edit, List<AttachmentRecord> fallback)
    {
        if (_files.Count == 0)
        {
            return fallback;
        }

        var rows = _files.Where(row => row.Edit == edit && row.Kind == kind).Select(row => row.Record).ToList();
        return rows.Count > 0 ? rows : fallback;
    }

    private AttachmentRecord? FileAt(string kind, int order)
    {
        foreach (var row in _files)
        {
            if (row.Edit == -1 && row.Order == order && row.Kind == kind)
            {
                return row.Record;
            }
        }

        return null;
    }

    private static Attachment[] Models(IEnumerable<AttachmentRecord> records, string? story)
    {
        // A story of words is an attachment without a file; its words are the body.
        return records is List<AttachmentRecord> { Count: 0 } ? [] : [.. records
            .Where(record => story is null || record.StoryText is null)
            .Select(record => record.ToAttachment())];
    }

    private string? LongText()
    {
        var record = FileAt("long-message", 0) ?? _json.LongText;
        if (record?.Path is null || record.Size > MaximumLongText)
        {
            return null;
        }

        try
        {
            using var stream = _open(record.ToAttachment());
            if (stream is null)
            {
                return null;
            }

            using var text = new MemoryStream();
            Span<byte> buffer = stackalloc byte[4096];
            for (var count = stream.Read(buffer); count > 0; count = stream.Read(buffer))
            {
                text.Write(buffer[..count]);
                if (text.Length > MaximumLongText)
                {
                    return null;
                }
            }

            return Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length));
        }
        catch (ArchiveException)
        {
            // The beginning of the text stands in the row; the file's fault is told where files are read.
            return null;
        }
    }

    private Quote? QuoteOf()
    {
        if (_json.Quote is not { } quote)
        {
            return null;
        }

        var (text, ranges) = BodyText.Resolve(quote.Text, quote.Ranges, _people);
        return new Quote(new Timestamp(quote.SentAt ?? 0), _people.Find(quote.Author), string.IsNullOrEmpty(text) ? null : text)
        {
            MessageId = string.IsNullOrEmpty(quote.MessageId) ? null : quote.MessageId,
            Ranges = ranges,
            IsViewOnce = quote.IsViewOnce,
            Attachments = quote.Attachments.Count == 0 ? [] : [.. quote.Attachments.Select((attachment, i) =>
            {
                attachment.Thumbnail = FileAt("quote", i) ?? attachment.Thumbnail;
                return attachment.ToQuotedAttachment();
            })],
        };
    }

    private Reaction[] ReactionsOf() => _json.Reactions.Count == 0 ? []
        : [.. _json.Reactions
            .Select(reaction => new Reaction(reaction.Emoji, _people.Find(reaction.From), new Timestamp(reaction.SentAt)))];

    private Edit[] EditsOf()
    {
        // The first element is the message as it stands.
        var edits = _json.Edits;
        if (edits.Count < 2)
        {
            return [];
        }

        var versions = new Edit[edits.Count - 1];
        for (var i = 1; i < edits.Count; i++)
        {
            var (text, ranges) = BodyText.Resolve(edits[i].Body, edits[i].Ranges, _people);
            versions[edits.Count - 1 - i] = new Edit(new Timestamp(edits[i].SentAt), string.IsNullOrEmpty(text) ? null : text)
            {
                Ranges = ranges,
                Attachments = Models(Files("attachment", i, edits[i].Attachments), story: null),
            };
        }

        return versions;
    }

    private LinkPreview[] PreviewsOf()
    {
        if (_json.Previews.Count == 0)
        {
            return [];
        }

        return [.. _json.Previews.Select((preview, i) => new LinkPreview(
            preview.Url ?? "",
            string.IsNullOrEmpty(preview.Title) ? null : preview.Title,
            string.IsNullOrEmpty(preview.Description) ? null : preview.Description,
            (FileAt("preview", i) ?? preview.Image)?.ToAttachment()))];
    }

    private Sticker? StickerOf() => _json.Sticker is not { } sticker ? null
        : new Sticker(sticker.PackId ?? "", (int)Math.Clamp(sticker.StickerId, int.MinValue, int.MaxValue),
            string.IsNullOrEmpty(sticker.Emoji) ? null : sticker.Emoji, (FileAt("sticker", 0) ?? sticker.Image)?.ToAttachment());

    private Call? CallOf(string type, out MessageDirection direction)
    {
        direction = MessageDirection.None;
        _calls.Ringer = null;
        if (type != "call-history")
        {
            return null;
        }

        if (_json.CallId is { } callId && _calls.Find(callId, out direction) is { } call)
        {
            return call;
        }

        if (_json.Call is { } old)
        {
            direction = old.IsIncoming ? MessageDirection.Incoming : MessageDirection.Outgoing;
            if (old.Creator is not null)
            {
                _calls.Ringer = old.Creator;
                direction = _people.Find(old.Creator) is { IsSelf: true } ? MessageDirection.Outgoing : MessageDirection.Incoming;
            }

            return old.ToCall();
        }

        return new Call("unknown", "unknown", "unknown");
    }

    private ConversationEvent? EventOf(
        MessageKind kind, string type, bool isReadable, string? text, Participant? other, ReadOnlySpan<byte> json)
    {
        if (!isReadable)
        {
            return new ConversationEvent("The record of this message cannot be read.", Encoding.UTF8.GetString(json));
        }

        if (kind == MessageKind.Event)
        {
            return _json.Event.Sentence(type, _people, other?.Name) is { } sentence
                ? new ConversationEvent(sentence)
                : new ConversationEvent(
                    $"Something of a kind that this program does not know ({(type.Length == 0 ? "no type" : type)}).",
                    Encoding.UTF8.GetString(json));
        }

        var isEmpty = kind == MessageKind.Text && string.IsNullOrEmpty(text) && !_json.IsErased && !_json.IsViewOnce && _json.Quote is null
            && _json.Attachments.Count == 0 && _files.Count == 0 && _json.Sticker is null
            && _json.Poll is null && _json.Contacts.Count == 0;
        return _json.Event.Carries is { } carried ? new ConversationEvent($"{carried}.", Encoding.UTF8.GetString(json))
            : isEmpty ? new ConversationEvent("A message without content that this program knows.", Encoding.UTF8.GetString(json))
            : null;
    }
}
