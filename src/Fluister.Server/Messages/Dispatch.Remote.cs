using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.Messages;

// Messages to an account of another home server: the same checks in the same order, by what is known here of the account, and then into
// the outbox. Whether the other server is up makes no difference to the sender, once something is known.
internal sealed partial class Dispatch
{
    private async Task<SendOutcome> SendAsync(Peer peer, OutgoingMessage message, long bytes)
    {
        var account = await FindAsync(peer, message).ConfigureAwait(false);
        if (Refusal(message, account) is { } refusal)
        {
            return refusal;
        }

        if (Take(message, account!.Aci, isOwn: false, bytes) is { } challenge)
        {
            return new SendOutcome.Challenged(challenge);
        }

        if (Mismatch(message.Parts, account) is { } mismatch)
        {
            return new SendOutcome.Mismatched(mismatch);
        }

        if (message.Parts.Any(part => part.Content.Length > ServerLimits.MessageContent))
        {
            throw new RefusedException(413);
        }

        var item = new OutboxItem(peer.Tag, account.Aci, new Item { Message = Write(message) });
        if (message.IsEphemeral)
        {
            relay.Outbox.Offer(item);
        }
        else
        {
            await relay.Outbox.AppendAsync([item]).ConfigureAwait(false);
        }

        return new SendOutcome.Sent(NeedsSync: message.Sender?.Account.Devices.Count > 1);
    }

    private ValueTask<RemoteAccount?> FindAsync(Peer peer, OutgoingMessage message)
    {
        // The ids of numbers are nobody's business but their home's; and what is sealed is believed only where our certificates are.
        if (message.Target.Kind != ServiceIdKind.Aci || (message.Sender is null && !relay.CanSeal(peer)))
        {
            return new(result: null);
        }

        LimitKey asker = message.Sender is { } sender ? sender.Account.Aci : message.Origin;
        return message.IsStory
            ? new(FindForStory(peer, message.Target.Uuid, asker))
            : relay.Accounts.FindAsync(peer, message.Target.Uuid, CancellationToken.None, asker);
    }

    // A story does not wait for the home of an account that nothing is known of: how long that took would tell whether there is one.
    private RemoteAccount? FindForStory(Peer peer, Guid aci, LimitKey asker)
    {
        if (relay.Accounts.Known(aci) is not { } known)
        {
            relay.Accounts.Ask(peer, aci, asker);
            return null;
        }

        return known.IsThere ? known : null;
    }

    private static SendOutcome? Refusal(OutgoingMessage message, RemoteAccount? account)
    {
        if (message.IsStory)
        {
            return account is null ? new SendOutcome.Sent(NeedsSync: false) : null;
        }

        if (message.Sender is null)
        {
            return UnidentifiedAccess.Opens(account, message.AccessKey.Span) ? null : new SendOutcome.NotAuthorized();
        }

        return account is null ? new SendOutcome.NoSuchAccount() : null;
    }

    private static DeviceMismatch? Mismatch(IReadOnlyList<DevicePart> parts, RemoteAccount account)
    {
        var fits = parts.Count == account.Devices.Count;
        for (var i = 0; fits && i < parts.Count; i++)
        {
            fits = account.RegistrationId(parts[i].Device) == parts[i].RegistrationId;
        }

        return fits
            ? null
            : Mismatch(parts, account.Devices.ToDictionary(device => device.Id, device => (int?)device.RegistrationId));
    }

    private Message Write(OutgoingMessage message)
    {
        var written = new Message
        {
            Timestamp = message.Timestamp == 0 ? (ulong)clock.Now.ToUnixTimeMilliseconds() : message.Timestamp,
            AccessKey = ByteString.CopyFrom(message.AccessKey.Span),
            Urgent = message.IsUrgent,
            Story = message.IsStory,
        };
        if (message.Sender is { } sender)
        {
            written.Source = ByteString.CopyFrom(AccountStore.Bytes(sender.Account.Aci));
            written.SourceDevice = (uint)sender.Device.Id;
        }

        for (var i = 0; i < message.Parts.Count; i++)
        {
            var part = message.Parts[i];
            written.Parts.Add(new Message.Types.Part
            {
                Device = (uint)part.Device,
                RegistrationId = (uint)part.RegistrationId,
                Type = (uint)part.Type,
                Content = UnsafeByteOperations.UnsafeWrap(part.Content),
            });
        }

        return written;
    }
}
