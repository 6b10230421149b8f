using Fluister.Client.Contents;
using Fluister.Client.Store;
using Fluister.Protocol.Profiles;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Contacts.Storage;

/// <summary>The account itself as its devices keep it in step (AccountRecord): profile, settings, username.</summary>
internal static class AccountRecords
{
    private const string ReadReceipts = "read-receipt-setting";
    private const string Typing = "typingIndicators";
    private const string Sealed = "sealedSenderIndicators";
    private const string Previews = "linkPreviews";

    /// <summary>The record as it is to be written: what is known here, over the one before.</summary>
    public static AccountRecord Write(ClientContext context, AccountRecord known)
    {
        var record = known.Clone();
        var (items, own) = (context.Store.Items, context.Store.Conversations.GetOrAdd(context.Self.Aci));
        record.ProfileKey = ByteString.CopyFrom(context.Self.ProfileKey.Reveal());
        record.GivenName = own.ProfileName ?? "";
        record.FamilyName = own.ProfileFamilyName ?? "";
        record.AvatarUrlPath = own.Json.Text("remoteAvatarUrl") ?? "";
        record.NoteToSelfArchived = own.Json.Flag("isArchived");
        record.NoteToSelfMarkedUnread = own.Json.Flag("markedUnread");
        record.ReadReceipts = items.Flag(ReadReceipts) ?? true;
        record.TypingIndicators = items.Flag(Typing) ?? true;
        record.SealedSenderIndicators = items.Flag(Sealed) ?? false;
        record.LinkPreviews = items.Flag(Previews) ?? true;
        var username = OwnUsername.Of(context);
        record.Username = username?.Name ?? "";
        if (username is { Entropy: { } entropy } link)
        {
            record.UsernameLink ??= new AccountRecord.Types.UsernameLink();
            record.UsernameLink.Entropy = ByteString.CopyFrom(entropy);
            record.UsernameLink.ServerId = ByteString.CopyFrom(link.Handle.ToByteArray(bigEndian: true));
        }
        else
        {
            record.UsernameLink = null;
        }

        return record;
    }

    /// <summary>Within a transaction: takes what a record says.</summary>
    public static void Read(ClientContext context, AccountRecord record)
    {
        if (record.ProfileKey.Length == ProfileKey.Bytes)
        {
            ProfileKeyRotation.Take(context, new ProfileKey(record.ProfileKey.Span), publish: false);
        }

        var (items, own) = (context.Store.Items, context.Store.Conversations.GetOrAdd(context.Self.Aci));
        own.Json.Put("remoteAvatarUrl", CleanText.Of(record.AvatarUrlPath));
        own.Json["isArchived"] = record.NoteToSelfArchived;
        own.Json["markedUnread"] = record.NoteToSelfMarkedUnread;
        context.Store.Conversations.Save(own with
        {
            ProfileName = CleanText.Of(record.GivenName) ?? own.ProfileName,
            ProfileFamilyName = CleanText.Of(record.GivenName) is null ? own.ProfileFamilyName : CleanText.Of(record.FamilyName),
        });
        Set(items, ReadReceipts, record.HasReadReceipts, record.ReadReceipts);
        Set(items, Typing, record.HasTypingIndicators, record.TypingIndicators);
        Set(items, Sealed, record.HasSealedSenderIndicators, record.SealedSenderIndicators);
        Set(items, Previews, record.HasLinkPreviews, record.LinkPreviews);
        OwnUsername.Take(
            context, CleanText.Of(record.Username), (record.UsernameLink?.Entropy ?? ByteString.Empty).Span,
            (record.UsernameLink?.ServerId ?? ByteString.Empty).Span);
    }

    private static void Set(ItemTable items, string name, bool isGiven, bool value)
    {
        if (isGiven)
        {
            items.SetFlag(name, value);
        }
    }
}
