using System.Buffers.Binary;
using Fluister.Server.Federation;
using Fluister.Wire;
using Fluister.Wire.Protos;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>Items as servers make them: messages whose content is a number.</summary>
internal static class Parcel
{
    /// <summary>A message from one account to all devices of another.</summary>
    public static Message Message(TestAccount from, TestAccount to, int number, int bytes = 4, bool isSealed = false)
    {
        var content = new byte[bytes];
        BinaryPrimitives.WriteInt32LittleEndian(content, number);
        var message = new Message { Timestamp = (ulong)number + 1, Urgent = true };
        if (isSealed)
        {
            message.AccessKey = ByteString.CopyFrom(TestAccount.AccessKey);
        }
        else
        {
            message.Source = Bytes(from.Account.Aci);
            message.SourceDevice = 1;
        }

        message.Parts.AddRange(to.Account.Devices.Select(device => new Message.Types.Part
        {
            Device = (uint)device.Id,
            RegistrationId = (uint)device.RegistrationId,
            Type = (uint)(isSealed ? Envelope.Types.Type.Sealed : Envelope.Types.Type.Signal),
            Content = ByteString.CopyFrom(content),
        }));
        return message;
    }

    /// <summary>For the outbox of the sender's server.</summary>
    public static OutboxItem Of(TestAccount to, Message message) =>
        new(ServerTag.Of(to.Account.Aci), to.Account.Aci, new Item { Message = message });

    /// <summary>An id as it crosses.</summary>
    public static ByteString Bytes(Guid id) => ByteString.CopyFrom(id.ToByteArray(bigEndian: true));

    /// <summary>The number that a message bears; -1 for what is none.</summary>
    public static int Number(Envelope envelope) =>
        envelope.Content.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(envelope.Content.Span) : -1;
}
