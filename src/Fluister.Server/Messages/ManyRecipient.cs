using Fluister.Protocol.SealedSender;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;

namespace Fluister.Server.Messages;

/// <summary>One of many who get a message.</summary>
/// <param name="Recipient">As the sender names them.</param>
/// <param name="Account">Their account, where it is one of this server.</param>
/// <param name="Peer">Their home, where it is another server.</param>
/// <param name="Remote">What is known of their account there.</param>
internal readonly record struct ManyRecipient(
    MultiRecipient Recipient, Account? Account, Peer? Peer = null, RemoteAccount? Remote = null)
{
    /// <summary>Whether there is such an account.</summary>
    public bool IsThere => Account is not null || Remote is not null;
}
