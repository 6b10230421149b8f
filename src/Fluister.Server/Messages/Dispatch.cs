using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Challenges;
using Fluister.Server.Federation;
using Fluister.Server.Limits;
using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Server.Messages;

/// <summary>Decides whether a message may be sent, and puts it into the mailboxes.</summary>
/// <remarks>The order of the checks is the service's own: who may, whether there is such an account, the devices, the sizes. A sender whose
/// access key does not fit learns nothing of whether there is an account.</remarks>
internal sealed partial class Dispatch(
    SqliteDatabase database,
    AccountStore accounts,
    MailboxStore mailboxes,
    Relay relay,
    SpamReports reports,
    ServerClock clock,
    SendLimits limits,
    ChallengeBook challenges)
{
    // A device can go between the look at the account and the writing; then the look is repeated.
    private const int Tries = 3;

    /// <summary>Sends to one account's devices.</summary>
    /// <exception cref="RefusedException">400 or 413: not a message that anybody may send; 429: too many.</exception>
    public async Task<SendOutcome> SendAsync(OutgoingMessage message)
    {
        long bytes = 0;
        foreach (var part in message.Parts)
        {
            bytes += part.Content.Length;
        }

        limits.TakeOrigin(message.Origin, bytes);
        if (message.IsStory)
        {
            limits.TakeStory(message.Target.Uuid);
        }

        if (relay.PeerOf(message.Target.Uuid) is { } peer)
        {
            return await SendAsync(peer, message, bytes).ConfigureAwait(false);
        }

        for (var i = 0; i < Tries; i++)
        {
            var account = Find(message.Target);
            var isOwn = message.Sender is { } sender && account?.Aci == sender.Account.Aci;
            if (Refusal(message, account, isOwn) is { } refusal)
            {
                return refusal;
            }

            if (i == 0 && Take(message, account!.Aci, isOwn, bytes) is { } challenge)
            {
                return new SendOutcome.Challenged(challenge);
            }

            if (Mismatch(message.Parts, account!, message.Target.Kind, isOwn ? message.Sender!.Device.Id : null) is { } mismatch)
            {
                return new SendOutcome.Mismatched(mismatch);
            }

            if (message.Parts.Any(part => part.Content.Length > ServerLimits.MessageContent))
            {
                throw new RefusedException(413);
            }

            var letters = new NewLetter[message.Parts.Count];
            for (var part = 0; part < letters.Length; part++)
            {
                letters[part] = Letter(message.Parts[part], message, account!.Aci);
            }

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

    // In the service's order: how many, to how many strangers, how much. What goes to an own device counts by its size alone.
    private Challenge? Take(OutgoingMessage message, Guid recipient, bool isOwn, long bytes)
    {
        if (message.Sender is { } sender && !isOwn)
        {
            limits.TakePair(sender.Account.Aci, recipient);
            if (challenges.Require(sender.Account.Aci, recipient) is { } challenge)
            {
                return challenge;
            }
        }
        else if (message.Sender is null && !message.IsStory)
        {
            limits.TakeSealed(message.Origin, recipient);
        }

        limits.TakeBytes(recipient, bytes);
        return null;
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

    // The same without making lists, for the usual case: each of the account's devices once, in whatever order. Parts name each once.
    private static bool Fits(IReadOnlyList<DevicePart> parts, Account account, ServiceIdKind kind, int? excluded)
    {
        if (parts.Count != account.Devices.Count - (excluded is { } own && account.Find(own) is not null ? 1 : 0))
        {
            return false;
        }

        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Device == excluded || account.Find(parts[i].Device) is not { } device
                || parts[i].RegistrationId != (kind == ServiceIdKind.Aci ? device.RegistrationId : device.PniRegistrationId))
            {
                return false;
            }
        }

        return true;
    }

    private static DeviceMismatch? Mismatch(IReadOnlyList<DevicePart> parts, Account account, ServiceIdKind kind, int? excluded)
    {
        if (Fits(parts, account, kind, excluded))
        {
            return null;
        }

        return Mismatch(
            parts,
            account.Devices.Where(device => device.Id != excluded).ToDictionary(
                device => device.Id,
                device => kind == ServiceIdKind.Aci ? device.RegistrationId : device.PniRegistrationId));
    }

    private static DeviceMismatch? Mismatch(IReadOnlyList<DevicePart> parts, Dictionary<int, int?> expected)
    {
        var given = parts.Select(part => part.Device).ToHashSet();
        List<int> missing = [.. expected.Keys.Where(id => !given.Contains(id))];
        List<int> extra = [.. given.Where(id => !expected.ContainsKey(id))];
        List<int> stale = [.. parts
            .Where(part => expected.TryGetValue(part.Device, out var registrationId) && part.RegistrationId != registrationId)
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
        Span<byte> token = stackalloc byte[SpamReports.TokenBytes];
        reports.WriteToken(aci, guid, token);
        var now = (ulong)clock.Now.ToUnixTimeMilliseconds();
        var head = new EnvelopeHead
        {
            Type = part.Type,
            ClientTimestamp = message.Timestamp == 0 ? now : message.Timestamp,
            ServerTimestamp = now,
            Source = message.Sender is { } sender ? ServiceId.Aci(sender.Account.Aci) : null,
            SourceDevice = message.Sender?.Device.Id ?? 0,
            Destination = message.Target,
            Guid = guid,
            ReportSpamToken = token,
            IsUrgent = message.IsUrgent,
            IsStory = message.IsStory,
        };
        return new NewLetter(
            new MailboxKey(aci, part.Device),
            EnvelopeWriter.Write(head, part.Content.Span),
            message.IsStory,
            DeliveryReceipt.For(head, part.Device))
        {
            RegistrationId = part.RegistrationId,
            IsForPni = message.Target.Kind == ServiceIdKind.Pni,
        };
    }
}
