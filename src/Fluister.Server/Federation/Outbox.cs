using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Federation;

/// <summary>What waits for each peer, in order, until the peer has answered for it. On the disk before anybody hears that it was
/// taken.</summary>
/// <remarks>Numbers are given by the writer, so that their order is that in which items come to the disk: who has read up to a number has
/// missed none before it.</remarks>
internal sealed partial class Outbox
{
    private readonly SqliteDatabase _database;
    private readonly Numbers _numbers;
    private readonly TimeProvider _time;

    /// <summary>Keeps it in a database.</summary>
    public Outbox(SqliteDatabase database, Numbers numbers, TimeProvider time)
    {
        (_database, _numbers, _time) = (database, numbers, time);
        database.Follow(Book);
    }

    /// <summary>How much waits, as the writer knows it.</summary>
    public OutboxBook Book { get; } = new();

    /// <summary>Called when something was appended and is on the disk.</summary>
    public Action<ServerTag>? Appended { get; set; }

    /// <summary>Called with what is offered, and what its parts share.</summary>
    public Action<OutboxItem, ReadOnlyMemory<byte>>? Offered { get; set; }

    /// <summary>Appends, all or nothing.</summary>
    /// <param name="items">For one peer or several.</param>
    /// <param name="shared">What the parts of all messages among them share; empty for nothing.</param>
    /// <exception cref="RefusedException">503: too much waits already.</exception>
    public Task AppendAsync(IReadOnlyList<OutboxItem> items, ReadOnlyMemory<byte> shared = default)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _database.Post(new Appending(this, items, shared, done));
        return done.Task;
    }

    /// <summary>Appends within somebody's transaction; who commits it calls <see cref="Appended"/> afterwards.</summary>
    /// <returns>False where the peer is not known any more, or more waits than may; then nothing was done. What is no message is taken
    /// however much waits, but for receipts.</returns>
    public bool Append(SqliteSession session, OutboxItem item) =>
        Book.Open(session, item.Peer) is { } state && !IsFull(state, item.Item)
        && Append(session, item, item.Item.ToByteArray(), null, 0);

    /// <summary>Appends within somebody's transaction; who commits it calls <see cref="Announce"/> afterwards.</summary>
    /// <returns>False where too much waits for one of the peers: then nothing was done. What is for a peer that is not known any more is
    /// passed over.</returns>
    public bool TryAppend(SqliteSession session, IReadOnlyList<OutboxItem> items, ReadOnlySpan<byte> shared) =>
        TryAppend(session, items, [.. items.Select(item => item.Item.ToByteArray())], shared);

    /// <summary>Takes back an item that shares nothing, if it still waits; within somebody's transaction.</summary>
    public void Withdraw(SqliteSession session, ServerTag peer, Guid account, long number)
    {
        Span<byte> id = stackalloc byte[16];
        account.TryWriteBytes(id, bigEndian: true, out _);
        var size = session.Statement(
            "DELETE FROM outbox WHERE number = ?1 AND peer = ?2 AND account = ?3 AND payload IS NULL RETURNING size")
            .Bind(1, number).Bind(2, (long)peer.Value).Bind(3, id).Run();
        if (size is { } bytes)
        {
            Book.Add(peer, -1, -bytes);
        }
    }

    /// <summary>Items that were appended are on the disk.</summary>
    public void Announce(IReadOnlyList<OutboxItem> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (i == 0 || items[i].Peer != items[i - 1].Peer)
            {
                Appended?.Invoke(items[i].Peer);
            }
        }
    }

    /// <summary>Offers something to a peer now or never; it is not kept, and nobody hears what became of it.</summary>
    public void Offer(OutboxItem item, ReadOnlyMemory<byte> shared = default) => Offered?.Invoke(item, shared);

    /// <summary>Whether more waits than may.</summary>
    private static bool IsFull(OutboxState state, Item item) =>
        state.Bytes >= ServerLimits.OutboxBytes && item.ItemCase is Item.ItemOneofCase.Message or Item.ItemOneofCase.Receipt;

    // However much waits: who appends several has asked before the first, and what the first of them fill refuses none of the others.
    private bool Append(SqliteSession session, OutboxItem item, byte[] bytes, long? payload, int shared)
    {
        if (Book.Open(session, item.Peer) is null)
        {
            return false;
        }

        Span<byte> account = stackalloc byte[16];
        item.Account.TryWriteBytes(account, bigEndian: true, out _);
        var size = ServerLimits.OutboxItem + bytes.Length + shared;
        try
        {
            session.Statement(
                "INSERT INTO outbox (number, peer, account, size, expires, payload, item) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
                .Bind(1, _numbers.Next(session))
                .Bind(2, (long)item.Peer.Value)
                .Bind(3, account)
                .Bind(4, size)
                .Bind(5, (_time.GetUtcNow() + ServerLimits.OutboxAge).ToUnixTimeMilliseconds())
                .Bind(6, payload)
                .Bind(7, bytes)
                .Run();
        }
        catch (SqliteException gone) when (gone.SqliteErrorCode == SqliteCodes.Constraint)
        {
            // The peer was removed a moment ago.
            return false;
        }

        Book.Add(item.Peer, 1, size);
        return true;
    }

    private bool TryAppend(SqliteSession session, IReadOnlyList<OutboxItem> items, byte[][] bytes, ReadOnlySpan<byte> shared)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (Book.Open(session, items[i].Peer) is { } state && IsFull(state, items[i].Item))
            {
                return false;
            }
        }

        var (payload, used) = (default(long?), 0);
        for (var i = 0; i < items.Count; i++)
        {
            var shares = !shared.IsEmpty && items[i].Item.ItemCase == Item.ItemOneofCase.Message;
            if (shares)
            {
                payload ??= MailboxStore.Hold(session, shared, items.Count);
            }

            // Of what is shared the first bears the size.
            var isAppended = Append(session, items[i], bytes[i], shares ? payload : null, shares && used == 0 ? shared.Length : 0);
            used += isAppended && shares ? 1 : 0;
        }

        if (payload is { } held && used < items.Count)
        {
            MailboxStore.Release(session, held, items.Count - used);
        }

        return true;
    }

    private sealed class Appending(
        Outbox outbox, IReadOnlyList<OutboxItem> items, ReadOnlyMemory<byte> shared, TaskCompletionSource done) : DatabaseWork
    {
        private readonly byte[][] _bytes = [.. items.Select(item => item.Item.ToByteArray())];
        private bool _isAppended;

        public override int Bytes { get; } = shared.Length + items.Sum(item => item.Item.CalculateSize());

        public override void Run(SqliteSession session) => _isAppended = outbox.TryAppend(session, items, _bytes, shared.Span);

        public override void Complete()
        {
            if (_isAppended)
            {
                outbox.Announce(items);
                done.TrySetResult();
            }
            else
            {
                done.TrySetException(new RefusedException(Response.Unavailable(ServerLimits.OutboxRetry)));
            }
        }

        public override void Fail(Exception failure) => done.TrySetException(failure);
    }
}
