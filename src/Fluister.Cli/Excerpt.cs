using Fluister.Archive.Conversations;

namespace Fluister.Cli;

/// <summary>A few messages of an archive as an archive of their own, so that what writes archives writes them.</summary>
internal sealed class Excerpt(ConversationArchive archive, IReadOnlyList<Conversation> conversations, IReadOnlyList<Message> messages)
    : ConversationArchive
{
    /// <inheritdoc/>
    public override Participant Self => archive.Self;

    /// <inheritdoc/>
    public override IReadOnlyList<Conversation> Conversations => conversations;

    /// <summary>The last <paramref name="count"/> messages of one conversation, oldest first.</summary>
    public static Excerpt Newest(ConversationArchive archive, Conversation conversation, IEnumerable<Message> messages, int count)
    {
        var newest = new Queue<Message>(count);
        foreach (var message in messages)
        {
            if (newest.Count == count)
            {
                newest.Dequeue();
            }

            newest.Enqueue(message);
        }

        return new Excerpt(archive, [conversation], [.. newest]);
    }

    /// <inheritdoc/>
    public override IEnumerable<Message> Read(Selection selection, MessageOrder order) => messages.Where(selection.Takes);

    /// <inheritdoc/>
    public override IEnumerable<Message> ReadRows(IReadOnlyList<long> rowIds, Selection selection) =>
        rowIds.SelectMany(id => messages.Where(message => message.RowId == id && selection.Takes(message)));

    /// <inheritdoc/>
    public override Stream? OpenAttachment(Attachment attachment) => archive.OpenAttachment(attachment);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // The archive belongs to the caller.
    }
}
