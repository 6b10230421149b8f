namespace Fluister.Archive.Conversations;

/// <summary>In which order messages are read.</summary>
public enum MessageOrder
{
    /// <summary>As stored: the cheapest; conversations interleave, and within one a few messages may stand out of time.</summary>
    Stored,

    /// <summary>One conversation after the other, in the order of <see cref="ConversationArchive.Conversations"/>, each by time.</summary>
    ByConversation,

    /// <summary>As stored, but within each conversation by time. As cheap as <see cref="Stored"/> where the store is in order,
    /// else conversations that are not follow at the end, one by one.</summary>
    StoredByTime,
}

/// <summary>A store of conversations, opened for reading only.</summary>
public abstract class ConversationArchive : IDisposable
{
    /// <summary>The owner.</summary>
    public abstract Participant Self { get; }

    /// <summary>All conversations, most recently active first.</summary>
    public abstract IReadOnlyList<Conversation> Conversations { get; }

    /// <summary>Reads messages, one at a time; memory does not grow with their number.</summary>
    /// <exception cref="ArchiveException">The store is damaged or cannot be read.</exception>
    public abstract IEnumerable<Message> Read(Selection selection, MessageOrder order);

    /// <summary>Reads the rows with these <see cref="Message.RowId"/>s that the selection takes,
    /// in the order given; ids that are gone are passed over.</summary>
    /// <exception cref="ArchiveException">The store is damaged or cannot be read.</exception>
    public abstract IEnumerable<Message> ReadRows(IReadOnlyList<long> rowIds, Selection selection);

    /// <summary>Messages, calls and events of each conversation, by its id; conversations without any may be missing.</summary>
    public virtual IReadOnlyDictionary<string, long> CountMessages()
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var message in Read(new Selection { IncludeDisappearing = true, IncludeViewOnce = true }, MessageOrder.Stored))
        {
            counts[message.ConversationId] = counts.GetValueOrDefault(message.ConversationId) + 1;
        }

        return counts;
    }

    /// <summary>Reads the messages whose <see cref="Message.RowId"/> is greater, in any order.</summary>
    /// <exception cref="ArchiveException">The store is damaged or cannot be read.</exception>
    public virtual IEnumerable<Message> ReadAfter(long rowId, Selection selection)
        => Read(selection, MessageOrder.Stored).Where(message => message.RowId > rowId);

    /// <summary>Grows when a message is edited in its place; of no other meaning.</summary>
    public virtual long EditWatermark => 0;

    /// <summary>Positions of messages whose text or time of sending may have changed since <see cref="EditWatermark"/> was
    /// this; none where the store is never edited in place. May name messages that are gone.</summary>
    public virtual IEnumerable<long> RowsEditedSince(long watermark) => [];

    /// <summary>The messages around one, by time, of the same conversation: oldest first, at most so many on each side.</summary>
    /// <param name="message">The message.</param>
    /// <param name="before">How many before it.</param>
    /// <param name="after">How many after it.</param>
    /// <param name="selection">Which messages to take; narrower than the conversation where wanted.</param>
    /// <exception cref="ArchiveException">The store is damaged or cannot be read.</exception>
    public virtual (IReadOnlyList<Message> Before, IReadOnlyList<Message> After) ReadAround(
        Message message, int before, int after, Selection selection)
    {
        var earlier = new Queue<Message>();
        var later = new List<Message>();
        var found = false;
        foreach (var other in Read(selection, MessageOrder.ByConversation))
        {
            if (!string.Equals(other.ConversationId, message.ConversationId, StringComparison.Ordinal))
            {
                continue;
            }

            if (other.RowId == message.RowId)
            {
                found = true;
            }
            else if (found)
            {
                if (later.Count == after)
                {
                    break;
                }

                later.Add(other);
            }
            else if (before > 0)
            {
                if (earlier.Count == before)
                {
                    earlier.Dequeue();
                }

                earlier.Enqueue(other);
            }
        }

        return found ? ([.. earlier], later) : ([], []);
    }

    /// <summary>The plain bytes of a file, authenticated before the first byte is given out; null where the file is not there.</summary>
    /// <exception cref="ArchiveException">The file is there but not authentic, or its path leaves the store's folder.</exception>
    public abstract Stream? OpenAttachment(Attachment attachment);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the store.</summary>
    protected abstract void Dispose(bool disposing);
}
