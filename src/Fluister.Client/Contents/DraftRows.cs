using System.Text;
using System.Text.Json.Nodes;
using Fluister.Archive.Conversations;
using Fluister.Client.Attachments;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;
using BodyRange = Fluister.Wire.Protos.BodyRange;

namespace Fluister.Client.Contents;

/// <summary>A file of a draft, taken into the account's files.</summary>
/// <param name="Draft">What was asked.</param>
/// <param name="Local">Where it lies now.</param>
internal sealed record TakenFile(DraftFile Draft, LocalFile Local);

/// <summary>From a draft to the row that stands in the history from then on.</summary>
internal sealed class DraftRows(ClientContext context, AttachmentFiles store)
{
    private const char MentionMark = '\ufffc';

    /// <summary>Takes the files of a draft, and a text that is too long for the message itself, into the account's files.</summary>
    /// <exception cref="ClientException">BadInput: a file is too large, or cannot be read; Store.</exception>
    public async Task<DraftFiles> TakeAsync(Draft draft, CancellationToken cancel)
    {
        var files = new DraftFiles(store);
        try
        {
            foreach (var file in draft.Sticker is { } sticker ? draft.Files.Append(sticker.Picture) : draft.Files)
            {
                var plain = Open(file.Path);
                await using (plain.ConfigureAwait(false))
                {
                    var local = await store.ImportAsync(plain, ClientLimits.AttachmentBytes, cancel).ConfigureAwait(false);
                    files.Add(new TakenFile(file, local));
                }
            }

            if (IsLong(draft.Text))
            {
                files.AddText(Encoding.UTF8.GetBytes(CleanText.Of(draft.Text, ClientLimits.LongTextBytes)!));
            }

            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Whether the text is too long for the message itself.</summary>
    public static bool IsLong(string? text) => text is not null && Encoding.UTF8.GetByteCount(text) > ClientLimits.BodyBytes;

    /// <summary>Refuses what cannot be sent, before anything is done for it.</summary>
    /// <exception cref="ClientException">BadInput.</exception>
    public static void Check(Draft draft)
    {
        if (string.IsNullOrEmpty(draft.Text) && draft is { Files.Count: 0, Sticker: null, Poll: null, Contact: null })
        {
            throw Bad("The message is empty: give it a text or a file.");
        }

        if (draft.Text is { } text && Encoding.UTF8.GetByteCount(text) > ClientLimits.LongTextBytes)
        {
            throw Bad($"The text is longer than {ClientLimits.LongTextBytes:N0} bytes: send it as a file.");
        }

        if (draft.Files.Count > ClientLimits.AttachmentsPerMessage)
        {
            throw Bad($"A message takes at most {ClientLimits.AttachmentsPerMessage} files: send the others in another message.");
        }

        if (draft.IsViewOnce && (draft.Files.Count != 1 || !string.IsNullOrEmpty(draft.Text)
            || !IsVisual(FileTypes.Of(draft.Files[0].Path, draft.Files[0].ContentType))))
        {
            throw Bad("Only one picture or film without a text can be sent to be looked at once.");
        }

        if (draft.Preview is { } preview && !PreviewParts.IsOfText(preview.Url, draft.Text))
        {
            throw Bad("A preview is of an https link that stands in the text.");
        }

        if (draft.Poll is { } poll && PollParts.Of(poll.Question, poll.Options, poll.AllowsMultiple) is null)
        {
            throw Bad($"A poll has a question and {ClientLimits.PollOptionsAtLeast} to {ClientLimits.PollOptions} options of at most "
                + $"{ClientLimits.PollCharacters} characters each.");
        }
    }

    /// <summary>Refuses what cannot take the place of a text.</summary>
    /// <exception cref="ClientException">BadInput.</exception>
    public static void CheckEdit(Draft draft)
    {
        if (draft.Files.Count > 0 || draft.Sticker is not null || draft.Poll is not null || draft.Contact is not null || draft.IsViewOnce)
        {
            throw Bad("An edit changes the text alone: files stay as they were sent.");
        }

        Check(draft);
    }

    /// <summary>What an edit says.</summary>
    /// <exception cref="ClientException">BadInput.</exception>
    public ShownContent Edited(StoredConversation conversation, Draft draft, DraftFiles files)
    {
        var row = Of(conversation, draft, files, timestamp: 0);
        return new ShownContent(row.Body, row.Json);
    }

    /// <summary>The row: its state of sending is Pending, its timer begins when it was sent.</summary>
    /// <exception cref="ClientException">BadInput; NotFound: the message that it answers is not in the history.</exception>
    public StoredMessage Of(
        StoredConversation conversation, Draft draft, DraftFiles files, long timestamp)
    {
        var now = context.Clock.GetUtcNow();
        var text = CleanText.Of(draft.Text, ClientLimits.LongTextBytes);
        var json = new JsonObject
        {
            ["attachments"] = new JsonArray([.. files.Taken.Where(file => file.Draft != draft.Sticker?.Picture).Select(Json)]),
            ["bodyRanges"] = Ranges(draft, text),
            ["contact"] = draft.Contact is { } card ? ContactParts.Of(card) : new JsonArray(),
            ["preview"] = Previews(draft),
            ["errors"] = new JsonArray(),
            ["flags"] = 0,
        };
        json.Put("bodyAttachment", files.LongText is null ? null : Json(files.LongText));
        json.Put("quote", draft.Quote is { } quote ? Quote(conversation, quote) : null);
        json.Put("poll", draft.Poll is { } poll ? PollParts.Of(poll.Question, poll.Options, poll.AllowsMultiple) : null);
        json.Put("sticker", draft.Sticker is { } sticker ? Sticker(sticker, files.Taken) : null);
        var own = context.Store.Conversations.GetOrAdd(context.Self.Aci).Id;
        json["sendStateByConversationId"] = SendStates.Pending(conversation.Id, own, timestamp);
        return new StoredMessage
        {
            Id = RowUuid.New(now),
            ConversationId = conversation.Id,
            Type = "outgoing",
            Source = context.Self.Aci,
            SourceDevice = context.Self.Device,
            SentAt = timestamp,
            ReceivedAt = now.ToUnixTimeMilliseconds(),
            Body = text,
            ExpireTimer = ExpireTimers.Of(conversation),
            IsViewOnce = draft.IsViewOnce,
            Json = json,
        };
    }

    /// <summary>Formatting and mentions of a draft.</summary>
    /// <exception cref="ClientException">BadInput: outside of the text, or a mention where there is no mark for one.</exception>
    public static JsonArray Ranges(Draft draft, string? text)
    {
        var list = new List<BodyRange>();
        foreach (var (start, length, style) in draft.Styles)
        {
            if (start < 0 || length <= 0 || start + (long)length > (text?.Length ?? 0) || Style(style) is not { } known)
            {
                throw Bad("A style lies outside of the text.");
            }

            list.Add(new BodyRange { Start = (uint)start, Length = (uint)length, Style = known });
        }

        foreach (var (start, length, person) in draft.Mentions)
        {
            if (start < 0 || length != 1 || start >= (text?.Length ?? 0) || text![start] != MentionMark || person.Kind != ServiceIdKind.Aci)
            {
                throw Bad("A mention stands in the text as one U+FFFC, and names an account.");
            }

            list.Add(new BodyRange { Start = (uint)start, Length = 1, MentionAciBinary = person.ToByteString() });
        }

        return RangeParts.Read(list);
    }

    /// <summary>The store's form of a file that was taken in.</summary>
    public static JsonObject Json(TakenFile file)
    {
        var json = new JsonObject
        {
            ["contentType"] = FileTypes.Of(file.Draft.Path, file.Draft.ContentType),
            ["size"] = file.Local.Size,
            ["path"] = file.Local.Path,
            ["localKey"] = file.Local.LocalKey,
            ["plaintextHash"] = file.Local.PlaintextHash,
            ["version"] = LocalFile.Version,
            ["clientUuid"] = RowUuid.New(),
        };
        json.Put("fileName", AttachmentParts.IsLongText(json) ? null : CleanText.Of(Path.GetFileName(file.Draft.Path)));
        json.Put("caption", CleanText.Of(file.Draft.Caption));
        json.Put("flags", file.Draft.IsVoiceMessage ? (int)AttachmentPointer.Types.Flags.VoiceMessage : null);
        return json;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, useAsync: true);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ClientException(ClientError.BadInput, $"The file {path} cannot be read: {failed.Message}", failed);
        }
    }

    private static JsonArray Previews(Draft draft)
    {
        if (draft.Preview is not { } preview)
        {
            return [];
        }

        var json = new JsonObject { ["url"] = preview.Url };
        json.Put("title", CleanText.Of(preview.Title));
        json.Put("description", CleanText.Of(preview.Description));
        return [json];
    }

    private JsonObject Quote(StoredConversation conversation, (ServiceId Author, long Timestamp) quote)
    {
        if (context.Store.Messages.Find(quote.Author, quote.Timestamp) is not { } original || original.ConversationId != conversation.Id)
        {
            throw new ClientException(ClientError.NotFound, "The message to be answered is not in this conversation.");
        }

        return QuoteParts.Of(original, quote.Author);
    }

    private static JsonObject Sticker(
        (string Pack, string PackKey, int Id, string Emoji, DraftFile Picture) sticker, IReadOnlyList<TakenFile> files)
    {
        byte[] key;
        try
        {
            key = Convert.FromHexString(sticker.PackKey);
            if (Convert.FromHexString(sticker.Pack).Length != 16 || key.Length != 32 || sticker.Id < 0)
            {
                throw Bad(NoSticker);
            }
        }
        catch (FormatException)
        {
            throw Bad(NoSticker);
        }

        var json = new JsonObject
        {
            ["packId"] = sticker.Pack.ToLowerInvariant(),
            ["packKey"] = Convert.ToBase64String(key),
            ["stickerId"] = sticker.Id,
            ["data"] = Json(files.Single(file => file.Draft == sticker.Picture)),
        };
        json.Put("emoji", EmojiText.IsOne(sticker.Emoji) ? sticker.Emoji : null);
        return json;
    }

    private const string NoSticker = "A sticker has a pack of 16 bytes, its key of 32, both in hexadecimal, and its number in the pack.";

    private static bool IsVisual(string type) =>
        type.StartsWith("image/", StringComparison.Ordinal) || type.StartsWith("video/", StringComparison.Ordinal);

    private static BodyRange.Types.Style? Style(BodyStyle style) => style switch
    {
        BodyStyle.Bold => BodyRange.Types.Style.Bold,
        BodyStyle.Italic => BodyRange.Types.Style.Italic,
        BodyStyle.Spoiler => BodyRange.Types.Style.Spoiler,
        BodyStyle.Strikethrough => BodyRange.Types.Style.Strikethrough,
        BodyStyle.Monospace => BodyRange.Types.Style.Monospace,
        _ => null,
    };

    private static ClientException Bad(string message) => new(ClientError.BadInput, message);
}
