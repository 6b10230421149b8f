using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.Server.Accounts;
using Fluister.Server.Mailboxes;
using Fluister.Server.Messages;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Protos;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;
using DeliveryReceipt = Fluister.Server.Messages.DeliveryReceipt;
using Kind = Fluister.Wire.Protos.Federation.Outcome.Types.Kind;

namespace Fluister.Server.Federation;

// What an item is to do, before the database is written to.
internal sealed partial class Inbox
{
    private static Guid? Id(ByteString bytes) => bytes.Length == 16 ? new Guid(bytes.Span, bigEndian: true) : null;

    private static Guid? Id(ByteString bytes, ServerTag tag) => Id(bytes) is { } id && ServerTag.Of(id) == tag ? id : null;

    private static bool IsDevice(uint id) => id is > 0 and <= ServerLimits.PeerDevice;

    private static bool IsType(uint type) => (Envelope.Types.Type)type is
        Envelope.Types.Type.Signal or Envelope.Types.Type.PreKey or Envelope.Types.Type.Sealed or Envelope.Types.Type.Plaintext;

    private IncomingItem Look(Peer peer, Transaction transaction, Item item)
    {
        // Of what is as old as that nobody knows any more whether it has come already.
        if (item.Number > 0 && (long)item.Number < Numbers.At(clock.Now - ServerLimits.MarkAge))
        {
            return new IncomingItem(item, Guid.Empty, Kind.Refused);
        }

        // What is about an account of this server's, and what is about one of the peer's.
        var isOurs = item.ItemCase is Item.ItemOneofCase.Message or Item.ItemOneofCase.Receipt or Item.ItemOneofCase.Report;
        if (Id(item.Account, isOurs ? own : peer.Tag) is not { } id)
        {
            return new IncomingItem(item, Guid.Empty, Kind.Refused);
        }

        // An account that was disabled is one that is not there.
        var account = isOurs && accounts.Find(id) is { IsDisabled: false } found && found.Aci == id ? found : null;
        var looked = item.ItemCase switch
        {
            Item.ItemOneofCase.Message => LookAtMessage(peer, transaction, item, id, account),
            Item.ItemOneofCase.Receipt => LookAtReceipt(peer, item, id, account),
            Item.ItemOneofCase.Devices => new IncomingItem(item, id, Id(item.Devices.Aci) == id ? Kind.Done : Kind.Refused),
            Item.ItemOneofCase.Deleted => new IncomingItem(item, id, Kind.Done),
            Item.ItemOneofCase.Report => new IncomingItem(
                item, id, Id(item.Report.Message) is null ? Kind.Refused : account is null ? Kind.Nobody : Kind.Done),
            _ => new IncomingItem(item, id, Kind.Refused),
        };
        return looked with { IsMarked = account is not null };
    }

    private static bool IsSound(Transaction transaction, Message message)
    {
        if (message.Parts.Count is 0 or > ServerLimits.PeerDevice || message.Payload > transaction.Payloads.Count
            || message.Timestamp > (ulong)ServerLimits.LatestTimestamp)
        {
            return false;
        }

        var shared = message.Payload > 0 ? transaction.Payloads[(int)message.Payload - 1].Length : 0;
        UInt128 seen = 0;
        foreach (var part in message.Parts)
        {
            if (!IsDevice(part.Device) || !IsType(part.Type) || (seen >> (int)part.Device & 1) == 1
                || part.RegistrationId > int.MaxValue || part.Content.Length + shared > ServerLimits.MessageContent
                || (shared > 0 && ((Envelope.Types.Type)part.Type != Envelope.Types.Type.Sealed
                    || part.Content.Length != MultiRecipientMessage.KeyMaterialBytes)))
            {
                return false;
            }

            seen |= UInt128.One << (int)part.Device;
        }

        return true;
    }

    private IncomingItem LookAtMessage(Peer peer, Transaction transaction, Item item, Guid id, Account? account)
    {
        var message = item.Message;
        Guid? source = null;
        var isSound = IsSound(transaction, message);
        if (!message.Source.IsEmpty)
        {
            source = Id(message.Source, peer.Tag);
            isSound &= source is not null && IsDevice(message.SourceDevice) && !message.Story;
        }

        if (!isSound)
        {
            return new IncomingItem(item, id, Kind.Refused);
        }

        // A story tells nobody who has an account.
        if (message.Story ? account is null : source is null && !UnidentifiedAccess.Opens(account, message.AccessKey.Span))
        {
            return new IncomingItem(item, id, message.Story ? Kind.Done : Kind.NotAuthorized);
        }

        if (account is null)
        {
            return new IncomingItem(item, id, Kind.Nobody);
        }

        var letters = Letters(item, source, account);
        return new IncomingItem(item, id, Fate(message, letters, account))
        {
            Source = source,
            Letters = letters,
            Shared = message.Payload > 0 ? transaction.Payloads[(int)message.Payload - 1].Memory : default,
        };
    }

    // For those devices that are as the sender believed.
    private List<NewLetter> Letters(Item item, Guid? source, Account account)
    {
        var message = item.Message;
        var letters = new List<NewLetter>(message.Parts.Count);
        Span<byte> token = stackalloc byte[SpamReports.TokenBytes];
        var taken = Taken((long)item.Number);
        foreach (var part in message.Parts)
        {
            if (account.Find((int)part.Device) is not { } device || device.RegistrationId != (int)part.RegistrationId)
            {
                continue;
            }

            var guid = clock.NewGuid();
            reports.WriteToken(account.Aci, guid, token);
            var head = new EnvelopeHead
            {
                Type = (Envelope.Types.Type)part.Type,
                ClientTimestamp = message.Timestamp == 0 ? taken : message.Timestamp,
                ServerTimestamp = taken,
                Source = source is { } aci ? ServiceId.Aci(aci) : null,
                SourceDevice = (int)message.SourceDevice,
                Destination = ServiceId.Aci(account.Aci),
                Guid = guid,
                ReportSpamToken = token,
                IsUrgent = message.Urgent,
                IsStory = message.Story,
            };
            letters.Add(new NewLetter(
                new MailboxKey(account.Aci, device.Id),
                EnvelopeWriter.Write(head, part.Content.Span),
                message.Story,
                DeliveryReceipt.For(head, device.Id)));
        }

        return letters;
    }

    // When its home took it: it may have waited since, and clients hold sender certificates against this time.
    private ulong Taken(long number)
    {
        var now = clock.Now;
        var taken = number == 0 ? now : Numbers.Time(number);
        taken = taken < now ? taken : now;
        var earliest = now - ServerLimits.OutboxAge;
        return (ulong)(taken > earliest ? taken : earliest).ToUnixTimeMilliseconds();
    }

    private IncomingItem LookAtReceipt(Peer peer, Item item, Guid id, Account? account)
    {
        var receipt = item.Receipt;
        if (Id(receipt.Recipient, peer.Tag) is not { } recipient || !IsDevice(receipt.Device)
            || receipt.Timestamp > (ulong)ServerLimits.LatestTimestamp)
        {
            return new IncomingItem(item, id, Kind.Refused);
        }

        return account is null
            ? new IncomingItem(item, id, Kind.Nobody)
            : new IncomingItem(item, id, Kind.Done)
            {
                Source = recipient,
                Letters = new DeliveryReceipt(id, ServiceId.Aci(recipient), (int)receipt.Device, receipt.Timestamp).Letters(account, clock),
            };
    }

    // As the transaction sees it, where something has changed since.
    private IncomingItem LookAgain(SqliteSession session, IncomingItem item)
    {
        var message = item.Item.Message;
        if (AccountStore.Find(session, item.Account) is not { IsDisabled: false } account)
        {
            var fate = message is null || item.Source is not null ? Kind.Nobody : message.Story ? Kind.Done : Kind.NotAuthorized;
            return item with { Letters = [], Fate = fate };
        }

        if (message is null)
        {
            var receipt = item.Item.Receipt;
            var recipient = ServiceId.Aci(item.Source!.Value);
            return item with
            {
                Letters = new DeliveryReceipt(item.Account, recipient, (int)receipt.Device, receipt.Timestamp).Letters(account, clock),
            };
        }

        var letters = Letters(item.Item, item.Source, account);
        return item with { Letters = letters, Fate = Fate(message, letters, account) };
    }

    private static Kind Fate(Message message, List<NewLetter> letters, Account account) =>
        letters.Count == message.Parts.Count && letters.Count == account.Devices.Count ? Kind.Done : Kind.Mismatched;

    // The letters are in the mailboxes of those devices that are there; false where one of them is not: then nothing was done.
    private bool TryAppend(SqliteSession session, IncomingItem item, ref long payload, List<MailboxKey> unlinked) =>
        item.Letters.Count == 0 || _mailboxes.TryAppend(session, item.Letters, item.Shared.Span, ref payload, unlinked);

    private bool IsAsOf(long changes) => accounts.IsAsOf(changes);

    private void Note(SqliteSession session, ServerTag peer, IncomingItem item)
    {
        var report = item.Item.Report;
        SpamReports.AddOfPeer(session, peer, item.Account, Id(report.Message)!.Value, report.Proven, clock.Now);
    }

    private TimeSpan? Wait(Peer peer, IncomingItem item) => limits.WaitOfPeer(
        peer.Tag.Value, item.Source, item.Account, item.Bytes, peer.State == PeerState.Limit ? ServerLimits.LimitedPeerTokens : 1);
}
