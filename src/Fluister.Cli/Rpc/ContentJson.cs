using System.Text.Json;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Cli.Rpc;

/// <summary>The members of an envelope that hold what it says.</summary>
/// <param name="writer">In the envelope's object.</param>
/// <param name="find">What is known of a person.</param>
/// <param name="messageId">The message in the history, by which its files are asked for; null where there is none.</param>
internal sealed partial class ContentJson(Utf8JsonWriter writer, Func<ServiceId, KnownPerson> find, string? messageId)
{
    /// <summary>Writes the one member that the content is.</summary>
    /// <param name="content">What was received.</param>
    /// <param name="timestamp">The envelope's, in milliseconds of Unix time.</param>
    public void Write(Content content, long timestamp)
    {
        switch (content.ContentCase)
        {
            case Content.ContentOneofCase.DataMessage:
                Data("dataMessage", content.DataMessage);
                break;
            case Content.ContentOneofCase.EditMessage:
                Edit(content.EditMessage);
                break;
            case Content.ContentOneofCase.SyncMessage:
                Sync(content.SyncMessage);
                break;
            case Content.ContentOneofCase.ReceiptMessage:
                Receipt(content.ReceiptMessage, timestamp);
                break;
            case Content.ContentOneofCase.TypingMessage:
                writer.WriteStartObject("typingMessage");
                writer.WriteString("action", content.TypingMessage.Action == TypingMessage.Types.Action.Stopped ? "STOPPED" : "STARTED");
                writer.WriteNumber("timestamp", content.TypingMessage.Timestamp);
                writer.WriteEndObject();
                break;
            case Content.ContentOneofCase.CallMessage:
                Call(content.CallMessage);
                break;
        }
    }

    private void Edit(EditMessage edit)
    {
        writer.WriteStartObject("editMessage");
        writer.WriteNumber("targetSentTimestamp", edit.TargetSentTimestamp);
        Data("dataMessage", edit.DataMessage ?? new DataMessage());
        writer.WriteEndObject();
    }

    private void Receipt(ReceiptMessage receipt, long when)
    {
        writer.WriteStartObject("receiptMessage");
        writer.WriteNumber("when", when);
        writer.WriteBoolean("isDelivery", receipt.Type == ReceiptMessage.Types.Type.Delivery);
        writer.WriteBoolean("isRead", receipt.Type == ReceiptMessage.Types.Type.Read);
        writer.WriteBoolean("isViewed", receipt.Type == ReceiptMessage.Types.Type.Viewed);
        writer.WriteStartArray("timestamps");
        foreach (var timestamp in receipt.Timestamp)
        {
            writer.WriteNumberValue(timestamp);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void Call(CallMessage call)
    {
        writer.WriteStartObject("callMessage");
        if (call.Offer is { } offer)
        {
            Start("offerMessage", offer.Id);
            writer.WriteString("type", offer.Type == CallMessage.Types.Offer.Types.Type.OfferVideoCall ? "video_call" : "audio_call");
            writer.WriteEndObject();
        }

        if (call.Hangup is { } hangup)
        {
            Start("hangupMessage", hangup.Id);
            writer.WriteNumber("deviceId", hangup.DeviceId);
            writer.WriteEndObject();
        }

        if (call.Busy is { } busy)
        {
            Start("busyMessage", busy.Id);
            writer.WriteEndObject();
        }

        if (call.Answer is { } answer)
        {
            Start("answerMessage", answer.Id);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        void Start(string name, ulong id)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("id", id);
        }
    }

    /// <summary>A person under three names, as signal-cli writes it: an older one, the number, the id.</summary>
    private void Person(string name, ServiceId? id)
    {
        var number = id is { } known ? find(known).Number : null;
        writer.WriteString(name, number ?? id?.ToString());
        writer.WriteString($"{name}Number", number);
        writer.WriteString($"{name}Uuid", id?.ToString());
    }

    /// <summary>An id that came in bytes, in text, or not at all.</summary>
    private static ServiceId? Id(Google.Protobuf.ByteString bytes, string text) =>
        ServiceId.TryRead(bytes.Span, out var id) || ServiceId.TryParse(text, out id) ? id : null;
}
