using System.Globalization;
using Fluister.Archive.Accounts;
using Fluister.Cryptography;
using Fluister.SqlCipher;

namespace Fluister.Simulation.Network;

/// <summary>A message as it stands in a device's store.</summary>
/// <param name="Author">Who wrote it, by the store.</param>
/// <param name="Device">With which device.</param>
/// <param name="Conversation">With whom.</param>
/// <param name="SentAt">The author's time.</param>
/// <param name="Text">What it says.</param>
internal sealed record HistoryRow(Guid Author, int Device, Guid Conversation, long SentAt, string Text)
{
    /// <summary>Reads a store in the order in which it was written, by SQL and not by the client; the client may have it open.</summary>
    /// <param name="folder">The account's folder.</param>
    /// <param name="key">The store's key.</param>
    /// <param name="self">Whose store it is.</param>
    public static IReadOnlyList<HistoryRow> Read(string folder, Secret key, Guid self)
    {
        using var store = CipherStore.Open(AccountFolder.At(folder).Database, key);
        using var rows = store.Prepare("""
            SELECT m.type, m.sourceServiceId, c.serviceId, m.sent_at, m.body, m.sourceDevice
            FROM messages m JOIN conversations c ON c.id = m.conversationId
            WHERE m.type IN ('incoming', 'outgoing') AND m.body IS NOT NULL ORDER BY m.rowid
            """);
        var read = new List<HistoryRow>();
        while (rows.Step())
        {
            var author = rows.Text(1) is { } source ? Guid.Parse(source, CultureInfo.InvariantCulture)
                : rows.Text(0) == "outgoing" ? self : Guid.Empty;
            read.Add(new HistoryRow(
                author, (int)rows.Int64(5), Guid.Parse(rows.Text(2)!, CultureInfo.InvariantCulture), rows.Int64(3), rows.Text(4)!));
        }

        return read;
    }
}
