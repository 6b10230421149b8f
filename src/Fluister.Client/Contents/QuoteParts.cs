using System.Text.Json.Nodes;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Quote = Fluister.Wire.Protos.DataMessage.Types.Quote;

namespace Fluister.Client.Contents;

/// <summary>What a message answers.</summary>
internal static class QuoteParts
{
    /// <summary>The store's form. Where the message quoted is in the same conversation, its own text is shown and not the sender's
    /// idea of it. Null where it names nobody.</summary>
    public static JsonObject? Read(Quote? quote, MessageTable messages, string conversation, DateTimeOffset now)
    {
        if (quote is null || ContentIds.Aci(quote.AuthorAciBinary, quote.AuthorAci) is not { } author)
        {
            return null;
        }

        var sentAt = ContentIds.Timestamp(quote.Id) ?? 0;
        var original = sentAt == 0 ? null : messages.Find(author, sentAt);
        if (original?.ConversationId != conversation)
        {
            original = null;
        }

        var json = new JsonObject
        {
            ["id"] = sentAt,
            ["authorAci"] = author.ToString(),
            ["text"] = CleanText.Of(quote.Text, ClientLimits.BodyBytes),
            ["bodyRanges"] = RangeParts.Read(quote.BodyRanges),
            ["attachments"] = Files(quote, now),
            ["isGiftBadge"] = quote.Type == Quote.Types.Type.GiftBadge,
            ["isViewOnce"] = false,
            ["referencedMessageNotFound"] = original is null,
        };
        if (original is not null)
        {
            Fill(json, original);
        }

        return json;
    }

    /// <summary>The store's form for a message of ours that answers one in the history.</summary>
    public static JsonObject Of(StoredMessage original, ServiceId author)
    {
        var json = new JsonObject
        {
            ["id"] = original.SentAt,
            ["authorAci"] = author.ToString(),
            ["attachments"] = new JsonArray([.. original.Json.Parts("attachments").Take(1).Select(Shown)]),
            ["isGiftBadge"] = false,
            ["isViewOnce"] = false,
            ["referencedMessageNotFound"] = false,
        };
        Fill(json, original);
        return json;
    }

    /// <summary>From the store's form to a message's.</summary>
    public static Quote? Write(JsonObject? json)
    {
        if (json is null || !ServiceId.TryParse(json.Text("authorAci"), out var author))
        {
            return null;
        }

        var quote = new Quote
        {
            Id = (ulong)Math.Max(0, json.Number("id") ?? 0),
            AuthorAciBinary = author.ToByteString(),
            AuthorAci = author.ToString(),
            Type = json.Flag("isGiftBadge") ? Quote.Types.Type.GiftBadge
                : json.Flag("isPoll") ? Quote.Types.Type.Poll : Quote.Types.Type.Normal,
        };
        if (json.Text("text") is { } text)
        {
            quote.Text = text;
        }

        quote.BodyRanges.Add(RangeParts.Write(json));
        foreach (var file in json.Parts("attachments"))
        {
            var quoted = new Quote.Types.QuotedAttachment { ContentType = file.Text("contentType") ?? "" };
            if (file.Text("fileName") is { } name)
            {
                quoted.FileName = name;
            }

            quote.Attachments.Add(quoted);
        }

        return quote;
    }

    private static void Fill(JsonObject json, StoredMessage original)
    {
        json["messageId"] = original.Id;
        if (original.IsViewOnce)
        {
            json["text"] = "";
            json["isViewOnce"] = true;
            json["attachments"] = new JsonArray(new JsonObject { ["contentType"] = "image/jpeg" });
            json["bodyRanges"] = new JsonArray();
            return;
        }

        var poll = original.Json.Part("poll");
        if (poll is not null)
        {
            json["isPoll"] = true;
        }

        json["text"] = CleanText.Of(poll?.Text("question") ?? original.Body, ClientLimits.BodyBytes);
        json["bodyRanges"] = original.Json["bodyRanges"]?.DeepClone() ?? new JsonArray();
    }

    private static JsonArray Files(Quote quote, DateTimeOffset now)
    {
        var list = new JsonArray();
        foreach (var file in quote.Attachments.Take(1))
        {
            var json = new JsonObject { ["contentType"] = CleanText.Of(file.ContentType, 255) ?? "application/octet-stream" };
            json.Put("fileName", CleanText.Of(file.FileName));
            json.Put("thumbnail", AttachmentParts.Read(file.Thumbnail, now));
            list.Add(json);
        }

        return list;
    }

    private static JsonNode Shown(JsonObject attachment)
    {
        var json = new JsonObject { ["contentType"] = attachment.Text("contentType") ?? "application/octet-stream" };
        json.Put("fileName", attachment.Text("fileName"));
        return json;
    }
}
