using Fluister.Client.Transport;
using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SealedSender;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;

namespace Fluister.Client.Sending;

/// <summary>Makes the request of a message: under a seal, without saying who sends, wherever that is possible.</summary>
internal sealed class Sealing(ClientContext context, SealedAccess access, SenderCertificates certificates)
{
    /// <summary>Sends ciphertexts to an account.</summary>
    /// <returns>The answer, and whether there was a seal.</returns>
    /// <exception cref="ClientException">As <see cref="HomeServerApi.SendAsync"/> says.</exception>
    public async Task<(SendAnswer Answer, bool IsSealed)> SendAsync(
        OutgoingContent outgoing, IReadOnlyList<SealedCopy> copies, CancellationToken cancel, bool isOnline = false)
    {
        var to = outgoing.Recipient;
        var (key, identity) = context.Store.Read(() => (access.Find(to), context.Store.Identities.Find(to)?.Key));
        using (key)
        {
            var certificate = key is null || identity is null ? null : await certificates.GetAsync(cancel).ConfigureAwait(false);
            var message = new SendJson
            {
                Messages = certificate is null
                    ? [.. copies.Select(copy => new DeviceMessageJson(copy.Type, copy.Device, copy.RegistrationId, copy.Bytes))]
                    : [.. copies.Select(copy => Seal(copy, certificate, outgoing.Hint, identity!.Value))],
                Timestamp = outgoing.Timestamp,
                Online = isOnline,
                Urgent = outgoing.IsUrgent,
            };
            var answer = await context.Api.SendAsync(to, message, certificate is null ? null : key, cancel).ConfigureAwait(false);
            return (answer, certificate is not null);
        }
    }

    private static CiphertextMessage Read(SealedCopy copy) => (Envelope.Types.Type)copy.Type switch
    {
        Envelope.Types.Type.Signal => SignalMessage.Parse(copy.Bytes),
        Envelope.Types.Type.PreKey => PreKeySignalMessage.Parse(copy.Bytes),
        Envelope.Types.Type.Plaintext => PlaintextContent.Parse(copy.Bytes),
        _ => throw new ProtocolException(ProtocolError.Malformed, "The outbox holds a message of an unknown type."),
    };

    private DeviceMessageJson Seal(SealedCopy copy, SenderCertificate certificate, ContentHint hint, IdentityKey identity)
    {
        var content = new SealedContent(certificate, Read(copy), hint);
        var bytes = SealedSenderCipher.Seal(content, context.Self.AciIdentity, identity, context.Random);
        return new DeviceMessageJson((int)Envelope.Types.Type.Sealed, copy.Device, copy.RegistrationId, bytes);
    }
}
