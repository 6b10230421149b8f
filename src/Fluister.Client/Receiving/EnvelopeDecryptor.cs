using Fluister.Client.Sending;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Sessions;

namespace Fluister.Client.Receiving;

/// <summary>Decrypts what is inside envelopes with the sessions of the store.</summary>
/// <remarks>All within a transaction.</remarks>
internal sealed class EnvelopeDecryptor(ClientContext context, IdentityChanges identities, PniSignatures signatures)
{
    /// <summary>Decrypts a message of a session. Where it throws, nothing has changed; where it does not, <see cref="Keep"/> writes the
    /// session's new state.</summary>
    /// <exception cref="ProtocolException">It cannot be decrypted, or was before.</exception>
    public (SessionRecord Session, DecryptedMessage Message) Decrypt(OpenedEnvelope opened)
    {
        var ours = opened.Incoming.Destination;
        var local = context.Self.End(ours);
        var record = context.Store.Sessions.Get(ours, opened.Sender);

        // As Signal: a message is read whichever identity key it comes with, and a key that is new is shown to the person. Only our
        // own account has one key for ever.
        var isOwn = opened.Incoming.Sender == context.Self.Aci;
        var remote = new RemoteDevice(opened.Sender, isOwn ? context.Self.AciIdentity.Public : null);
        switch (opened.Type)
        {
            case CiphertextMessageType.Signal:
                return (record, SessionCipher.Decrypt(
                    record, local, remote, SignalMessage.Parse(opened.Message.Span), context.Random));
            case CiphertextMessageType.PreKey:
                var message = PreKeySignalMessage.Parse(opened.Message.Span);
                var held = record.Knows(message) ? new HeldPreKeys(null, null, null) : context.Store.PreKeys.Held(ours, message);
                return (record, SessionCipher.Decrypt(record, local, remote, message, held, context.Random));
            default:
                throw new ProtocolException(ProtocolError.NoSenderKey, "Messages of sender keys are not read: this client has no groups.");
        }
    }

    /// <summary>Writes what a decrypted message has changed: the session, the pre-keys that are used up, the sender's identity
    /// key.</summary>
    /// <returns>What to tell, where the sender has another identity key than before.</returns>
    /// <exception cref="ProtocolException">A handshake that was taken before, with the key of last resort.</exception>
    public IdentityChanged? Keep(OpenedEnvelope opened, SessionRecord session, DecryptedMessage message)
    {
        var (ours, from) = (opened.Incoming.Destination, opened.Incoming.Sender);
        if (message.PreKeysUsed is { } used)
        {
            context.Store.PreKeys.Use(ours, used);
        }

        var change = identities.Take(from, message.RemoteIdentity);
        context.Store.Sessions.Save(ours, opened.Sender, session);
        if (change is not null)
        {
            identities.ArchiveOthers(from, message.RemoteIdentity);
        }

        if (ours == ServiceIdKind.Pni)
        {
            signatures.Need(from);
        }

        return change;
    }
}
