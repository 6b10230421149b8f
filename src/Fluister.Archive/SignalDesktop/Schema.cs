using Fluister.SqlCipher;

namespace Fluister.Archive.SignalDesktop;

/// <summary>Which tables and columns this store has. Version numbers are not asked: Signal has given some twice.</summary>
internal sealed class Schema
{
    private readonly Dictionary<string, HashSet<string>> _columns = new(StringComparer.Ordinal);

    private Schema(int version) => Version = version;

    /// <summary>PRAGMA user_version, for reports only.</summary>
    public int Version { get; }

    /// <summary>Reads the names.</summary>
    public static Schema Probe(CipherDatabase database)
    {
        Schema schema;
        using (var version = database.Prepare("PRAGMA user_version"))
        {
            schema = new Schema(version.Step() ? (int)version.Int64(0) : 0);
        }

        // FTS and other virtual tables may need modules that are not here: only the named tables are asked.
        foreach (var table in (string[])
            ["messages", "conversations", "items", "message_attachments", "callsHistory", "pinnedMessages", "edited_messages"])
        {
            using var columns = database.Prepare($"PRAGMA table_xinfo({table})");
            while (columns.Step())
            {
                if (!schema._columns.TryGetValue(table, out var names))
                {
                    schema._columns[table] = names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
                }

                names.Add(columns.Text(1) ?? "");
            }
        }

        return schema;
    }

    /// <summary>True where the table is there.</summary>
    public bool Has(string table) => _columns.ContainsKey(table);

    /// <summary>True where the table has the column.</summary>
    public bool Has(string table, string column) => _columns.TryGetValue(table, out var names) && names.Contains(column);

    /// <summary>The first of the columns that the table has, quoted; "NULL" where it has none,
    /// so that a list of columns keeps its order.</summary>
    public string Column(string table, params ReadOnlySpan<string> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (Has(table, candidate))
            {
                return $"{table}.\"{candidate}\"";
            }
        }

        return "NULL";
    }
}
