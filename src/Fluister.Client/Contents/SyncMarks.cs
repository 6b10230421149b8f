using Fluister.Client.Receiving;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Messages that were read, listened to or opened on another device of ours.</summary>
internal sealed class SyncMarks(ClientContext context, PendingEffects pending)
{
    /// <summary>Messages were read.</summary>
    public Effect Read(Incoming incoming, IReadOnlyList<SyncMessage.Types.Read> reads, bool isReplay) => Mark(
        incoming,
        reads.Select(read => (ContentIds.Aci(read.SenderAciBinary, read.SenderAci), read.Timestamp, With(read))),
        isReplay);

    /// <summary>Messages were listened to or looked at, which means read too.</summary>
    public Effect Viewed(Incoming incoming, IReadOnlyList<SyncMessage.Types.Viewed> views, bool isReplay) => Mark(
        incoming,
        views.Select(view => (ContentIds.Aci(view.SenderAciBinary, view.SenderAci), view.Timestamp, With(view))),
        isReplay);

    /// <summary>A message that may be looked at once was looked at: its content goes here too.</summary>
    public Effect? Opened(Incoming incoming, SyncMessage.Types.ViewOnceOpen opened, bool isReplay)
    {
        if (ContentIds.Aci(opened.SenderAciBinary, opened.SenderAci) is not { } author
            || ContentIds.Timestamp(opened.Timestamp) is not { } sentAt)
        {
            throw new ClientException(ClientError.Malformed, "Another device of ours tells that it opened a message, and not which.");
        }

        if (context.Store.Messages.Find(author, sentAt) is not { } message)
        {
            if (!isReplay)
            {
                pending.Add(incoming, author, sentAt, new Content { SyncMessage = new SyncMessage { ViewOnceOpen = opened } });
            }

            return new Effect(null);
        }

        if (!message.IsViewOnce || message.IsErased)
        {
            return null;
        }

        Open(context, message, incoming.ReceivedAt);
        return new Effect(message.ConversationId, message.Id);
    }

    /// <summary>Takes the content out of a message that was looked at once.</summary>
    public static void Open(ClientContext context, StoredMessage message, DateTimeOffset now)
    {
        var erased = Erasure.Of(message) with
        {
            IsUnread = false,
            ExpirationStart = message.ExpireTimer > 0 ? message.ExpirationStart ?? now.ToUnixTimeMilliseconds() : message.ExpirationStart,
        };
        context.Store.Messages.Update(erased);
        FileRemovals.Note(context.Store, message, erased, now);
        ReadMarks.Count(context.Store, message.ConversationId, message.IsUnread ? 1 : 0);
    }

    private Effect Mark(
        Incoming incoming, IEnumerable<(ServiceId? Author, ulong Timestamp, SyncMessage Alone)> marks, bool isReplay)
    {
        var read = new Dictionary<string, int>();
        var readAt = Math.Min(incoming.Timestamp, incoming.ReceivedAt.ToUnixTimeMilliseconds());
        string? last = null;
        foreach (var (author, timestamp, alone) in marks.Take(ClientLimits.TargetsPerContent))
        {
            if (author is not { } known || ContentIds.Timestamp(timestamp) is not { } sentAt)
            {
                continue;
            }

            if (context.Store.Messages.Find(known, sentAt) is not { } message)
            {
                if (!isReplay)
                {
                    pending.Add(incoming, known, sentAt, new Content { SyncMessage = alone });
                }
            }
            else if (ReadMarks.Mark(context.Store, message, readAt))
            {
                read[message.ConversationId] = read.GetValueOrDefault(message.ConversationId) + 1;
                last = message.Id;
            }
        }

        foreach (var (conversation, count) in read)
        {
            ReadMarks.Count(context.Store, conversation, count);
        }

        return new Effect(read.Count == 1 ? read.Keys.Single() : null, last);
    }

    private static SyncMessage With(SyncMessage.Types.Read read)
    {
        var alone = new SyncMessage();
        alone.Read.Add(read);
        return alone;
    }

    private static SyncMessage With(SyncMessage.Types.Viewed view)
    {
        var alone = new SyncMessage();
        alone.Viewed.Add(view);
        return alone;
    }
}
