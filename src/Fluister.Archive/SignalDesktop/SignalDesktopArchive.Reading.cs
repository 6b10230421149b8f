using System.Runtime.InteropServices;
using Fluister.Archive.Conversations;
using Fluister.SqlCipher;
using static Fluister.Archive.SignalDesktop.MessageQueries;

namespace Fluister.Archive.SignalDesktop;

public sealed partial class SignalDesktopArchive
{
    /// <summary>Above this many rows a selection is read by scanning the table: 24 bytes are kept for each row chosen by index.</summary>
    private const int MaximumChosenRows = 250_000;

    private Timeline? _timeline;
    private ILookup<string, Place>? _oddPlaces;

    /// <summary>Where a row stands in its conversation's time.</summary>
    private readonly record struct Place(long ReceivedAt, long SentAt, long RowId) : IComparable<Place>
    {
        public int CompareTo(Place other)
        {
            var order = ReceivedAt.CompareTo(other.ReceivedAt);
            order = order != 0 ? order : SentAt.CompareTo(other.SentAt);
            return order != 0 ? order : RowId.CompareTo(other.RowId);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Message> Read(Selection selection, MessageOrder order)
    {
        // An iterator cannot yield inside try/catch: the store's errors are translated step by step.
        using var messages = Enumerate(selection, order).GetEnumerator();
        while (Translate(StorePath, messages.MoveNext))
        {
            yield return messages.Current;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Message> ReadRows(IReadOnlyList<long> rowIds, Selection selection)
    {
        using var messages = Fetch(rowIds, selection).GetEnumerator();
        while (Translate(StorePath, messages.MoveNext))
        {
            yield return messages.Current;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Message> ReadAfter(long rowId, Selection selection)
    {
        using var messages = Scan(selection, except: null, rowId).GetEnumerator();
        while (Translate(StorePath, messages.MoveNext))
        {
            yield return messages.Current;
        }
    }

    /// <summary>The last row of the table edited_messages: every edit adds one there.</summary>
    public override long EditWatermark => Translate(StorePath, () =>
    {
        if (!_schema.Has("edited_messages", "messageId"))
        {
            return 0;
        }

        using var last = _database.Prepare("SELECT max(rowid) FROM edited_messages");
        return last.Step() ? last.Int64(0) : 0;
    });

    /// <inheritdoc/>
    public override IEnumerable<long> RowsEditedSince(long watermark) => Translate(StorePath, () =>
    {
        var rowIds = new List<long>();
        if (_schema.Has("edited_messages", "messageId"))
        {
            using var rows = _database.Prepare(
                "SELECT messages.rowid FROM edited_messages JOIN messages ON messages.id = edited_messages.messageId "
                    + "WHERE edited_messages.rowid > ?");
            rows.Bind(1, watermark);
            while (rows.Step())
            {
                rowIds.Add(rows.Int64(0));
            }
        }

        return rowIds;
    });

    /// <inheritdoc/>
    public override (IReadOnlyList<Message> Before, IReadOnlyList<Message> After) ReadAround(
        Message message, int before, int after, Selection selection)
    {
        var rowIds = RowsByTime(message.ConversationId);
        var place = rowIds.IndexOf(message.RowId);
        if (place < 0)
        {
            return ([], []);
        }

        // A selection may pass rows over: rows are taken one by one until enough are found.
        var earlier = ReadRows(rowIds.GetRange(0, place).AsEnumerable().Reverse().ToList(), selection).Take(before).Reverse().ToList();
        return (earlier, [.. ReadRows(rowIds.GetRange(place + 1, rowIds.Count - place - 1), selection).Take(after)]);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, long> CountMessages() => Translate(StorePath, () =>
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        using var rows = _database.Prepare($"SELECT conversationId, count(*) FROM {Table} GROUP BY conversationId");
        while (rows.Step())
        {
            var id = rows.Text(0) ?? "";
            counts[id] = counts.GetValueOrDefault(id) + rows.Int64(1);
        }

        return counts;
    });

    /// <summary>The <see cref="Message.RowId"/>s of one conversation, by time.</summary>
    public List<long> RowsByTime(string conversationId) => Translate(StorePath, () =>
    {
        var places = PlacesOf(conversationId, new Selection());
        places.Sort();
        return places.ConvertAll(place => place.RowId);
    });

    private IEnumerable<Message> Enumerate(Selection selection, MessageOrder order)
    {
        if (Choose(selection, order) is { } chosen)
        {
            return Fetch(chosen, selection);
        }

        return order switch
        {
            MessageOrder.Stored => Scan(selection, except: null),
            MessageOrder.StoredByTime => ScanByTime(selection),
            _ => ByConversation(selection, Chosen(selection)),
        };
    }

    /// <summary>In salvage an index may name rows that are lost, which ends a query: then the table alone is asked.</summary>
    private string Table => _isSalvage ? "messages NOT INDEXED" : "messages";

    private IEnumerable<Conversation> Chosen(Selection selection) =>
        Conversations.Where(conversation => selection.Conversations?.Contains(conversation.Id) ?? true);

    /// <summary>The whole table in its own order: every page once.</summary>
    private IEnumerable<Message> Scan(Selection selection, HashSet<string>? except, long after = long.MinValue)
    {
        using var rows = _database.Prepare($"{Select(_schema)} WHERE messages.rowid > ? ORDER BY messages.rowid");
        rows.Bind(1, after);
        while (rows.Step())
        {
            if (IsPassedOver(rows, selection) || (except is not null && except.Contains(_decoder.ConversationOf(rows)?.Id ?? "")))
            {
                continue;
            }

            var message = _decoder.Decode(rows);
            if (selection.Takes(message))
            {
                yield return message;
            }
        }
    }

    private IEnumerable<Message> ScanByTime(Selection selection)
    {
        _timeline ??= new Timeline(_database, _decoder, Table);
        foreach (var message in Scan(selection, _timeline.OutOfOrder))
        {
            yield return message;
        }

        foreach (var message in ByConversation(selection,
            Chosen(selection).Where(conversation => _timeline.OutOfOrder.Contains(conversation.Id))))
        {
            yield return message;
        }
    }

    private IEnumerable<Message> ByConversation(Selection selection, IEnumerable<Conversation> conversations)
    {
        foreach (var conversation in conversations)
        {
            var places = PlacesOf(conversation.Id, selection);
            places.Sort();
            foreach (var message in Fetch(places.ConvertAll(place => place.RowId), selection))
            {
                yield return message;
            }
        }
    }

    private IEnumerable<Message> Fetch(IReadOnlyList<long> rowIds, Selection selection)
    {
        using var row = _database.Prepare($"{Select(_schema)} WHERE messages.rowid = ?");
        foreach (var rowId in rowIds)
        {
            row.Bind(1, rowId);
            Message? message = null;
            if (row.Step())
            {
                message = _decoder.Decode(row);
            }

            row.Reset();
            if (message is not null && selection.Takes(message))
            {
                yield return message;
            }
        }
    }

    /// <summary>Row ids of a narrow selection, in the order asked for; null where scanning is cheaper.</summary>
    private List<long>? Choose(Selection selection, MessageOrder order)
    {
        if (_isSalvage || selection.Conversations is null || selection.Conversations.Count > 100)
        {
            return null;
        }

        var chosen = new List<long>();
        foreach (var conversation in Chosen(selection))
        {
            var places = PlacesOf(conversation.Id, selection);
            if (chosen.Count + places.Count > MaximumChosenRows)
            {
                return null;
            }

            places.Sort();
            chosen.AddRange(places.Select(place => place.RowId));
        }

        if (order == MessageOrder.Stored)
        {
            chosen.Sort();
        }

        return chosen;
    }

    /// <summary>The rows of one conversation that may be selected, from an index where the store has one.</summary>
    private List<Place> PlacesOf(string conversationId, Selection selection)
    {
        if (_people.OddIds.Contains(conversationId))
        {
            _oddPlaces ??= OddPlaces().ToLookup(odd => odd.Id, odd => odd.Place);
            return [.. _oddPlaces[conversationId]];
        }

        var places = new List<Place>();
        var sentAt = _schema.Column("messages", "sent_at");
        var receivedAt = _schema.Column("messages", "received_at");
        var isNone = conversationId.Length == 0;
        using var rows = _database.Prepare(
            $"SELECT {receivedAt}, {sentAt}, rowid FROM {Table} "
            + (isNone ? "WHERE conversationId IS NULL OR conversationId = ''" : "WHERE conversationId = ?"));
        if (!isNone)
        {
            rows.Bind(1, conversationId);
        }

        while (rows.Step())
        {
            if (rows.IsNull(1) || IsWithin(rows.Int64(1), selection))
            {
                places.Add(new Place(rows.Int64(0), rows.Int64(1), rows.Int64(2)));
            }
        }

        return places;
    }

    /// <summary>The rows of all <see cref="People.OddIds"/>, in one pass for all of them.</summary>
    private IEnumerable<(string Id, Place Place)> OddPlaces()
    {
        using var rows = _database.Prepare("SELECT "
            + $"{_schema.Column("messages", "received_at")}, {_schema.Column("messages", "sent_at")}, rowid, conversationId "
            + "FROM messages NOT INDEXED");
        while (rows.Step())
        {
            var id = rows.Text(3) ?? "";
            if (_people.OddIds.Contains(id))
            {
                yield return (id, new Place(rows.Int64(0), rows.Int64(1), rows.Int64(2)));
            }
        }
    }

    private static bool IsWithin(long sentAt, Selection selection) =>
        (selection.Since is not { } since || sentAt >= since.UnixMilliseconds)
            && (selection.Until is not { } until || sentAt < until.UnixMilliseconds);

    /// <summary>Decides by columns alone, before the JSON is parsed.</summary>
    private bool IsPassedOver(CipherStatement row, Selection selection) =>
        (selection.Conversations is not null && !selection.Conversations.Contains(_decoder.ConversationOf(row)?.Id ?? ""))
        || (!row.IsNull((int)Column.SentAt) && !IsWithin(row.Int64((int)Column.SentAt), selection));

    /// <summary>Which conversations have rows out of time. Nearly none: rows are written as messages come.</summary>
    private sealed class Timeline
    {
        public Timeline(CipherDatabase database, MessageDecoder decoder, string table)
        {
            var places = $"SELECT conversationId, received_at, sent_at, rowid FROM {table}";
            if (!IsCovered(database, places) || !ReadByIndex(database, decoder, places))
            {
                OutOfOrder.Clear();
                ReadByRow(database, decoder, places + " ORDER BY rowid");
            }
        }

        /// <summary>Ids of the conversations concerned.</summary>
        public HashSet<string> OutOfOrder { get; } = new(StringComparer.Ordinal);

        private static bool IsCovered(CipherDatabase database, string sql)
        {
            using var plan = database.Prepare("EXPLAIN QUERY PLAN " + sql);
            return plan.Step() && (plan.Text(3)?.Contains("COVERING INDEX", StringComparison.Ordinal) ?? false);
        }

        /// <summary>
        /// An index of conversations holds all that is asked, in a twentieth of the table's pages; one conversation is held at a time.
        /// False where the index does not keep conversations together.
        /// </summary>
        private bool ReadByIndex(CipherDatabase database, MessageDecoder decoder, string sql)
        {
            var places = new List<Place>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            Conversation? current = null;
            using var rows = database.Prepare(sql);
            while (rows.Step())
            {
                var conversation = decoder.ConversationAt(rows, 0);
                if (!ReferenceEquals(conversation, current))
                {
                    Close(current, places);
                    current = conversation;
                    if (!seen.Add(current?.Id ?? ""))
                    {
                        return false;
                    }
                }

                places.Add(new Place(rows.Int64(1), rows.Int64(2), rows.Int64(3)));
            }

            Close(current, places);
            return true;
        }

        private void Close(Conversation? conversation, List<Place> places)
        {
            var span = CollectionsMarshal.AsSpan(places);
            span.Sort();
            for (var i = 1; i < span.Length; i++)
            {
                if (span[i].RowId < span[i - 1].RowId)
                {
                    OutOfOrder.Add(conversation?.Id ?? "");
                    break;
                }
            }

            places.Clear();
        }

        private void ReadByRow(CipherDatabase database, MessageDecoder decoder, string sql)
        {
            var last = new Dictionary<string, Place>(StringComparer.Ordinal);
            using var rows = database.Prepare(sql);
            while (rows.Step())
            {
                var id = decoder.ConversationAt(rows, 0)?.Id ?? "";
                var place = new Place(rows.Int64(1), rows.Int64(2), rows.Int64(3));
                ref var previous = ref CollectionsMarshal.GetValueRefOrAddDefault(last, id, out var exists);
                if (exists && place.CompareTo(previous) < 0)
                {
                    OutOfOrder.Add(id);
                }

                previous = place;
            }
        }
    }
}
