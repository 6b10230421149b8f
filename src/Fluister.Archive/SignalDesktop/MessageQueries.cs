using System.Text.Unicode;
using Fluister.SqlCipher;

namespace Fluister.Archive.SignalDesktop;

/// <summary>The SQL over the table messages, its column lists made from what the store has.</summary>
internal static class MessageQueries
{
    /// <summary>Columns of <see cref="Select"/>, in its order.</summary>
    public enum Column
    {
        RowId, Id, ConversationId, Type, SentAt, ReceivedAt, ReceivedAtMs, ServiceId, Source, Body, Json, ExpireTimer, IsErased, IsViewOnce,
        StoryId, ReadStatus, Unread, Timestamp,
    }

    /// <summary>SELECT ... FROM messages, to which a WHERE may be added.</summary>
    public static string Select(Schema schema)
    {
        string Column(params ReadOnlySpan<string> names) => schema.Column("messages", names);
        return $"SELECT messages.rowid, {Column("id")}, {Column("conversationId")}, "
            + $"{Column("type")}, {Column("sent_at")}, {Column("received_at")}, "
            + $"{Column("received_at_ms")}, {Column("sourceServiceId", "sourceUuid")}, {Column("source")}, "
            + $"{Column("body")}, {Column("json")}, "
            + $"{Column("expireTimer")}, {Column("isErased")}, {Column("isViewOnce")}, {Column("storyId")}, {Column("readStatus")}, "
            + $"{Column("unread")}, {Column("timestamp")} FROM messages";
    }

    /// <summary>A store names at most this many conversations; a damaged index could name some for ever.</summary>
    private const int MaximumConversations = 1_000_000;

    /// <summary>
    /// By leaps through the index, one search an id: the table itself may be huge. SQLite compares its own values: an id that is a number,
    /// a blob or broken text would not come back from C# as what it was, and the leap would not go on.
    /// </summary>
    private const string Leaps =
        "WITH RECURSIVE ids(leap) AS (SELECT min(conversationId) FROM messages UNION ALL SELECT "
        + "(SELECT min(conversationId) FROM messages WHERE conversationId > ids.leap) FROM ids WHERE ids.leap IS NOT NULL) "
        + "SELECT leap FROM ids WHERE leap IS NOT NULL "
        + "UNION ALL SELECT * FROM (SELECT '' FROM messages WHERE conversationId IS NULL LIMIT 1) LIMIT ?";

    private const string Distinct = "SELECT DISTINCT conversationId FROM messages NOT INDEXED LIMIT ?";

    /// <summary>
    /// All conversation ids that messages name, "" among them where some name none. One may come twice. It is odd where the store has
    /// something else than such a text, so that asking for the text would not find the messages.
    /// </summary>
    public static IEnumerable<(string Id, bool IsOdd)> ConversationIds(CipherDatabase database, bool isSalvage)
    {
        // Numbers are ids of early generations, whose columns compare text as numbers: one question tells whether this one does.
        bool? areNumbersFound = null;
        using var ids = database.Prepare(isSalvage || !HasConversationIndex(database) ? Distinct : Leaps);
        ids.Bind(1, MaximumConversations);
        while (ids.Step())
        {
            var type = ids.Type(0);
            var isOdd = type is SqliteType.Blob or SqliteType.Float || (type == SqliteType.Text && !Utf8.IsValid(ids.Utf8(0)));
            var id = ids.Text(0) ?? "";
            if (type == SqliteType.Integer)
            {
                areNumbersFound ??= IsFound(database, id);
                isOdd = !areNumbersFound.Value;
            }

            yield return (id, isOdd);
        }
    }

    private static bool IsFound(CipherDatabase database, string conversationId)
    {
        using var rows = database.Prepare("SELECT 1 FROM messages NOT INDEXED WHERE conversationId = ? LIMIT 1");
        rows.Bind(1, conversationId);
        return rows.Step();
    }

    private static bool HasConversationIndex(CipherDatabase database)
    {
        var names = new List<string>();
        using (var indexes = database.Prepare("PRAGMA index_list(messages)"))
        {
            while (indexes.Step())
            {
                // seq, name, unique, origin, partial
                if (indexes.Int64(4) == 0 && indexes.Text(1) is { } name)
                {
                    names.Add(name);
                }
            }
        }

        return names.Exists(name =>
        {
            using var columns = database.Prepare($"PRAGMA index_info(\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\")");
            return columns.Step() && columns.Text(2) == "conversationId";
        });
    }
}
