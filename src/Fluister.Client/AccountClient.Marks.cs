using Fluister.Client.Contents;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client;

// What a person reads and types, told to who wrote and to the person's other devices.
public sealed partial class AccountClient
{
    /// <summary>Marks a conversation as read up to a time of sending; with receipts to the sender where those are on. Messages that
    /// disappear begin to do so.</summary>
    public Task MarkReadAsync(ServiceId with, long until, CancellationToken cancel)
    {
        if (_context.Store.Conversations.Find(with) is { } conversation)
        {
            bool isMore;
            do
            {
                cancel.ThrowIfCancellationRequested();
                isMore = _context.Store.Transact(() =>
                {
                    var unread = _context.Store.Messages.Unread(conversation.Id, until);
                    Read(conversation, unread);
                    return unread.Count > 0;
                });
            }
            while (isMore);

            Wake();
        }

        return Task.CompletedTask;
    }

    /// <summary>Marks single messages of a person as read, by their times of sending; those that are not there are passed over.</summary>
    public Task MarkReadAsync(ServiceId with, IReadOnlyCollection<long> timestamps, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _context.Store.Transact(() =>
        {
            if (_context.Store.Conversations.Find(with) is { } conversation)
            {
                Read(conversation, [.. timestamps.Distinct()
                    .Select(time => _context.Store.Messages.Find(with, time)).OfType<StoredMessage>()
                    .Where(message => message.ConversationId == conversation.Id && message.IsUnread)]);
            }
        });
        Wake();
        return Task.CompletedTask;
    }

    /// <summary>A message was looked at or listened to: the sender and our other devices are told, and what may be looked at once
    /// goes.</summary>
    /// <exception cref="ClientException">NotFound.</exception>
    public Task MarkViewedAsync(ServiceId with, ServiceId author, long target, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _context.Store.Transact(() =>
        {
            var conversation = _context.Store.Conversations.GetOrAdd(with);
            var message = Message(conversation, author, target);
            if (author != _context.Self.Aci && MayTellRead(conversation))
            {
                DeliveryReceipts.Send(_sender, author, ReceiptMessage.Types.Type.Viewed, [(ulong)message.SentAt]);
            }

            var sync = new SyncMessage();
            if (message.IsViewOnce)
            {
                sync.ViewOnceOpen = new SyncMessage.Types.ViewOnceOpen
                {
                    SenderAci = author.ToString(),
                    SenderAciBinary = author.ToByteString(),
                    Timestamp = (ulong)message.SentAt,
                };
                SyncMarks.Open(_context, message, _context.Clock.GetUtcNow());
            }
            else
            {
                sync.Viewed.Add(new SyncMessage.Types.Viewed
                {
                    SenderAci = author.ToString(),
                    SenderAciBinary = author.ToByteString(),
                    Timestamp = (ulong)message.SentAt,
                });
                Mark(conversation, [message]);
            }

            Syncs.Enqueue(_context, _sender, sync);
        });
        Wake();
        return Task.CompletedTask;
    }

    /// <summary>Tells that this person begins, or ends, to type; nothing where that is turned off, or the person may not write to
    /// us.</summary>
    /// <exception cref="ClientException">Unreachable, and why else it cannot be told now.</exception>
    public Task SendTypingAsync(ServiceId to, bool isTyping, CancellationToken cancel)
    {
        var (timestamp, mayTell) = _context.Store.Transact(() => (
            _sender.NextTimestamp(),
            to != _context.Self.Aci && _context.Store.Items.Flag("typingIndicators") != false
                && _context.Store.Conversations.Find(to) is { } conversation
                && MessageRequests.IsAccepted(conversation) && !MessageRequests.IsBlocked(conversation)));
        if (!mayTell)
        {
            return Task.CompletedTask;
        }

        var typing = new TypingMessage
        {
            Timestamp = (ulong)timestamp,
            Action = isTyping ? TypingMessage.Types.Action.Started : TypingMessage.Types.Action.Stopped,
        };
        return _sender.SendOnlineAsync(to, new Content { TypingMessage = typing }.ToByteArray(), timestamp, cancel);
    }

    // Within a transaction.
    private void Read(StoredConversation conversation, IReadOnlyList<StoredMessage> unread)
    {
        var ours = unread.Where(message => message is { Type: "incoming", Source: not null }).ToList();
        if (ours.Count > 0 && MayTellRead(conversation))
        {
            foreach (var group in ours.GroupBy(message => message.Source!.Value, message => (ulong)message.SentAt))
            {
                DeliveryReceipts.Send(_sender, group.Key, ReceiptMessage.Types.Type.Read, group);
            }
        }

        foreach (var part in ours.Chunk(ClientLimits.TargetsPerReceipt))
        {
            var sync = new SyncMessage();
            sync.Read.Add(part.Select(message => new SyncMessage.Types.Read
            {
                SenderAci = message.Source!.Value.ToString(),
                SenderAciBinary = message.Source.Value.ToByteString(),
                Timestamp = (ulong)message.SentAt,
            }));
            Syncs.Enqueue(_context, _sender, sync);
        }

        Mark(conversation, unread);
    }

    private void Mark(StoredConversation conversation, IReadOnlyList<StoredMessage> messages)
    {
        var now = _context.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        ReadMarks.Count(_context.Store, conversation.Id, messages.Count(message => ReadMarks.Mark(_context.Store, message, now)));
    }

    private bool MayTellRead(StoredConversation conversation) =>
        MessageRequests.IsAccepted(conversation) && _context.Store.Items.Flag("read-receipt-setting") != false;
}
