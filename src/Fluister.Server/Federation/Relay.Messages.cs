namespace Fluister.Server.Federation;

/// <content>What messages to peers' accounts need.</content>
internal sealed partial class Relay
{
    /// <summary>Whether the accounts of a peer believe the sender certificates of ours, so that sealed messages may cross.</summary>
    public bool CanSeal(Peer peer) => _identity.IsTrustedBy(peer.Said, _time.GetUtcNow());
}
