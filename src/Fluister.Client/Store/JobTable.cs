using System.Text.Json.Nodes;

namespace Fluister.Client.Store;

/// <summary>Work that is done once its time comes, and survives the process: files to fetch and to upload.</summary>
internal sealed class JobTable(ClientStore store)
{
    private readonly StoreStatement _add = new(store, "INSERT INTO jobs (id, queueType, timestamp, data) VALUES (?, ?, ?, ?)");
    private readonly StoreStatement _update = new(store, "UPDATE jobs SET data = ? WHERE id = ?");
    private readonly StoreStatement _remove = new(store, "DELETE FROM jobs WHERE id = ?");
    private readonly StoreStatement _defer = new(store,
        "UPDATE jobs SET rowid = (SELECT max(rowid) + 1 FROM jobs) WHERE id = ?");

    private readonly StoreStatement _waiting = new(store,
        "SELECT id, data FROM jobs WHERE queueType = ? ORDER BY rowid LIMIT ?");

    /// <summary>Adds a piece of work to the end of a queue; gives its id.</summary>
    public string Add(string queue, JsonObject data, DateTimeOffset now) => store.Transact(() =>
    {
        var id = RowUuid.New(now);
        _add.Begin().Bind(id).Bind(queue).Bind(now.ToUnixTimeMilliseconds()).Bind(data).Execute();
        return id;
    });

    /// <summary>What waits in a queue, oldest first.</summary>
    public IReadOnlyList<(string Id, JsonObject Data)> Waiting(string queue, int limit) =>
        store.Read<IReadOnlyList<(string, JsonObject)>>(() =>
        {
            var waiting = new List<(string, JsonObject)>();
            using var rows = _waiting.Begin().Bind(queue).Bind(limit);
            while (rows.Step())
            {
                waiting.Add((rows.Text(0)!, rows.Json(1)));
            }

            return waiting;
        });

    /// <summary>Writes how far a piece of work has come.</summary>
    public void Update(string id, JsonObject data) => store.Transact(() => _update.Begin().Bind(data).Bind(id).Execute());

    /// <summary>Puts it behind all others.</summary>
    public void Defer(string id) => store.Transact(() => _defer.Begin().Bind(id).Execute());

    /// <summary>It is done, or given up.</summary>
    public void Remove(string id) => store.Transact(() => _remove.Begin().Bind(id).Execute());
}
