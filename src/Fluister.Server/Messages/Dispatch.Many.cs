using System.Security.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.Server.Accounts;
using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Fluister.Wire.Protos;

namespace Fluister.Server.Messages;

// Messages for many: one payload, and for each recipient's devices a view of it.
internal sealed partial class Dispatch
{
    /// <summary>Sends to the devices of many accounts, with one payload.</summary>
    /// <exception cref="RefusedException">400 or 413: not a message that anybody may send; 429: too many.</exception>
    public async Task<ManyOutcome> SendToManyAsync(MessageForMany message)
    {
        var parsed = Parse(message.Body);
        limits.TakeOrigin(message.Origin, message.Body.Length, parsed.Recipients.Count);
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

            if (i == 0)
            {
                Take(message, resolved);
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

    // By size alone where it comes from counts, as with Signal's: one member's full allowance shall not stop a group.
    private void Take(MessageForMany message, List<(MultiRecipient Recipient, Account? Account)> resolved)
    {
        foreach (var (recipient, account) in resolved)
        {
            if (message.IsStory)
            {
                limits.TakeStory(recipient.Account.Uuid);
            }
            else
            {
                limits.TakeSealed(message.Origin, account!.Aci);
            }
        }
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
            new DevicePart((int)device.Device, (int)device.RegistrationId, Envelope.Types.Type.Sealed, default))];

    private NewLetter[] Letters(MultiRecipient recipient, Guid aci, MessageForMany message)
    {
        var letters = new NewLetter[recipient.Devices.Count];
        Span<byte> token = stackalloc byte[SpamReports.TokenBytes];
        var now = (ulong)clock.Now.ToUnixTimeMilliseconds();
        for (var i = 0; i < letters.Length; i++)
        {
            var guid = clock.NewGuid();
            reports.WriteToken(aci, guid, token);
            var head = new EnvelopeHead
            {
                Type = Envelope.Types.Type.Sealed,
                ClientTimestamp = message.Timestamp == 0 ? now : message.Timestamp,
                ServerTimestamp = now,
                Destination = recipient.Account,
                Guid = guid,
                ReportSpamToken = token,
                IsUrgent = message.IsUrgent,
                IsStory = message.IsStory,
            };
            letters[i] = new NewLetter(
                new MailboxKey(aci, (int)recipient.Devices[i].Device),
                EnvelopeWriter.Write(head, recipient.KeyMaterial.Span),
                message.IsStory);
        }

        return letters;
    }
}
