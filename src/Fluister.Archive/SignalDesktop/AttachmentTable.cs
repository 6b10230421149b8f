using Fluister.SqlCipher;

namespace Fluister.Archive.SignalDesktop;

/// <summary>The table message_attachments of generations since 1360, asked message by message.</summary>
/// <remarks>
/// Most messages have no row there. A filter of fixed size, made in one pass over the primary key's index, spares them the question:
/// the peers' question per message is their main cost.
/// </remarks>
internal sealed class AttachmentTable : IDisposable
{
    /// <summary>2^22 bits, 512 KiB: with 100,000 files about one message in ten thousand is asked in vain.</summary>
    private const int FilterBits = 22;

    /// <summary>A message has at most 32 files in Signal; a store that says more is read up to here.</summary>
    private const int MaximumRows = 1_000;

    private readonly CipherStatement? _rows;
    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];

    public AttachmentTable(CipherDatabase database, Schema schema)
    {
        if (!schema.Has("message_attachments", "messageId"))
        {
            return;
        }

        using (var ids = database.Prepare("SELECT messageId FROM message_attachments"))
        {
            while (ids.Step())
            {
                var (first, second) = Bits(ids.Utf8(0));
                _filter[first >> 6] |= 1UL << (first & 63);
                _filter[second >> 6] |= 1UL << (second & 63);
            }
        }

        string Column(string name) => schema.Column("message_attachments", name);
        _rows = database.Prepare($"SELECT {Column("attachmentType")}, {Column("editHistoryIndex")}, "
            + $"{Column("orderInMessage")}, {Column("contentType")}, "
            + $"{Column("fileName")}, {Column("caption")}, {Column("path")}, {Column("localKey")}, {Column("size")}, {Column("version")}, "
            + $"{Column("width")}, {Column("height")}, {Column("flags")}, {Column("storyTextAttachmentJson")} "
            + "FROM message_attachments WHERE messageId = ? ORDER BY orderInMessage");
    }

    /// <summary>One row: the kind ("attachment", "quote", ...), the edit (-1: the message itself), the place, the file.</summary>
    public readonly record struct Row(string Kind, long Edit, long Order, AttachmentRecord Record);

    /// <summary>The rows of one message; <paramref name="rows"/> is cleared first.</summary>
    public void Read(ReadOnlySpan<byte> messageId, List<Row> rows)
    {
        rows.Clear();
        if (_rows is null)
        {
            return;
        }

        var (first, second) = Bits(messageId);
        if ((_filter[first >> 6] & (1UL << (first & 63))) == 0 || (_filter[second >> 6] & (1UL << (second & 63))) == 0)
        {
            return;
        }

        _rows.Bind(1, System.Text.Encoding.UTF8.GetString(messageId));
        while (rows.Count < MaximumRows && _rows.Step())
        {
            rows.Add(new Row(_rows.Text(0) ?? "", _rows.IsNull(1) ? -1 : _rows.Int64(1), _rows.Int64(2), new AttachmentRecord
            {
                ContentType = _rows.Text(3),
                FileName = _rows.Text(4),
                Caption = _rows.Text(5),
                Path = _rows.Text(6),
                LocalKey = _rows.Text(7),
                Size = _rows.IsNull(8) ? null : _rows.Int64(8),
                Version = _rows.Int64(9),
                Width = _rows.IsNull(10) ? null : _rows.Int64(10),
                Height = _rows.IsNull(11) ? null : _rows.Int64(11),
                Flags = _rows.Int64(12),
                StoryText = ConversationRecord.TextProperty(_rows.Utf8(13), Field.Text),
            }));
        }

        _rows.Reset();
    }

    public void Dispose() => _rows?.Dispose();

    private static (int First, int Second) Bits(ReadOnlySpan<byte> id)
    {
        var hash = (uint)Utf8Keys.Instance.GetHashCode(id);
        const uint Mask = (1u << FilterBits) - 1;
        return ((int)(hash & Mask), (int)((hash * 0x9E3779B97F4A7C15UL) >> (64 - FilterBits)));
    }
}
