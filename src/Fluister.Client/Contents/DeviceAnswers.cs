using Fluister.Client.Sending;
using Fluister.Wire.Protos;
using Type = Fluister.Wire.Protos.SyncMessage.Types.Request.Types.Type;

namespace Fluister.Client.Contents;

/// <summary>Answers what a linked device asks of the primary one.</summary>
internal sealed class DeviceAnswers(ClientContext context, Sender sender)
{
    /// <summary>The queue of lists to upload and send.</summary>
    public const string ContactsQueue = "contact list answer";

    /// <summary>Answers; a linked device answers nothing.</summary>
    public Effect Answer(SyncMessage.Types.Request request)
    {
        if (context.Self.IsPrimary)
        {
            switch (request.Type)
            {
                case Type.Blocked:
                    Syncs.Enqueue(context, sender, new SyncMessage { Blocked = Syncs.Blocked(context) });
                    break;
                case Type.Configuration:
                    Syncs.Enqueue(context, sender, new SyncMessage { Configuration = Syncs.Configuration(context) });
                    break;
                case Type.Keys:
                    Syncs.Enqueue(context, sender, new SyncMessage { Keys = Syncs.Keys(context) });
                    break;
                case Type.Contacts when context.Store.Jobs.Waiting(ContactsQueue, 1).Count == 0:
                    context.Store.Jobs.Add(ContactsQueue, [], context.Clock.GetUtcNow());
                    break;
                default:
                    break;
            }
        }

        return new Effect(null);
    }
}
