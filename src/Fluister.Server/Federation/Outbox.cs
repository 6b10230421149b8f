using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;

namespace Fluister.Server.Federation;

/// <summary>What waits for each peer, in order, until the peer has answered for it. On the disk before anybody hears that it was
/// taken.</summary>
internal sealed class Outbox(SqliteDatabase database, Numbers numbers, TimeProvider time)
{
    /// <summary>Called when something was appended and is on the disk.</summary>
    public Action<ServerTag>? Appended { get; set; }

    /// <summary>Appends, all or nothing.</summary>
    /// <param name="items">For one peer or several.</param>
    /// <param name="shared">What the parts of all messages among them share; empty for nothing.</param>
    public Task AppendAsync(IReadOnlyList<OutboxItem> items, ReadOnlyMemory<byte> shared = default)
    {
        _ = (database, numbers, time, items, shared);
        throw new NotSupportedException();
    }

    /// <summary>Appends within somebody's transaction; who commits it calls <see cref="Appended"/> afterwards.</summary>
    public bool Append(SqliteSession session, OutboxItem item)
    {
        _ = (this, session, item);
        return false;
    }

    /// <summary>Offers something to a peer now or never; it is not kept, and nobody hears what became of it.</summary>
    public void Offer(OutboxItem item, ReadOnlyMemory<byte> shared = default)
    {
        _ = (this, item, shared);
        throw new NotSupportedException();
    }
}
