using Fluister.Archive.Conversations;
using Fluister.SqlCipher;

namespace Fluister.Archive.SignalDesktop;

/// <summary>The table callsHistory of generations since 89, asked call by call.</summary>
internal sealed class CallTable : IDisposable
{
    private readonly CipherStatement? _rows;

    public CallTable(CipherDatabase database, Schema schema)
    {
        if (schema.Has("callsHistory", "callId"))
        {
            string Column(string name) => schema.Column("callsHistory", name);
            _rows = database.Prepare($"SELECT {Column("mode")}, {Column("type")}, {Column("direction")}, "
                + $"{Column("status")}, {Column("timestamp")}, "
                + $"{Column("endedTimestamp")}, {Column("ringerId")} FROM callsHistory WHERE callId = ?");
        }
    }

    /// <summary>Service id of who rang, from the last <see cref="Find"/>.</summary>
    public string? Ringer { get; set; }

    /// <summary>The call with this id, and whose it was; null where the table does not have it.</summary>
    public Call? Find(string callId, out MessageDirection direction)
    {
        direction = MessageDirection.None;
        if (_rows is null)
        {
            return null;
        }

        _rows.Bind(1, callId);
        try
        {
            if (!_rows.Step())
            {
                return null;
            }

            var mode = Lower(_rows.Text(0));
            direction = Lower(_rows.Text(2)) == "outgoing" ? MessageDirection.Outgoing : MessageDirection.Incoming;
            Ringer = _rows.Text(6);
            return new Call(mode, Lower(_rows.Text(1)), Lower(_rows.Text(3)),
                _rows.IsNull(4) ? null : new Timestamp(_rows.Int64(4)),
                _rows.IsNull(5) ? null : new Timestamp(_rows.Int64(5)));
        }
        finally
        {
            _rows.Reset();
        }
    }

    public void Dispose() => _rows?.Dispose();

    private static string Lower(string? word) => string.IsNullOrEmpty(word) ? "unknown" : word.ToLowerInvariant();
}
