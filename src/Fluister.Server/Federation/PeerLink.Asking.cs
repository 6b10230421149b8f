using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

// What the peer does not take.
internal sealed partial class PeerLink
{
    private int _most = ServerLimits.TransactionItems;
    private int _alone;

    private async Task<TransactionResponse> AskAsync(Peer peer, OutboxBatch batch, CancellationToken stopping)
    {
        try
        {
            var answer = await relay.Client.AskAsync<TransactionResponse>(
                peer, "transactions", batch.Transaction, ServerLimits.TransactionPatience, stopping).ConfigureAwait(false);
            (_most, _alone) = (Math.Min(2 * _most, ServerLimits.TransactionItems), 0);
            return answer;
        }
        catch (PeerException failed) when (failed.IsOfRequest)
        {
            Narrow(batch.Items);
            throw;
        }
    }

    // There may be an item in it that the peer takes no transaction with: fewer at a time, until that one is alone; then its account is
    // held back for a while, and what waits for others goes on.
    private void Narrow(IReadOnlyList<WaitingItem> items)
    {
        if (items.Count > 1)
        {
            _most = items.Count / 2;
        }
        else if (items.Count == 1 && ++_alone >= ServerLimits.RefusedAlone)
        {
            _alone = 0;
            _held.Add(items[0].Account, items[0].Number, time.GetUtcNow() + ServerLimits.LateRetry);
        }
    }
}
