using Fluister.Client.Contents;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Client;

// Messages to people: new ones, and changes of earlier ones.
public sealed partial class AccountClient
{
    /// <summary>Sends a message; it is in the history and in the outbox when this returns. Files are taken into the account's own before,
    /// and uploaded after.</summary>
    /// <returns>Its timestamp and its id in the history.</returns>
    /// <exception cref="ClientException">BadInput: what the draft says cannot be sent; NotFound: what it answers is not there;
    /// Store.</exception>
    public async Task<(long Timestamp, string MessageId)> SendAsync(ServiceId to, Draft draft, CancellationToken cancel)
    {
        DraftRows.Check(draft);
        using var files = await _contents.Drafts.TakeAsync(draft, cancel).ConfigureAwait(false);
        var sent = _context.Store.Transact(() =>
        {
            var conversation = _contents.Outgoing.Open(to, isMessage: true);
            var timestamp = _sender.NextTimestamp();
            var row = _contents.Drafts.Of(conversation, draft, files, timestamp);
            _context.Store.Messages.Add(row);
            _contents.Sender.Send(to, conversation, row, edit: null);
            return (timestamp, row.Id);
        });
        files.Keep();
        Wake();
        return sent;
    }

    /// <summary>Changes the text of a message of ours (within a day, ten times).</summary>
    /// <returns>The edit's timestamp.</returns>
    /// <exception cref="ClientException">NotFound; BadInput: too old, too often, not a message that can be edited.</exception>
    public async Task<long> EditAsync(ServiceId to, long target, Draft draft, CancellationToken cancel)
    {
        DraftRows.CheckEdit(draft);
        using var files = await _contents.Drafts.TakeAsync(draft, cancel).ConfigureAwait(false);
        var timestamp = _context.Store.Transact(() =>
        {
            var conversation = _contents.Outgoing.Open(to, isMessage: false);
            var message = Own(conversation, target);
            var at = _sender.NextTimestamp();
            var row = OwnChanges.Edit(_context, conversation, message, _contents.Drafts.Edited(conversation, draft, files), at);
            _context.Store.Messages.Update(row);
            _contents.Sender.Send(to, conversation, row, at);
            return at;
        });
        files.Keep();
        Wake();
        return timestamp;
    }

    /// <summary>Reacts, or takes a reaction back.</summary>
    /// <exception cref="ClientException">NotFound; BadInput: not one emoji, or the message is deleted.</exception>
    public Task<long> ReactAsync(ServiceId to, ServiceId author, long target, string emoji, bool remove, CancellationToken cancel) =>
        ChangeAsync(to, (conversation, data, at) =>
        {
            if (!EmojiText.IsOne(emoji))
            {
                throw new ClientException(ClientError.BadInput, "A reaction is one emoji.");
            }

            var message = Message(conversation, author, target);
            var self = _context.Store.Conversations.GetOrAdd(_context.Self.Aci);
            if (!Reactions.Change(message.Json, self.Id, message.SentAt, at, remove ? null : emoji))
            {
                throw new ClientException(ClientError.NotFound, "There is no reaction of yours to take back.");
            }

            _context.Store.Messages.Update(message);
            data.RequiredProtocolVersion = (uint)DataMessage.Types.ProtocolVersion.Reactions;
            data.Reaction = new DataMessage.Types.Reaction
            {
                Emoji = emoji,
                Remove = remove,
                TargetAuthorAci = author.ToString(),
                TargetAuthorAciBinary = author.ToByteString(),
                TargetSentTimestamp = (ulong)message.SentAt,
            };
        }, cancel);

    /// <summary>Deletes a message of ours for everyone (within a day).</summary>
    /// <exception cref="ClientException">NotFound; BadInput: too old.</exception>
    public Task<long> DeleteAsync(ServiceId to, long target, CancellationToken cancel) => ChangeAsync(to, (conversation, data, at) =>
    {
        var message = Own(conversation, target);
        var erased = OwnChanges.Delete(_context, conversation, message, at);
        _context.Store.Messages.Update(erased);
        _context.Store.SendLog.Forget(message);
        FileRemovals.Note(_context.Store, message, erased, _context.Clock.GetUtcNow());
        data.Delete = new DataMessage.Types.Delete { TargetSentTimestamp = (ulong)message.SentAt };
    }, cancel);

    /// <summary>Chooses options of a poll, by their places; none takes the vote back.</summary>
    /// <exception cref="ClientException">NotFound; BadInput: no such options, or the poll is closed.</exception>
    public Task<long> VoteAsync(ServiceId to, ServiceId author, long target, IReadOnlyList<int> options, CancellationToken cancel) =>
        ChangeAsync(to, (conversation, data, at) =>
        {
            var message = Message(conversation, author, target);
            var count = OwnChanges.Vote(_context, message, options, at);
            _context.Store.Messages.Update(message);
            data.RequiredProtocolVersion = (uint)DataMessage.Types.ProtocolVersion.Polls;
            data.PollVote = new DataMessage.Types.PollVote
            {
                TargetAuthorAciBinary = author.ToByteString(),
                TargetSentTimestamp = (ulong)message.SentAt,
                VoteCount = (uint)count,
            };
            data.PollVote.OptionIndexes.Add(options.Distinct().Select(option => (uint)option));
        }, cancel);

    /// <summary>Closes a poll of ours.</summary>
    /// <exception cref="ClientException">NotFound; BadInput: it is closed.</exception>
    public Task<long> EndPollAsync(ServiceId to, long target, CancellationToken cancel) => ChangeAsync(to, (conversation, data, at) =>
    {
        var message = Own(conversation, target);
        OwnChanges.EndPoll(message, at);
        _context.Store.Messages.Update(message);
        _context.Store.Messages.Add(PollVotes.EndOf(message, at, _context.Clock.GetUtcNow(), _context.Self.Device));
        data.RequiredProtocolVersion = (uint)DataMessage.Types.ProtocolVersion.Polls;
        data.PollTerminate = new DataMessage.Types.PollTerminate { TargetSentTimestamp = (ulong)message.SentAt };
    }, cancel);

    /// <summary>Sets after how many seconds messages of a conversation disappear; 0: never.</summary>
    /// <exception cref="ClientException">BadInput: negative, or longer than a message can say.</exception>
    public Task<long> SetExpireTimerAsync(ServiceId with, int seconds, CancellationToken cancel)
    {
        if (seconds < 0)
        {
            throw new ClientException(ClientError.BadInput, "A timer is a number of seconds, and 0 turns it off.");
        }

        return ChangeAsync(with, (conversation, data, at) =>
        {
            var version = ExpireTimers.VersionOf(conversation) + 1;
            conversation.Json["expireTimerVersion"] = version;
            conversation.Json.Put("expireTimer", seconds == 0 ? null : seconds);
            _context.Store.Conversations.Save(conversation);
            var row = ExpireTimers.Row(conversation.Id, _context.Self.Aci, seconds, at, _context.Clock.GetUtcNow(), isSync: false);
            _context.Store.Messages.Add(row with { Source = _context.Self.Aci, SourceDevice = _context.Self.Device });
            data.Flags = (uint)DataMessage.Types.Flags.ExpirationTimerUpdate;
            data.ExpireTimer = (uint)seconds;
            data.ExpireTimerVersion = (uint)version;
        }, cancel);
    }

    // Something about an earlier message: the history and the outbox change in one transaction.
    private Task<long> ChangeAsync(ServiceId to, Action<StoredConversation, DataMessage, long> change, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var timestamp = _context.Store.Transact(() =>
        {
            var conversation = _contents.Outgoing.Open(to, isMessage: false);
            var at = _sender.NextTimestamp();
            var data = RowContents.Begin(_context, conversation, at);
            change(conversation, data, at);
            _contents.Outgoing.Enqueue(to, data);
            return at;
        });
        Wake();
        return Task.FromResult(timestamp);
    }

    private StoredMessage Own(StoredConversation conversation, long target) => Message(conversation, _context.Self.Aci, target);

    private StoredMessage Message(StoredConversation conversation, ServiceId author, long target) =>
        _context.Store.Messages.Find(author, target) is not { } message || message.ConversationId != conversation.Id
            || message.Type is not ("incoming" or "outgoing")
            ? throw new ClientException(ClientError.NotFound, "There is no such message in this conversation.")
            : message.IsErased
                ? throw new ClientException(ClientError.BadInput, "The message was deleted.")
                : message;

    private void Wake()
    {
        _sender.Wake();
        _contents.Wake();
        _upkeep.Wake();
    }
}
