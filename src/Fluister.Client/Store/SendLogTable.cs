using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;

namespace Fluister.Client.Store;

/// <summary>What was sent within the last day, for devices that could not decrypt it and ask again.</summary>
internal sealed class SendLogTable(ClientStore store)
{
    private readonly StoreStatement _add = new(store,
        "INSERT OR REPLACE INTO sendLog (timestamp, serviceId, device, hint, content) VALUES (?, ?, ?, ?, ?)");

    private readonly StoreStatement _find = new(store,
        "SELECT content, hint FROM sendLog WHERE timestamp = ? AND serviceId = ? AND device = ?");

    private readonly StoreStatement _delivered = new(store, "DELETE FROM sendLog WHERE timestamp = ? AND serviceId = ? AND device = ?");
    private readonly StoreStatement _forget = new(store, "DELETE FROM sendLog WHERE timestamp = ?");
    private readonly StoreStatement _prune = new(store, "DELETE FROM sendLog WHERE timestamp < ?");

    /// <summary>Adds what was sent to a device.</summary>
    public void Add(ProtocolAddress to, long timestamp, ReadOnlySpan<byte> content, ContentHint hint)
    {
        var bytes = content.ToArray();
        store.Transact(() => _add.Begin().Bind(timestamp).Bind(to.Account).Bind(to.Device).Bind((long)hint).Bind(bytes).Execute());
    }

    /// <summary>The content that was sent to a device at a time; null where it is not there (any more).</summary>
    public (byte[] Content, ContentHint Hint)? Find(ProtocolAddress to, long timestamp) => store.Read<(byte[], ContentHint)?>(() =>
    {
        using var row = _find.Begin().Bind(timestamp).Bind(to.Account).Bind(to.Device);
        return row.Step() ? (row.Bytes(0).ToArray(), (ContentHint)row.Int64(1)) : null;
    });

    /// <summary>A device has got it: it is not asked for again.</summary>
    public void Delivered(ProtocolAddress to, long timestamp) =>
        store.Transact(() => _delivered.Begin().Bind(timestamp).Bind(to.Account).Bind(to.Device).Execute());

    /// <summary>Forgets a message of ours that is gone from the history, with its edits: it is not sent again either.</summary>
    public void Forget(StoredMessage message)
    {
        if (message.Type != "outgoing")
        {
            return;
        }

        store.Transact(() =>
        {
            _forget.Begin().Bind(message.SentAt).Execute();
            foreach (var version in JsonColumn.Objects(message.Json, "editHistory"))
            {
                _forget.Begin().Bind(JsonColumn.Number(version, "timestamp")).Execute();
            }
        });
    }

    /// <summary>Forgets what is older.</summary>
    public void Prune(DateTimeOffset before) => store.Transact(() => _prune.Begin().Bind(before.ToUnixTimeMilliseconds()).Execute());
}
