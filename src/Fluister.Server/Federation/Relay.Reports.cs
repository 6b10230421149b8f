using Fluister.Server.Messages;
using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <content>Reports of spam from peers.</content>
internal sealed partial class Relay
{
    /// <summary>Notes a report about a peer's account here, and passes it on to its home without saying who reports.</summary>
    public async Task ReportAsync(SpamReports reports, Guid reporter, Peer peer, Guid about, Guid message, byte[]? token)
    {
        var crosses = _limits.Wait(ServerLimits.ReportsToPeers, reporter) is null;
        var isNew = await reports.AddAsync(reporter, about, message, token, (session, isProven) =>
        {
            if (crosses)
            {
                var item = new Item { Report = new SpamReport { Message = Id(message), Proven = isProven } };
                Outbox.Append(session, new OutboxItem(peer.Tag, about, item));
            }
        }).ConfigureAwait(false);
        if (isNew && crosses)
        {
            Outbox.Appended?.Invoke(peer.Tag);
        }
    }
}
