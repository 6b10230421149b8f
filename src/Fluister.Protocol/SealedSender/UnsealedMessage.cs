using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.SealedSender;

/// <summary>A sealed message that was opened, whose sender is certain; its content is still encrypted by a session or a sender
/// key.</summary>
/// <param name="Content">The message, its hint and its group.</param>
/// <param name="Server">The certificate of the server that vouches for the sender: whether the account can be that server's is
/// the caller's to check.</param>
public sealed record UnsealedMessage(SealedContent Content, ServerCertificate Server)
{
    /// <summary>The device that sent it.</summary>
    public ProtocolAddress Sender => Content.Sender.Sender;

    /// <summary>The identity key of the sender, which the seal proves and the certificate states.</summary>
    public IdentityKey Identity => Content.Sender.Identity;
}
