using System.Text.Json.Nodes;
using Fluister.Client.Store;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>What a message says, in the store's form.</summary>
/// <param name="Body">The text, or its beginning where it is long.</param>
/// <param name="Json">Everything else.</param>
internal sealed record ShownContent(string? Body, JsonObject Json)
{
    /// <summary>The newest version of messages that this client knows.</summary>
    public const int SupportedVersion = (int)DataMessage.Types.ProtocolVersion.Current;

    /// <summary>Reads a message that shows something.</summary>
    /// <exception cref="ClientException">Malformed.</exception>
    public static ShownContent Read(DataMessage data, MessageTable messages, string conversation, DateTimeOffset now)
    {
        var body = CleanText.Of(data.Body, ClientLimits.LongTextBytes);
        var files = new JsonArray();
        JsonObject? longText = null;
        foreach (var pointer in data.Attachments)
        {
            if (AttachmentParts.Read(pointer, now) is not { } file)
            {
                continue;
            }

            if (AttachmentParts.IsLongText(file))
            {
                longText ??= file;
            }
            else if (files.Count < ClientLimits.AttachmentsPerMessage)
            {
                files.Add(file);
            }
        }

        var json = new JsonObject
        {
            ["attachments"] = files,
            ["bodyRanges"] = RangeParts.Read(data.BodyRanges),
            ["contact"] = ContactParts.Read(data.Contact, now),
            ["preview"] = PreviewParts.Read(data.Preview, body, now),
            ["errors"] = new JsonArray(),
            ["flags"] = 0,
            ["requiredProtocolVersion"] = (long)data.RequiredProtocolVersion,
            ["supportedVersionAtReceive"] = SupportedVersion,
        };
        json.Put("bodyAttachment", longText);
        json.Put("quote", QuoteParts.Read(data.Quote, messages, conversation, now));
        json.Put("sticker", StickerParts.Read(data.Sticker, now));
        json.Put("poll", PollParts.Read(data.PollCreate));
        json.Put("payment", Payment(data.Payment));
        json.Put("giftBadge", data.GiftBadge is { HasReceiptCredentialPresentation: true } badge ? Badge(badge) : null);
        if (data.StoryContext is { } story && ContentIds.Aci(story.AuthorAciBinary, story.AuthorAci) is { } author)
        {
            json["storyReplyContext"] = new JsonObject { ["authorAci"] = author.ToString(), ["messageId"] = "" };
        }

        return new ShownContent(body, json);
    }

    /// <summary>Whether it is of a newer kind than this client can show.</summary>
    public bool IsUnsupported => Json.Number("requiredProtocolVersion") > SupportedVersion;

    /// <summary>Whether there is nothing to show.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Body) && Json["attachments"] is JsonArray { Count: 0 }
        && Json["contact"] is JsonArray { Count: 0 }
        && !Json.ContainsKey("bodyAttachment") && !Json.ContainsKey("sticker") && !Json.ContainsKey("poll") && !Json.ContainsKey("payment")
        && !Json.ContainsKey("giftBadge");

    /// <summary>Whether it may be looked at once: a picture or a film and nothing else.</summary>
    public bool IsRightForOneView => Json["attachments"] is JsonArray { Count: 1 } files && files[0] is JsonObject file
        && file.Text("contentType") is { } type
        && (type.StartsWith("image/", StringComparison.Ordinal) || type.StartsWith("video/", StringComparison.Ordinal));

    private static JsonObject? Payment(DataMessage.Types.Payment? payment) => payment?.ItemCase switch
    {
        DataMessage.Types.Payment.ItemOneofCase.Notification =>
            new JsonObject { ["kind"] = 1, ["note"] = CleanText.Of(payment.Notification.Note) },
        DataMessage.Types.Payment.ItemOneofCase.Activation =>
            new JsonObject { ["kind"] = payment.Activation.Type == DataMessage.Types.Payment.Types.Activation.Types.Type.Request ? 2 : 3 },
        _ => null,
    };

    private static JsonObject Badge(DataMessage.Types.GiftBadge badge) => new()
    {
        ["receiptCredentialPresentation"] = Convert.ToBase64String(badge.ReceiptCredentialPresentation.Span),
        ["state"] = 0,
    };
}
