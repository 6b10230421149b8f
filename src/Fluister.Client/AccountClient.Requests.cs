using Fluister.Client.Accounts;
using Fluister.Client.Contents;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;
using Response = Fluister.Wire.Protos.SyncMessage.Types.MessageRequestResponse.Types.Type;

namespace Fluister.Client;

// Who may write to us, and what is deleted for ourselves alone.
public sealed partial class AccountClient
{
    /// <summary>Accepts a person's message request, or takes a block away with it: the person is given our profile key, and files of what
    /// they wrote are fetched.</summary>
    public Task AcceptRequestAsync(ServiceId person, CancellationToken cancel) => RespondAsync(person, Response.Accept, cancel);

    /// <summary>Declines a message request: what the person wrote is deleted here; they are not told.</summary>
    public Task DeleteRequestAsync(ServiceId person, CancellationToken cancel) => RespondAsync(person, Response.Delete, cancel);

    /// <summary>Takes nothing more of a person; they are not told.</summary>
    public Task BlockAsync(ServiceId person, CancellationToken cancel) => RespondAsync(person, Response.Block, cancel);

    /// <summary>Takes a block away; who was never accepted waits as a request again.</summary>
    public Task UnblockAsync(ServiceId person, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _context.Store.Transact(() =>
        {
            var conversation = _context.Store.Conversations.GetOrAdd(person);
            if (MessageRequests.IsBlocked(conversation))
            {
                RequestResponses.Unblock(_context, conversation, _sender.NextTimestamp(), _context.Clock.GetUtcNow());
                Syncs.Enqueue(_context, _sender, new SyncMessage { Blocked = Syncs.Blocked(_context) });
            }
        });
        Wake();
        return Task.CompletedTask;
    }

    /// <summary>Deletes messages from this person's own devices; others keep theirs.</summary>
    /// <param name="with">The conversation.</param>
    /// <param name="messages">Who wrote each, and when.</param>
    /// <param name="cancel">Before anything is done.</param>
    public Task DeleteForMeAsync(ServiceId with, IReadOnlyCollection<(ServiceId Author, long Timestamp)> messages, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _context.Store.Transact(() =>
        {
            if (_context.Store.Conversations.Find(with) is { } conversation)
            {
                LocalDeletes.Remove(_context, _sender, conversation, [.. messages.Distinct()
                    .Select(message => _context.Store.Messages.Find(message.Author, message.Timestamp)).OfType<StoredMessage>()
                    .Where(message => message.ConversationId == conversation.Id)]);
            }
        });
        Wake();
        return Task.CompletedTask;
    }

    /// <summary>Deletes all messages of a conversation from this person's own devices.</summary>
    public Task DeleteConversationAsync(ServiceId with, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _context.Store.Transact(() =>
        {
            if (_context.Store.Conversations.Find(with) is { } conversation)
            {
                LocalDeletes.Clear(_context, _sender, conversation);
            }
        });
        Wake();
        return Task.CompletedTask;
    }

    /// <summary>Asks our primary device for its list of contacts, who is blocked, settings and keys, as a linked device does.</summary>
    public Task RequestSyncAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _context.Store.Transact(() =>
        {
            foreach (var type in (SyncMessage.Types.Request.Types.Type[])
                [SyncMessage.Types.Request.Types.Type.Contacts, SyncMessage.Types.Request.Types.Type.Blocked,
                 SyncMessage.Types.Request.Types.Type.Configuration, SyncMessage.Types.Request.Types.Type.Keys])
            {
                Syncs.Enqueue(_context, _sender, new SyncMessage { Request = new SyncMessage.Types.Request { Type = type } });
            }
        });
        Wake();
        return Task.CompletedTask;
    }

    /// <summary>Turns receipts of reading and the like on or off, for all devices of the account; null leaves one as it is.</summary>
    public Task ConfigureAsync(bool? readReceipts, bool? typingIndicators, bool? linkPreviews, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _context.Store.Transact(() =>
        {
            var items = _context.Store.Items;
            items.SetFlag("read-receipt-setting", readReceipts ?? items.Flag("read-receipt-setting"));
            items.SetFlag("typingIndicators", typingIndicators ?? items.Flag("typingIndicators"));
            items.SetFlag("linkPreviews", linkPreviews ?? items.Flag("linkPreviews"));
            Syncs.Enqueue(_context, _sender, new SyncMessage { Configuration = Syncs.Configuration(_context) });
            Upkeep.Need(items, UpkeepTask.WriteStorage);
        });
        Wake();
        return Task.CompletedTask;
    }

    private Task RespondAsync(ServiceId person, Response response, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (person == _context.Self.Aci)
        {
            throw new ClientException(ClientError.BadInput, "Nobody asks to write to themselves.");
        }

        _context.Store.Transact(() =>
        {
            var conversation = _context.Store.Conversations.GetOrAdd(person);
            var wasBlocked = MessageRequests.IsBlocked(conversation);
            var wasAccepted = MessageRequests.IsAccepted(conversation);
            var at = _sender.NextTimestamp();
            RequestResponses.Apply(_context, conversation, response, at, _context.Clock.GetUtcNow());
            if (response == Response.Accept && !wasAccepted)
            {
                Welcome(person, at);
            }

            Syncs.Enqueue(_context, _sender, new SyncMessage
            {
                MessageRequestResponse = new SyncMessage.Types.MessageRequestResponse
                {
                    ThreadAci = person.ToString(),
                    ThreadAciBinary = person.ToByteString(),
                    Type = response,
                },
            });
            if (wasBlocked != MessageRequests.IsBlocked(_context.Store.Conversations.GetOrAdd(person)))
            {
                Syncs.Enqueue(_context, _sender, new SyncMessage { Blocked = Syncs.Blocked(_context) });
            }
        });
        Wake();
        return Task.CompletedTask;
    }

    // Who is accepted gets our profile key, and what they sent so far is fetched.
    private void Welcome(ServiceId person, long at)
    {
        var conversation = _context.Store.Conversations.GetOrAdd(person);
        var data = RowContents.Begin(_context, conversation, at);
        data.Flags = (uint)DataMessage.Types.Flags.ProfileKeyUpdate;
        _contents.Outgoing.Enqueue(person, data, isUrgent: false);
        foreach (var message in _context.Store.Messages.Last(conversation.Id, ClientLimits.DeletedAtOnce))
        {
            AttachmentFetcher.Enqueue(_context.Store, message, _context.Clock.GetUtcNow());
        }
    }
}
