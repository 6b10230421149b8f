using Fluister.Archive.Conversations;

namespace Fluister.Tests;

/// <summary>An archive of messages that a test made up. Messages may come from an iterator, so that no test holds them all.</summary>
internal sealed class InMemoryArchive : ConversationArchive
{
    internal static readonly Participant Owner = new("self", "Me", IsSelf: true);

    public override Participant Self => Owner;

    public override IReadOnlyList<Conversation> Conversations => Chats;

    internal required IReadOnlyList<Conversation> Chats { get; set; }

    /// <summary>In stored order.</summary>
    internal required IEnumerable<Message> Messages { get; set; }

    /// <summary>Bytes by <see cref="Attachment.Path"/>; a path that is not here is a file that is gone.</summary>
    internal Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Paths of files that were tampered with.</summary>
    internal HashSet<string> Damaged { get; } = [];

    /// <summary>How often the messages were read.</summary>
    internal int Reads { get; private set; }

    public override IEnumerable<Message> Read(Selection selection, MessageOrder order)
    {
        Reads++;
        var places = Conversations.Select(static (c, i) => (c.Id, i)).ToDictionary(static p => p.Id, static p => p.i);
        return order == MessageOrder.ByConversation
            ? Messages.Where(selection.Takes)
                .OrderBy(m => places.GetValueOrDefault(m.ConversationId, int.MaxValue)).ThenBy(static m => m.SentAt)
            : Messages.Where(selection.Takes);
    }

    /// <summary>Rows that were edited in their place, oldest edit first.</summary>
    internal List<long> EditedRows { get; } = [];

    public override long EditWatermark => EditedRows.Count;

    public override IEnumerable<long> RowsEditedSince(long watermark) => EditedRows.Skip((int)watermark);

    public override IEnumerable<Message> ReadRows(IReadOnlyList<long> rowIds, Selection selection)
    {
        RowsRead += rowIds.Count;
        var places = rowIds.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return Messages.Where(m => places.ContainsKey(m.RowId) && selection.Takes(m)).OrderBy(m => places[m.RowId]);
    }

    /// <summary>How many rows were asked for by their ids.</summary>
    internal long RowsRead { get; private set; }

    public override Stream? OpenAttachment(Attachment attachment) =>
        attachment.Path is null || !Files.TryGetValue(attachment.Path, out var bytes) ? null
        : Damaged.Contains(attachment.Path) ? throw new ArchiveException(ArchiveError.Damaged, "An attachment is not authentic.")
        : new MemoryStream(bytes, writable: false);

    protected override void Dispose(bool disposing)
    {
    }
}
