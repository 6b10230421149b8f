using Fluister.Server.Operations;
using Fluister.Server.Requests;

namespace Fluister.Server.Limits;

/// <summary>How fast messages may come: from one account to another, from one network address to an account, from one address
/// altogether, and into one account.</summary>
/// <remarks>What comes from an address is counted before anything is looked up, so that who tries ids or keys is slowed and learns nothing.
/// What goes to an account is counted once the sender may write to it, so that nobody uses up what is another's.</remarks>
internal sealed class SendLimits(RateLimits limits, ServerOptions options)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Limit _pair = Limit.Per(Minute, options.MessagesPerPair, "messages");
    private readonly Limit _sealed = Limit.Per(Minute, options.SealedMessagesPerPair, "sealedMessages");

    // In step with the messages that an operator allows.
    private readonly Limit _bytes = ServerLimits.InboundBytes with
    {
        Refill = ServerLimits.InboundBytes.Refill * ServerLimits.MessagesPerPair / options.MessagesPerPair,
    };

    private readonly Limit _address = Limit.Per(Minute, options.MessagesPerAddress, "messagesOfAddress");

    // What has waited while the servers were apart may come at once: an hour's worth.
    private readonly Limit _ofPeer = PerHour(options.SealedMessagesPerPair, "messagesOfPeer");
    private readonly Limit _remotePair = PerHour(options.MessagesPerPair, "messagesOfRemoteAccount");

    /// <summary>A message comes from somewhere.</summary>
    /// <param name="origin">From where.</param>
    /// <param name="bytes">Its contents for all devices together.</param>
    /// <param name="recipients">To how many accounts.</param>
    /// <exception cref="RefusedException">429: too many, or too much.</exception>
    public void TakeOrigin(ulong origin, long bytes, int recipients = 1)
    {
        var (blocks, shares) = (bytes / ServerLimits.MessageBlock, (recipients - 1) / ServerLimits.RecipientsOfMessage);

        // What is larger than the whole bucket goes through when that is full.
        limits.Take(_address, origin, (int)Math.Min(1 + blocks + shares, _address.Burst));
    }

    /// <summary>An account that says who it is writes to another.</summary>
    /// <exception cref="RefusedException">429: too many.</exception>
    public void TakePair(Guid sender, Guid recipient) => limits.Take(_pair, LimitKey.Of(sender, recipient));

    /// <summary>Somebody who does not say who they are writes to an account.</summary>
    /// <exception cref="RefusedException">429: too many.</exception>
    public void TakeSealed(ulong origin, Guid recipient) => limits.Take(_sealed, LimitKey.Of(origin, recipient));

    /// <summary>A story goes to an account, or to an id that nobody has: both count alike.</summary>
    /// <exception cref="RefusedException">429: too many.</exception>
    public void TakeStory(Guid recipient) => limits.Take(ServerLimits.Stories, recipient);

    private static Limit PerHour(int perMinute, string name) =>
        Limit.Per(ServerLimits.PeerBacklog, (int)Math.Min(int.MaxValue, perMinute * (long)ServerLimits.PeerBacklog.TotalMinutes), name);

    /// <summary>Bytes go to an account.</summary>
    /// <exception cref="RefusedException">429: too much.</exception>
    public void TakeBytes(Guid recipient, long bytes) =>
        limits.Take(_bytes, recipient, (int)Math.Min(bytes, _bytes.Burst));

    /// <summary>A message comes from another home server; of one whose share is smaller it counts as several.</summary>
    /// <param name="peer">The server's tag.</param>
    /// <param name="source">Its account that says it writes; none where nobody does.</param>
    /// <param name="recipient">To whom.</param>
    /// <param name="bytes">Its contents for all devices together.</param>
    /// <param name="tokens">As how many it counts.</param>
    /// <returns>How long it is to wait; none where it may come now.</returns>
    public TimeSpan? WaitOfPeer(ulong peer, Guid? source, Guid recipient, long bytes, int tokens) =>
        limits.Wait(_ofPeer, LimitKey.Of(peer, recipient), tokens)
        ?? (source is { } account ? limits.Wait(_remotePair, LimitKey.Of(account, recipient), tokens) : null)
        ?? limits.Wait(_bytes, recipient, (int)Math.Min(bytes, _bytes.Burst));
}
