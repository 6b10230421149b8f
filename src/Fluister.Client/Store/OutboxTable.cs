using Fluister.Client.Sending;
using Fluister.Protocol.SealedSender;

namespace Fluister.Client.Store;

/// <summary>What is to be sent, and what was encrypted of it: the same ciphertext is sent again until the server has taken it.</summary>
internal sealed class OutboxTable(ClientStore store)
{
    private const string Columns =
        "number, recipient, timestamp, content, hint, isPlaintext, isReady, isUrgent, messageId, transcript";

    private readonly StoreStatement _add = new(store,
        $"INSERT OR REPLACE INTO outbox ({Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

    private readonly StoreStatement _waiting = new(store, $"SELECT {Columns} FROM outbox WHERE number > ? ORDER BY number LIMIT ?");
    private readonly StoreStatement _find = new(store, $"SELECT {Columns} FROM outbox WHERE number = ?");

    private readonly StoreStatement _copies = new(store,
        "SELECT device, registrationId, type, bytes FROM outboxCopies WHERE number = ? ORDER BY place");

    private readonly StoreStatement _addCopy = new(store,
        "INSERT INTO outboxCopies (number, place, device, registrationId, type, bytes) VALUES (?, ?, ?, ?, ?, ?)");

    private readonly StoreStatement _removeCopies = new(store, "DELETE FROM outboxCopies WHERE number = ?");
    private readonly StoreStatement _removeAllCopies = new(store, "DELETE FROM outboxCopies");
    private readonly StoreStatement _remove = new(store, "DELETE FROM outbox WHERE number = ?");

    /// <summary>Adds; gives its number, in whose order things are sent to one recipient.</summary>
    public long Add(OutgoingContent outgoing) => store.Transact(() =>
    {
        Write(null, outgoing);
        return store.Database.LastRowId;
    });

    /// <summary>Writes what only held its place until now.</summary>
    public void Replace(long number, OutgoingContent outgoing) => store.Transact(() => Write(number, outgoing));

    /// <summary>What waits under a number; null where it was sent, or given up.</summary>
    public OutgoingContent? Find(long number) => store.Read(() =>
    {
        using var row = _find.Begin().Bind(number);
        return row.Step() ? Read(row) : null;
    });

    /// <summary>What waits, oldest first, at most <paramref name="limit"/>, after a number.</summary>
    public IReadOnlyList<(long Number, OutgoingContent Outgoing)> Waiting(long after, int limit) =>
        store.Read<IReadOnlyList<(long, OutgoingContent)>>(() =>
        {
            var waiting = new List<(long, OutgoingContent)>();
            using var rows = _waiting.Begin().Bind(after).Bind(limit);
            while (rows.Step())
            {
                waiting.Add((rows.Int64(0), Read(rows)));
            }

            return waiting;
        });

    /// <summary>The ciphertexts of one; none where it was not encrypted yet.</summary>
    public IReadOnlyList<SealedCopy> Copies(long number) => store.Read<IReadOnlyList<SealedCopy>>(() =>
    {
        var copies = new List<SealedCopy>();
        using var rows = _copies.Begin().Bind(number);
        while (rows.Step())
        {
            copies.Add(new SealedCopy((int)rows.Int64(0), (int)rows.Int64(1), (int)rows.Int64(2), rows.Bytes(3).ToArray()));
        }

        return copies;
    });

    /// <summary>Writes the ciphertexts of one, in place of those before.</summary>
    public void SaveCopies(long number, IReadOnlyList<SealedCopy> copies) => store.Transact(() =>
    {
        _removeCopies.Begin().Bind(number).Execute();
        for (var i = 0; i < copies.Count; i++)
        {
            _addCopy.Begin().Bind(number).Bind(i).Bind(copies[i].Device).Bind(copies[i].RegistrationId).Bind(copies[i].Type)
                .Bind(copies[i].Bytes).Execute();
        }
    });

    /// <summary>Removes all ciphertexts: what waits is encrypted anew.</summary>
    public void RemoveAllCopies() => store.Transact(() => _removeAllCopies.Begin().Execute());

    /// <summary>It was sent, or given up: removes it with its ciphertexts.</summary>
    public void Remove(long number) => store.Transact(() => _remove.Begin().Bind(number).Execute());

    private static OutgoingContent Read(StoreStatement.Run row) => new()
    {
        Recipient = row.Id(1) ?? throw Broken(),
        Timestamp = row.Int64(2),
        Content = row.Bytes(3).ToArray(),
        Hint = (ContentHint)row.Int64(4),
        IsPlaintext = row.Int64(5) != 0,
        IsReady = row.Int64(6) != 0,
        IsUrgent = row.Int64(7) != 0,
        MessageId = row.Text(8),
        Transcript = row.Bytes(9).ToArray(),
    };

    private static ClientException Broken() =>
        new(ClientError.Store, "A row of the account's outbox names no recipient. Restore a backup of the account.");

    private void Write(long? number, OutgoingContent outgoing)
    {
        var row = _add.Begin();
        row = number is { } known ? row.Bind(known) : row.Bind((string?)null);
        row.Bind(outgoing.Recipient).Bind(outgoing.Timestamp).Bind(outgoing.Content.Span).Bind((long)outgoing.Hint)
            .Bind(outgoing.IsPlaintext).Bind(outgoing.IsReady).Bind(outgoing.IsUrgent).Bind(outgoing.MessageId)
            .Bind(outgoing.Transcript.Span).Execute();
    }
}
