using Fluister.Client.Receiving;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Gives received content its effect in the history.</summary>
internal sealed class ContentHandler
{
    private readonly ClientContext _context;
    private readonly PendingEffects _pending;
    private readonly DeliveryReceipts _deliveries;
    private readonly Receipts _receipts;
    private readonly Edits _edits;
    private readonly DataMessages _messages;
    private readonly SyncMessages _syncs;

    public ContentHandler(ClientContext context, Sender sender)
    {
        _context = context;
        _pending = new PendingEffects(context.Store);
        _deliveries = new DeliveryReceipts(context.Store, sender);
        _receipts = new Receipts(context, sender, _pending);
        var targets = new Targets(context.Store.Messages);
        _edits = new Edits(context, targets, _pending);
        _messages = new DataMessages(
            context,
            new ExpireTimers(context),
            new Reactions(context.Store, targets, _pending),
            new Deletes(context.Store, targets, _pending),
            new PollVotes(context, targets, _pending),
            _deliveries)
        {
            Added = Added,
        };
        _syncs = new SyncMessages(context, sender, _pending, _messages, _edits);
    }

    /// <summary>Within the receiver's transaction: writes what the content says, notes what it asks for (receipts), and gives the event
    /// to be told after the commit. Content that makes no sense throws <see cref="ClientException"/> (Malformed), and is undone
    /// alone. Null where nothing is to be told: a repetition, or something of a blocked person.</summary>
    public ClientEvent? Handle(Incoming incoming, Content content)
    {
        var effect = Take(incoming, content, isReplay: false);
        return effect is null ? null : new ContentReceived(
            incoming.Sender, incoming.Device, incoming.Timestamp, incoming.ServerTimestamp, incoming.IsSealed, content,
            effect.ConversationId, effect.MessageId);
    }

    /// <summary>The server has delivered a message of ours to a device.</summary>
    public ClientEvent? Delivered(ServiceId by, int device, long timestamp, DateTimeOffset at)
    {
        if (_context.Store.Conversations.Find(by) is { } conversation
            && _context.Store.Messages.Find(_context.Self.Aci, timestamp) is { } message
            && SendStates.StateOf(message, conversation.Id) is not null)
        {
            var raised = SendStates.Raise(message, conversation.Id, "Delivered", at.ToUnixTimeMilliseconds());
            if (!ReferenceEquals(raised, message))
            {
                _context.Store.Messages.Update(raised);
            }
        }

        return new DeliveryReported(by, device, timestamp);
    }

    /// <summary>Told when something may be there to be done (files to fetch or to remove); the work waits for the commit by
    /// itself.</summary>
    public Action Noted { get; set; } = () => { };

    /// <summary>As the last thing in the receiver's transaction: enqueues the receipts of everything that it took.</summary>
    public void BeforeCommit()
    {
        _deliveries.Flush();
        Noted();
    }

    private Effect? Take(Incoming incoming, Content content, bool isReplay)
    {
        if (incoming.Sender == _context.Self.Aci)
        {
            return content.ContentCase == Content.ContentOneofCase.SyncMessage
                ? _syncs.Handle(incoming, content.SyncMessage, isReplay)
                : new Effect(null);
        }

        if (MessageRequests.IsBlocked(_context.Store.Conversations.Find(incoming.Sender)))
        {
            return null;
        }

        PniLinks.Take(_context, incoming, content.PniSignatureMessage);
        return content.ContentCase switch
        {
            Content.ContentOneofCase.DataMessage => _messages.Handle(OriginOf(incoming, isReplay), content.DataMessage),
            Content.ContentOneofCase.EditMessage => Edit(incoming, content.EditMessage, isReplay),
            Content.ContentOneofCase.ReceiptMessage => _receipts.Handle(incoming, content.ReceiptMessage),
            Content.ContentOneofCase.TypingMessage => Typing(incoming, content.TypingMessage),
            Content.ContentOneofCase.SyncMessage =>
                throw new ClientException(ClientError.Malformed, "Another person sent what only our own devices may send."),
            Content.ContentOneofCase.CallMessage => new Effect(_context.Store.Conversations.Find(incoming.Sender)?.Id),
            _ => null,
        };
    }

    private Effect? Edit(Incoming incoming, EditMessage edit, bool isReplay)
    {
        var origin = OriginOf(incoming, isReplay);
        var effect = _edits.Handle(origin, edit);
        if (effect?.MessageId is not null && incoming.IsSealed && MessageRequests.IsAccepted(origin.Conversation))
        {
            _deliveries.Note(incoming.Sender, incoming.Timestamp);
        }

        return effect;
    }

    // Shown to who looks now, and never kept.
    private Effect? Typing(Incoming incoming, TypingMessage typing) =>
        typing.Timestamp == (ulong)incoming.Timestamp && typing.GroupId.IsEmpty
        && _context.Store.Items.Flag("typingIndicators") != false
        && _context.Store.Conversations.Find(incoming.Sender) is { } conversation
            ? new Effect(conversation.Id)
            : null;

    private Origin OriginOf(Incoming incoming, bool isReplay) => new()
    {
        Author = incoming.Sender,
        Device = incoming.Device,
        Timestamp = incoming.Timestamp,
        ServerTimestamp = incoming.ServerTimestamp,
        ReceivedAt = incoming.ReceivedAt,
        IsSealed = incoming.IsSealed,
        ServerGuid = incoming.ServerGuid,
        Conversation = _context.Store.Conversations.GetOrAdd(incoming.Sender),
        IsReplay = isReplay,
    };

    // What came before its message takes its effect now, each alone: one that makes no sense must not take the message with it.
    private void Added(StoredMessage message)
    {
        // Files of somebody who may not write to us yet are fetched when that is allowed.
        if (message.Type == "outgoing" || _context.Store.Conversations.Find(message.ConversationId) is { } conversation
            && MessageRequests.IsAccepted(conversation))
        {
            AttachmentFetcher.Enqueue(_context.Store, message, _context.Clock.GetUtcNow());
        }

        if (message.Source is not { } author)
        {
            return;
        }

        foreach (var (incoming, content) in _pending.Take(author, message.SentAt))
        {
            try
            {
                _context.Store.Attempt(() => Take(incoming, content, isReplay: true));
            }
            catch (ClientException refused) when (refused.Error == ClientError.Malformed)
            {
                // It was told when it came.
            }
        }
    }
}
