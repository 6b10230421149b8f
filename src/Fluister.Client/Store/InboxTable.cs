namespace Fluister.Client.Store;

/// <summary>Which envelopes were taken: their server's ids, the last <see cref="ClientLimits.InboxMarks"/> of them. One that comes again is
/// acknowledged and no more.</summary>
internal sealed class InboxTable(ClientStore store)
{
    private readonly StoreStatement _mark = new(store, "INSERT INTO inbox (guid) VALUES (?) ON CONFLICT DO NOTHING");
    private readonly StoreStatement _forget = new(store, "DELETE FROM inbox WHERE number <= ?");

    /// <summary>Marks an envelope; false where it was marked before.</summary>
    public bool Take(Guid envelope) => store.Transact(() =>
    {
        Span<byte> guid = stackalloc byte[16];
        envelope.TryWriteBytes(guid, bigEndian: true, out _);
        _mark.Begin().Bind(guid).Execute();
        if (store.Database.Changes == 0)
        {
            return false;
        }

        _forget.Begin().Bind(store.Database.LastRowId - ClientLimits.InboxMarks).Execute();
        return true;
    });
}
