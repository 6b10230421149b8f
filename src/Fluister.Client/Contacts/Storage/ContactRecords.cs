using System.Text.Json.Nodes;
using Fluister.Client.Contents;
using Fluister.Client.Store;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Contacts.Storage;

/// <summary>A person as the account's devices keep them in step (ContactRecord), and as a conversation.</summary>
internal static class ContactRecords
{
    /// <summary>Whose record it is; null where that cannot be told.</summary>
    public static ServiceId? Of(ContactRecord record) => ContentIds.Aci(record.AciBinary, record.Aci);

    /// <summary>Whether a conversation is to be kept in step at all.</summary>
    public static bool IsWorth(StoredConversation row) => row is { Type: "private", ServiceId.Kind: ServiceIdKind.Aci }
        && (row.Json.Text("profileKey") is not null || row.Name is not null || MessageRequests.IsBlocked(row) || row.ActiveAt is not null);

    /// <summary>The record as it is to be written: what is known here, over the one before.</summary>
    public static ContactRecord Write(StoredConversation row, KnownIdentity? identity, ContactRecord known)
    {
        var record = known.Clone();
        var json = row.Json;
        record.AciBinary = row.ServiceId!.Value.ToByteString();
        Put(record, ContactRecord.ProfileKeyFieldNumber, Bytes(json.Bytes("profileKey")));
        Put(record, ContactRecord.IdentityKeyFieldNumber, identity is null ? null : ByteString.CopyFrom(identity.Key.Serialized));
        record.IdentityState = (ContactRecord.Types.IdentityState)(int)(identity?.Verification ?? Verification.Default);
        Put(record, ContactRecord.GivenNameFieldNumber, row.ProfileName);
        Put(record, ContactRecord.FamilyNameFieldNumber, row.ProfileFamilyName);
        Put(record, ContactRecord.E164FieldNumber, row.Number);
        Put(record, ContactRecord.UsernameFieldNumber, json.Text("username"));
        record.Blocked = MessageRequests.IsBlocked(row);
        record.Whitelisted = json.Flag("profileSharing");
        record.Archived = json.Flag("isArchived");
        record.MarkedUnread = json.Flag("markedUnread");
        record.Hidden = json["removalStage"] is not null;
        record.MutedUntilTimestamp = (ulong)Math.Max(0, json.Number("muteExpiresAt") ?? 0);
        record.UnregisteredAtTimestamp = (ulong)Math.Max(0, json.Number("firstUnregisteredAt") ?? 0);
        if (row.Name != Name(known))
        {
            record.Nickname = row.Name is null ? null : new ContactRecord.Types.Name { Given = row.Name };
        }

        return record;
    }

    /// <summary>The conversation as a record has it.</summary>
    public static StoredConversation Read(ContactRecord record, StoredConversation row)
    {
        var json = row.Json;
        if (record.ProfileKey.Length == Protocol.Profiles.ProfileKey.Bytes && !Same(json.Bytes("profileKey"), record.ProfileKey))
        {
            json["profileKey"] = record.ProfileKey.ToBase64();
            json["sealedSender"] = 0;
            json.Remove("profileLastFetchedAt");
        }

        json.Put("username", Text(record.Username));
        json.Put("isBlocked", record.Blocked ? true : null);
        json["profileSharing"] = record.Whitelisted;
        json["isArchived"] = record.Archived;
        json["markedUnread"] = record.MarkedUnread;
        json.Put("removalStage", record.Hidden ? json.Text("removalStage") ?? "justNotification" : null);
        json.Put("muteExpiresAt", Time(record.MutedUntilTimestamp));
        json.Put("firstUnregisteredAt", Time(record.UnregisteredAtTimestamp));
        return row with
        {
            Name = Name(record),
            Number = Text(record.E164, 32) ?? row.Number,
            ProfileName = Text(record.GivenName) ?? row.ProfileName,
            ProfileFamilyName = Text(record.GivenName) is null ? row.ProfileFamilyName : Text(record.FamilyName),
        };
    }

    /// <summary>The identity key that a record names, and what was said of it; none where there is no key in it.</summary>
    public static (IdentityKey Key, Verification State)? Identity(ContactRecord record)
    {
        try
        {
            return record.IdentityKey.IsEmpty
                ? null
                : (IdentityKey.Read(record.IdentityKey.Span), record.IdentityState switch
                {
                    ContactRecord.Types.IdentityState.Verified => Verification.Verified,
                    ContactRecord.Types.IdentityState.Unverified => Verification.Unverified,
                    _ => Verification.Default,
                });
        }
        catch (ProtocolException)
        {
            return null;
        }
    }

    // What the owner calls them: here, or in a telephone's address book.
    private static string? Name(ContactRecord record)
    {
        var (given, family) = record.Nickname is { } nickname && (nickname.HasGiven || nickname.HasFamily)
            ? (nickname.Given, nickname.Family)
            : (record.SystemGivenName, record.SystemFamilyName);
        return Text($"{given} {family}".Trim(), ClientLimits.ContactNameChars);
    }

    private static string? Text(string text, int limit = ClientLimits.ContactNameChars) => CleanText.Of(text, limit);

    private static JsonNode? Time(ulong milliseconds) =>
        milliseconds is 0 ? null : (long)Math.Min(milliseconds, (ulong)ClientLimits.LatestMilliseconds);

    private static ByteString? Bytes(byte[]? bytes) => bytes is null ? null : ByteString.CopyFrom(bytes);

    private static bool Same(byte[]? known, ByteString given) => given.Span.SequenceEqual(known ?? []);

    private static void Put(ContactRecord record, int field, object? value)
    {
        var accessor = ContactRecord.Descriptor.FindFieldByNumber(field).Accessor;
        if (value is null)
        {
            accessor.Clear(record);
        }
        else
        {
            accessor.SetValue(record, value);
        }
    }
}
