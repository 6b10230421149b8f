using System.Text.Json.Nodes;
using Fluister.Protocol.Addresses;

namespace Fluister.Client.Store;

/// <summary>Content about messages that have not come yet, by the message's author and time of sending.</summary>
internal sealed class PendingTable(ClientStore store)
{
    private readonly StoreStatement _add = new(store, "INSERT INTO pending (author, sentAt, about, content) VALUES (?, ?, ?, ?)");
    private readonly StoreStatement _trim = new(store,
        "DELETE FROM pending WHERE number <= (SELECT number FROM pending ORDER BY number DESC LIMIT 1 OFFSET ?)");

    private readonly StoreStatement _find = new(store,
        "SELECT about, content FROM pending WHERE sentAt = ? AND author = ? ORDER BY number");

    private readonly StoreStatement _remove = new(store, "DELETE FROM pending WHERE sentAt = ? AND author = ?");

    /// <summary>Adds; beyond <see cref="ClientLimits.PendingEffects"/> the oldest of all are forgotten.</summary>
    public void Add(ServiceId author, long sentAt, JsonObject about, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        store.Transact(() =>
        {
            _add.Begin().Bind(author).Bind(sentAt).Bind(about).Bind(bytes).Execute();
            _trim.Begin().Bind(ClientLimits.PendingEffects).Execute();
        });
    }

    /// <summary>Takes out what waits for a message, oldest first.</summary>
    public IReadOnlyList<(JsonObject About, byte[] Content)> Take(ServiceId author, long sentAt) =>
        store.Transact<IReadOnlyList<(JsonObject, byte[])>>(() =>
        {
            var waiting = new List<(JsonObject, byte[])>();
            using (var rows = _find.Begin().Bind(sentAt).Bind(author))
            {
                while (rows.Step())
                {
                    waiting.Add((rows.Json(0), rows.Bytes(1).ToArray()));
                }
            }

            if (waiting.Count > 0)
            {
                _remove.Begin().Bind(sentAt).Bind(author).Execute();
            }

            return waiting;
        });
}
