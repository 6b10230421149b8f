using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Contents;

/// <summary>What our other devices are told of a message that this one sent.</summary>
internal static class Transcripts
{
    /// <summary>The transcript of a message to a person.</summary>
    public static byte[] Of(ServiceId to, long timestamp, DataMessage? message, EditMessage? edit)
    {
        var sent = new SyncMessage.Types.Sent
        {
            Timestamp = (ulong)timestamp,
            DestinationServiceId = to.ToString(),
            DestinationServiceIdBinary = to.ToByteString(),
        };
        if (edit is not null)
        {
            sent.EditMessage = edit;
        }
        else
        {
            sent.Message = message;
        }

        if ((edit?.DataMessage ?? message)?.ExpireTimer > 0)
        {
            sent.ExpirationStartTimestamp = (ulong)timestamp;
        }

        sent.UnidentifiedStatus.Add(new SyncMessage.Types.Sent.Types.UnidentifiedDeliveryStatus
        {
            DestinationServiceId = to.ToString(),
            DestinationServiceIdBinary = to.ToByteString(),
            Unidentified = false,
        });
        return new Content { SyncMessage = new SyncMessage { Sent = sent } }.ToByteArray();
    }

    /// <summary>The transcript once it is known how and when the message was sent.</summary>
    public static ReadOnlyMemory<byte> Sent(ReadOnlyMemory<byte> transcript, bool isSealed, long now)
    {
        var content = Content.Parser.ParseFrom(transcript.Span);
        if (content.SyncMessage?.Sent is not { } sent)
        {
            return transcript;
        }

        foreach (var status in sent.UnidentifiedStatus)
        {
            status.Unidentified = isSealed;
        }

        if (sent.HasExpirationStartTimestamp)
        {
            sent.ExpirationStartTimestamp = (ulong)now;
        }

        return content.ToByteArray();
    }
}
