using System.Security.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;
using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Fluister.Wire.Protos;
using Fluister.Wire.Protos.Federation;

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
            var resolved = await ResolveAsync(parsed.Recipients, message).ConfigureAwait(false);
            if (!message.IsStory && Refusal(resolved, message.AccessKey.Span) is { } refusal)
            {
                return refusal;
            }

            if (i == 0)
            {
                Take(message, resolved);
            }

            // A story tells nobody who has an account.
            resolved.RemoveAll(entry => !entry.IsThere);
            if (MultiRecipientMessage.KeyMaterialBytes + 1 + parsed.Shared.Length > ServerLimits.MessageContent)
            {
                throw new RefusedException(413);
            }

            List<KeyValuePair<ServiceId, DeviceMismatch>> mismatched = [.. resolved
                .Select(entry => (entry.Recipient.Account, Devices: entry.Remote is { } remote
                    ? Mismatch(Parts(entry.Recipient), remote)
                    : Mismatch(Parts(entry.Recipient), entry.Account!, entry.Recipient.Account.Kind, null)))
                .Where(entry => entry.Devices is not null)
                .Select(entry => KeyValuePair.Create(entry.Account, entry.Devices!))];
            if (mismatched.Count > 0)
            {
                return new ManyOutcome.Mismatched(mismatched);
            }

            List<NewLetter> letters = [.. resolved.Where(entry => entry.Account is not null)
                .SelectMany(entry => Letters(entry.Recipient, entry.Account!.Aci, message))];
            List<OutboxItem> items = [.. resolved.Where(entry => entry.Remote is not null)
                .OrderBy(entry => entry.Peer!.Tag.Value)
                .Select(entry => new OutboxItem(
                    entry.Peer!.Tag, entry.Remote!.Aci, new Item { Message = Write(entry.Recipient, message) }))];
            if (message.IsEphemeral)
            {
                mailboxes.Offer(letters, parsed.Shared);
                items.ForEach(item => relay.Outbox.Offer(item, parsed.Shared));
            }
            else if (!await AppendAsync(letters, items, parsed.Shared).ConfigureAwait(false))
            {
                continue;
            }

            return new ManyOutcome.Sent([]);
        }

        throw new StoreBusyException();
    }

    // By size alone where it comes from counts, as with Signal's: one member's full allowance shall not stop a group.
    private void Take(MessageForMany message, List<ManyRecipient> resolved)
    {
        foreach (var entry in resolved)
        {
            if (message.IsStory)
            {
                limits.TakeStory(entry.Recipient.Account.Uuid);
            }
            else
            {
                limits.TakeSealed(message.Origin, entry.Account?.Aci ?? entry.Remote!.Aci);
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

    private ManyOutcome? Refusal(List<ManyRecipient> resolved, ReadOnlySpan<byte> key)
    {
        // What is sealed is believed only where our certificates are.
        if (resolved.Exists(entry => entry.Peer is { } peer && !relay.CanSeal(peer)))
        {
            return new ManyOutcome.NotAuthorized();
        }

        if (resolved.Exists(entry => !entry.IsThere))
        {
            return new ManyOutcome.NoSuchAccount();
        }

        // Keys of accounts elsewhere are not known here, so that nothing is known of their exclusive or.
        return resolved.TrueForAll(entry =>
                entry.Recipient.Account.Kind == ServiceIdKind.Aci && entry.Remote is null or { IsUnrestricted: true })
            && UnidentifiedAccess.OpensAll(resolved.Select(entry => entry.Account).OfType<Account>(), key)
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
                message.IsStory)
            {
                RegistrationId = (int)recipient.Devices[i].RegistrationId,
                IsForPni = recipient.Account.Kind == ServiceIdKind.Pni,
            };
        }

        return letters;
    }
}
