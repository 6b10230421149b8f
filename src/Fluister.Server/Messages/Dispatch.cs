using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Server.Messages;

/// <summary>Decides whether a message may be sent, and puts it into the mailboxes.</summary>
/// <remarks>The order of the checks is the service's own: who may, whether there is such an account, the devices, the sizes. A sender whose
/// access key does not fit learns nothing of whether there is an account.</remarks>
internal sealed partial class Dispatch(AccountStore accounts, MailboxStore mailboxes, SpamReports reports, ServerClock clock)
{
    // A device can go between the look at the account and the writing; then the look is repeated.
    private const int Tries = 3;

    /// <summary>Sends to one account's devices.</summary>
    /// <exception cref="RefusedException">400 or 413: not a message that anybody may send.</exception>
    public async Task<SendOutcome> SendAsync(OutgoingMessage message)
    {
        for (var i = 0; i < Tries; i++)
        {
            var account = Find(message.Target);
            var isOwn = message.Sender is { } sender && account?.Aci == sender.Account.Aci;
            if (Refusal(message, account, isOwn) is { } refusal)
            {
                return refusal;
            }

            if (Mismatch(message.Parts, account!, message.Target.Kind, isOwn ? message.Sender!.Device.Id : null) is { } mismatch)
            {
                return new SendOutcome.Mismatched(mismatch);
            }

            if (message.Parts.Any(part => part.Content.Length > ServerLimits.MessageContent))
            {
                throw new RefusedException(413);
            }

            List<NewLetter> letters = [.. message.Parts.Select(part => Letter(part, message, account!.Aci))];
            if (message.IsEphemeral)
            {
                mailboxes.Offer(letters);
            }
            else if (!await mailboxes.AppendAsync(letters).ConfigureAwait(false))
            {
                continue;
            }

            return new SendOutcome.Sent(NeedsSync: !isOwn && message.Sender?.Account.Devices.Count > 1);
        }

        throw new StoreBusyException();
    }

    private static SendOutcome? Refusal(OutgoingMessage message, Account? account, bool isOwn)
    {
        if (message.IsStory)
        {
            return account is null ? new SendOutcome.Sent(NeedsSync: false) : null;
        }

        if (message.Sender is null)
        {
            var open = message.Target.Kind == ServiceIdKind.Aci && UnidentifiedAccess.Opens(account, message.AccessKey.Span);
            return open ? null : new SendOutcome.NotAuthorized();
        }

        if (isOwn && message.Target.Kind == ServiceIdKind.Pni)
        {
            throw new RefusedException(403);
        }

        return account is null ? new SendOutcome.NoSuchAccount() : null;
    }

    private static DeviceMismatch? Mismatch(IReadOnlyList<DevicePart> parts, Account account, ServiceIdKind kind, int? excluded)
    {
        var expected = account.Devices.Where(device => device.Id != excluded).ToDictionary(device => device.Id);
        var given = parts.Select(part => part.Device).ToHashSet();
        List<int> missing = [.. expected.Keys.Where(id => !given.Contains(id))];
        List<int> extra = [.. given.Where(id => !expected.ContainsKey(id))];
        List<int> stale = [.. parts
            .Where(part => expected.TryGetValue(part.Device, out var device)
                && part.RegistrationId != (kind == ServiceIdKind.Aci ? device.RegistrationId : device.PniRegistrationId))
            .Select(part => part.Device)];
        return missing.Count + extra.Count + stale.Count > 0 ? new DeviceMismatch(missing, extra, stale) : null;
    }

    // An account that was disabled is one that is not there; an id of the one kind does not find by the other.
    private Account? Find(ServiceId target) =>
        accounts.Find(target.Uuid) is { IsDisabled: false } account && (account.Aci == target.Uuid) == (target.Kind == ServiceIdKind.Aci)
            ? account
            : null;

    private NewLetter Letter(DevicePart part, OutgoingMessage message, Guid aci)
    {
        var guid = clock.NewGuid();
        var envelope = Envelope(part.Type, message.Target, guid, message.Timestamp, message.IsUrgent, message.IsStory);
        envelope.Content = UnsafeByteOperations.UnsafeWrap(part.Content);
        envelope.ReportSpamToken = UnsafeByteOperations.UnsafeWrap(reports.Token(aci, guid));
        if (message.Sender is { } sender)
        {
            envelope.SourceServiceId = UnsafeByteOperations.UnsafeWrap(ServiceId.Aci(sender.Account.Aci).ToBytes());
            envelope.SourceDevice = (uint)sender.Device.Id;
        }

        return new NewLetter(new MailboxKey(aci, part.Device), guid, envelope.ToByteArray());
    }

    private Envelope Envelope(Envelope.Types.Type type, ServiceId target, Guid guid, ulong timestamp, bool isUrgent, bool isStory)
    {
        var now = (ulong)clock.Now.ToUnixTimeMilliseconds();
        var envelope = new Envelope
        {
            Type = type,
            ClientTimestamp = timestamp == 0 ? now : timestamp,
            ServerTimestamp = now,
            DestinationServiceId = UnsafeByteOperations.UnsafeWrap(target.ToBytes()),
            ServerGuid = UnsafeByteOperations.UnsafeWrap(AccountStore.Bytes(guid)),
            Urgent = isUrgent,
        };
        if (isStory)
        {
            envelope.Story = true;
        }

        return envelope;
    }
}
