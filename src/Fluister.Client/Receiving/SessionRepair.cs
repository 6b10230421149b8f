using System.Buffers.Binary;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SealedSender;
using Fluister.Wire.Protos;
using Google.Protobuf;
using DecryptionErrorMessage = Fluister.Protocol.Messages.DecryptionErrorMessage;

namespace Fluister.Client.Receiving;

/// <summary>Puts sessions right: asks for what could not be decrypted, and sends again what others could not, as Signal does. What it does
/// for one device or person is bounded, so that two broken clients do not keep each other busy.</summary>
/// <remarks>All within a transaction.</remarks>
internal sealed class SessionRepair(ClientContext context, Sender sender)
{
    private readonly Tally<(ProtocolAddress Device, ulong Timestamp)> _resends = new(context.Clock, ClientLimits.SendLogKept);
    private readonly Tally<ServiceId> _receipts = new(context.Clock, ClientLimits.RetryReceiptWindow);
    private readonly Tally<ProtocolAddress> _resets = new(context.Clock, ClientLimits.SessionReset);

    /// <summary>A message could not be decrypted: asks its sender to send it again, or begins the session anew.</summary>
    public void Ask(OpenedEnvelope failed)
    {
        var from = failed.Incoming.Sender;
        if (context.Store.Conversations.Find(from) is { } conversation && JsonColumn.Flag(conversation.Json, "isBlocked"))
        {
            return;
        }

        DecryptionErrorMessage report;
        try
        {
            report = DecryptionErrorMessage.For(
                failed.Type, failed.Message.Span, (ulong)failed.Incoming.Timestamp, (uint)failed.Incoming.Device);
        }
        catch (ProtocolException)
        {
            // It cannot even be read: there is no ratchet key by which the sender would know the session.
            Reset(failed.Sender);
            return;
        }

        if (_receipts.Add(from) > ClientLimits.RetryReceipts)
        {
            Reset(failed.Sender);
            return;
        }

        sender.Enqueue(new OutgoingContent
        {
            Recipient = from,
            Timestamp = sender.NextTimestamp(),
            Content = new PlaintextContent(report).Serialized.ToArray(),
            IsPlaintext = true,
            Hint = ContentHint.Implicit,
            IsUrgent = false,
        });
    }

    /// <summary>A device could not decrypt a message of ours: lets go of the session that failed, and sends the message again.</summary>
    /// <remarks>A report is not encrypted. Whoever can forge one (the home server, where it came without a seal) gets no more by it than
    /// a new session with the same identity key, and a message that was theirs to get.</remarks>
    public void Answer(ProtocolAddress by, DecryptionErrorMessage report)
    {
        if ((report.Device != 0 && report.Device != context.Self.Device)
            || _resends.Add((by, report.Timestamp)) > ClientLimits.Resends)
        {
            return;
        }

        var record = context.Store.Sessions.Get(ServiceIdKind.Aci, by);
        var isArchived = report.RatchetKey is { } key && record.CurrentRatchetKeyMatches(key);
        if (isArchived)
        {
            record.Archive();
            context.Store.Sessions.Save(ServiceIdKind.Aci, by, record);
        }

        var oldest = (context.Clock.GetUtcNow() - ClientLimits.SendLogKept).ToUnixTimeMilliseconds();
        var timestamp = (long)Math.Min(report.Timestamp, long.MaxValue);
        if (timestamp >= oldest && context.Store.SendLog.Find(by, timestamp) is { } sent)
        {
            sender.Enqueue(new OutgoingContent
            {
                Recipient = by.Account,
                Timestamp = timestamp,
                Content = sent.Content,
                Hint = sent.Hint,
            });
        }
        else if (isArchived)
        {
            SendNull(by.Account);
        }
    }

    private void Reset(ProtocolAddress with)
    {
        if (_resets.Add(with) > 1)
        {
            return;
        }

        var record = context.Store.Sessions.Get(ServiceIdKind.Aci, with);
        if (record.HasCurrent)
        {
            record.Archive();
            context.Store.Sessions.Save(ServiceIdKind.Aci, with, record);
        }

        SendNull(with.Account);
    }

    // Of no meaning, and of any length up to 512 bytes, as Signal: it only carries the new session's handshake.
    private void SendNull(ServiceId to)
    {
        Span<byte> padding = stackalloc byte[514];
        context.Random.Fill(padding);
        var length = 1 + (BinaryPrimitives.ReadUInt16LittleEndian(padding) % 512);
        sender.Enqueue(new OutgoingContent
        {
            Recipient = to,
            Timestamp = sender.NextTimestamp(),
            Content = new Content
            {
                NullMessage = new NullMessage { Padding = ByteString.CopyFrom(padding.Slice(2, length)) },
            }.ToByteArray(),
            Hint = ContentHint.Implicit,
            IsUrgent = false,
        });
    }
}
