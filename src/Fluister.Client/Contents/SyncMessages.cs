using Fluister.Client.Accounts;
using Fluister.Client.Receiving;
using Fluister.Client.Sending;
using Fluister.Wire.Protos;
using Case = Fluister.Wire.Protos.SyncMessage.ContentOneofCase;

namespace Fluister.Client.Contents;

/// <summary>What our other devices tell us.</summary>
internal sealed class SyncMessages(
    ClientContext context, Sender sender, PendingEffects pending, DataMessages messages, Edits edits)
{
    private readonly SyncMarks _marks = new(context, pending);
    private readonly SyncDeletes _deletes = new(context);
    private readonly SyncPeople _people = new(context);
    private readonly DeviceAnswers _answers = new(context, sender);

    /// <summary>Takes it. What other rooms care about (keys, storage service, numbers) has no effect here and is told as an
    /// event.</summary>
    /// <exception cref="ClientException">Malformed.</exception>
    public Effect? Handle(Incoming incoming, SyncMessage sync, bool isReplay)
    {
        if (sync.Read.Count > 0)
        {
            return _marks.Read(incoming, sync.Read, isReplay);
        }

        if (sync.Viewed.Count > 0)
        {
            return _marks.Viewed(incoming, sync.Viewed, isReplay);
        }

        return sync.ContentCase switch
        {
            Case.Sent => Sent(incoming, sync.Sent, isReplay),
            Case.ViewOnceOpen => _marks.Opened(incoming, sync.ViewOnceOpen, isReplay),
            Case.DeleteForMe => _deletes.Handle(sync.DeleteForMe),
            Case.Blocked => _people.Blocked(sync.Blocked),
            Case.Verified => _people.Verified(incoming, sync.Verified),
            Case.Configuration => _people.Configured(sync.Configuration),
            Case.MessageRequestResponse => _people.Answered(incoming, sync.MessageRequestResponse),
            Case.Contacts => _people.Contacts(incoming, sync.Contacts),
            Case.Request => _answers.Answer(sync.Request),
            Case.Keys => Took(() => AccountKeysSync.Take(context, sync.Keys)),
            Case.FetchLatest => Took(() => AccountKeysSync.Changed(context, sync.FetchLatest.Type)),
            Case.UsernameChange => Took(() => Upkeep.Need(context.Store.Items, UpkeepTask.ReadStorage)),
            _ => new Effect(null),
        };
    }

    private static Effect Took(Action take)
    {
        take();
        return new Effect(null);
    }

    private Effect? Sent(Incoming incoming, SyncMessage.Types.Sent sent, bool isReplay)
    {
        if (ContentIds.Any(sent.DestinationServiceIdBinary, sent.DestinationServiceId) is not { } destination)
        {
            return null;
        }

        if (ContentIds.Timestamp(sent.Timestamp) is not { } timestamp)
        {
            throw new ClientException(ClientError.Malformed, "Another device of ours tells of a message without its time.");
        }

        var origin = new Origin
        {
            Author = context.Self.Aci,
            Device = incoming.Device,
            Timestamp = timestamp,
            ServerTimestamp = incoming.ServerTimestamp,
            ReceivedAt = incoming.ReceivedAt,
            Conversation = context.Store.Conversations.GetOrAdd(destination),
            Transcript = sent,
            IsReplay = isReplay,
        };
        return sent.EditMessage is not null ? edits.Handle(origin, sent.EditMessage)
            : sent.Message is not null ? messages.Handle(origin, sent.Message)
            : null;
    }
}
