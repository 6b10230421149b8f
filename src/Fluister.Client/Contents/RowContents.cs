using System.Text.Json.Nodes;
using Fluister.Client.Store;
using Fluister.Wire.Protos;
using Google.Protobuf;
using Version = Fluister.Wire.Protos.DataMessage.Types.ProtocolVersion;

namespace Fluister.Client.Contents;

/// <summary>From a row of the history, whose files lie at the server, to the message that is sent.</summary>
internal static class RowContents
{
    /// <summary>A message that carries what every message does: time, our profile key, and the conversation's timer.</summary>
    public static DataMessage Begin(ClientContext context, StoredConversation conversation, long timestamp) => new()
    {
        Timestamp = (ulong)timestamp,
        ProfileKey = ByteString.CopyFrom(context.Self.ProfileKey.Reveal()),
        ExpireTimer = (uint)ExpireTimers.Of(conversation),
        ExpireTimerVersion = (uint)ExpireTimers.VersionOf(conversation),
    };

    /// <summary>The message.</summary>
    public static DataMessage Of(ClientContext context, StoredConversation conversation, StoredMessage row) =>
        Fill(Begin(context, conversation, row.SentAt), row.Body, row.Json, row.IsViewOnce, row.ExpireTimer);

    /// <summary>Writes text and parts of a row, or of a version of it, into a message.</summary>
    public static DataMessage Fill(DataMessage data, string? body, JsonObject json, bool isViewOnce, long expireTimer)
    {
        data.ExpireTimer = (uint)expireTimer;
        if (!string.IsNullOrEmpty(body))
        {
            data.Body = CleanText.Start(body, ClientLimits.BodyBytes);
        }

        data.BodyRanges.Add(RangeParts.Write(json));
        foreach (var file in json.Parts("attachments"))
        {
            if (AttachmentParts.Write(file) is { } pointer)
            {
                data.Attachments.Add(pointer);
            }
        }

        if (json.Part("bodyAttachment") is { } text && AttachmentParts.Write(text) is { } longText)
        {
            data.Attachments.Add(longText);
        }

        data.Preview.Add(PreviewParts.Write(json));
        data.Contact.Add(ContactParts.Write(json));
        data.Quote = QuoteParts.Write(json.Part("quote"));
        data.Sticker = StickerParts.Write(json.Part("sticker"));
        data.PollCreate = PollParts.Write(json.Part("poll"));
        if (isViewOnce)
        {
            data.IsViewOnce = true;
        }

        data.RequiredProtocolVersion = (uint)Required(data);
        return data;
    }

    // The least that shows it; more would keep older clients from showing what they could.
    private static Version Required(DataMessage data) =>
        data.PollCreate is not null ? Version.Polls
        : data.BodyRanges.Any(range => range.AssociatedValueCase == BodyRange.AssociatedValueOneofCase.MentionAciBinary) ? Version.Mentions
        : data.Attachments.Count > 0 || data.Sticker is not null ? Version.CdnSelectorAttachments
        : data.IsViewOnce ? Version.ViewOnceVideo
        : Version.Initial;
}
