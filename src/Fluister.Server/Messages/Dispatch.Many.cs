using System.Security.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.Server.Accounts;
using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Google.Protobuf;

namespace Fluister.Server.Messages;

// Messages for many: one payload, and for each recipient's devices a view of it.
internal sealed partial class Dispatch
{
    /// <summary>Sends to the devices of many accounts, with one payload.</summary>
    /// <exception cref="RefusedException">400 or 413: not a message that anybody may send.</exception>
    public async Task<ManyOutcome> SendToManyAsync(MessageForMany message)
    {
        var parsed = Parse(message.Body);
        if (!message.IsStory && message.AccessKey.IsEmpty)
        {
            return new ManyOutcome.NotAuthorized();
        }

        for (var i = 0; i < Tries; i++)
        {
            var resolved = parsed.Recipients.Select(recipient => (Recipient: recipient, Account: Find(recipient.Account))).ToList();
            if (!message.IsStory && Refusal(resolved, message.AccessKey.Span) is { } refusal)
            {
                return refusal;
            }

            // A story tells nobody who has an account.
            resolved.RemoveAll(entry => entry.Account is null);
            if (MultiRecipientMessage.KeyMaterialBytes + 1 + parsed.Shared.Length > ServerLimits.MessageContent)
            {
                throw new RefusedException(413);
            }

            List<KeyValuePair<ServiceId, DeviceMismatch>> mismatched = [.. resolved
                .Select(entry => (entry.Recipient.Account,
                    Devices: Mismatch(Parts(entry.Recipient), entry.Account!, entry.Recipient.Account.Kind, null)))
                .Where(entry => entry.Devices is not null)
                .Select(entry => KeyValuePair.Create(entry.Account, entry.Devices!))];
            if (mismatched.Count > 0)
            {
                return new ManyOutcome.Mismatched(mismatched);
            }

            List<NewLetter> letters = [.. resolved.SelectMany(entry => Letters(entry.Recipient, entry.Account!.Aci, message))];
            if (message.IsEphemeral)
            {
                mailboxes.Offer(letters, parsed.Shared);
            }
            else if (!await mailboxes.AppendAsync(letters, parsed.Shared).ConfigureAwait(false))
            {
                continue;
            }

            return new ManyOutcome.Sent([]);
        }

        throw new StoreBusyException();
    }

    private static MultiRecipientMessage Parse(ReadOnlyMemory<byte> body)
    {
        MultiRecipientMessage parsed;
        try
        {
            parsed = MultiRecipientMessage.Parse(body);
        }
        catch (Exception malformed) when (malformed is ProtocolException or CryptographicException)
        {
            throw new RefusedException(400);
        }

        var isUsable = parsed.Recipients.Count is > 0 and <= ServerLimits.MultiRecipients && parsed.Recipients.All(recipient =>
            recipient.Devices.Count > 0 && recipient.Devices.DistinctBy(device => device.Device).Count() == recipient.Devices.Count);
        return isUsable ? parsed : throw new RefusedException(400);
    }

    private static ManyOutcome? Refusal(List<(MultiRecipient Recipient, Account? Account)> resolved, ReadOnlySpan<byte> key)
    {
        if (resolved.Exists(entry => entry.Account is null))
        {
            return new ManyOutcome.NoSuchAccount();
        }

        return resolved.TrueForAll(entry => entry.Recipient.Account.Kind == ServiceIdKind.Aci)
            && UnidentifiedAccess.OpensAll(resolved.Select(entry => entry.Account!), key)
            ? null
            : new ManyOutcome.NotAuthorized();
    }

    private static List<DevicePart> Parts(MultiRecipient recipient) =>
        [.. recipient.Devices.Select(device =>
            new DevicePart((int)device.Device, (int)device.RegistrationId, Wire.Protos.Envelope.Types.Type.Sealed, default))];

    private IEnumerable<NewLetter> Letters(MultiRecipient recipient, Guid aci, MessageForMany message) => recipient.Devices.Select(device =>
    {
        var guid = clock.NewGuid();
        var envelope = Envelope(
            Wire.Protos.Envelope.Types.Type.Sealed, recipient.Account, guid, message.Timestamp, message.IsUrgent, message.IsStory);
        envelope.Content = UnsafeByteOperations.UnsafeWrap(recipient.KeyMaterial);
        envelope.ReportSpamToken = UnsafeByteOperations.UnsafeWrap(reports.Token(aci, guid));
        return new NewLetter(new MailboxKey(aci, (int)device.Device), guid, envelope.ToByteArray());
    });
}
