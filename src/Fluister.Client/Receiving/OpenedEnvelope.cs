using Fluister.Protocol.Addresses;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SealedSender;

namespace Fluister.Client.Receiving;

/// <summary>An envelope of which the outside is read, and the seal is off: whose it is is known, what it says is not yet.</summary>
/// <param name="Incoming">Who, when, to which id.</param>
/// <param name="Type">Of which kind the message inside is.</param>
/// <param name="Message">The message inside, not read yet: a report on a failure needs it even where it cannot be read.</param>
/// <param name="Hint">What to do when it cannot be decrypted.</param>
internal sealed record OpenedEnvelope(
    Incoming Incoming, CiphertextMessageType Type, ReadOnlyMemory<byte> Message, ContentHint Hint)
{
    /// <summary>The device that sent it.</summary>
    public ProtocolAddress Sender => new(Incoming.Sender, Incoming.Device);
}
