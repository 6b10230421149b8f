using Fluister.Client.Accounts;
using Fluister.Client.Contents;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Storage;
using Fluister.Wire.Protos;
using Manifest = Fluister.Protocol.Storage.StorageManifest;

namespace Fluister.Client.Contacts.Storage;

/// <content>Taking what others wrote.</content>
internal sealed partial class StorageSync
{
    // A record that is not listed any more was taken away by another device; the conversation stays.
    private void Unlist(Manifest manifest)
    {
        HashSet<string> listed = [.. manifest.Items.Select(item => Convert.ToBase64String(item.Raw.Span))];
        foreach (var row in Store.Conversations.All())
        {
            if (StorageState.Id(row) is { } id && !listed.Contains(id))
            {
                row.Json.Remove("storageID");
                Store.Conversations.Save(row);
            }
        }
    }

    private void Merge(StorageItemId id, StorageRecord record, List<IdentityChanged> changes)
    {
        switch (record.RecordCase)
        {
            case StorageRecord.RecordOneofCase.Contact:
                MergeContact(id, record, changes);
                break;
            case StorageRecord.RecordOneofCase.Account:
                MergeAccount(id, record);
                break;
            default:
                break;
        }
    }

    private void MergeContact(StorageItemId id, StorageRecord record, List<IdentityChanged> changes)
    {
        if (ContactRecords.Of(record.Contact) is not { } person || person == context.Self.Aci)
        {
            return;
        }

        var row = Store.Conversations.GetOrAdd(person);
        var known = StorageState.Record(row).Contact ?? new ContactRecord();
        var isDirty = row.Json.Flag(DirtyName);
        var merged = isDirty
            ? RecordMerge.Merge(known, ContactRecords.Write(row, Store.Identities.Find(person), known), record.Contact)
            : record.Contact;
        row = ContactRecords.Read(merged, row);
        if (!isDirty)
        {
            row.Json.Remove(DirtyName);
        }

        StorageState.Note(row, id.Raw.Span, record);
        Store.Conversations.Save(row);
        if (ContactRecords.Identity(merged) is { } identity)
        {
            Take(person, identity, changes);
        }

        if (row.Json.Text("profileKey") is not null && row.Json["profileLastFetchedAt"] is null)
        {
            Upkeep.Need(Store.Items, UpkeepTask.Profiles);
        }
    }

    // Another device may have compared a key that this one has too; of a key that this one has not, it is as if it came by a message.
    private void Take(ServiceId person, (IdentityKey Key, Verification State) identity, List<IdentityChanged> changes)
    {
        if (Store.Identities.Find(person) is not { } known || !known.Key.Equals(identity.Key))
        {
            if (_identities.Take(person, identity.Key) is { } change)
            {
                _identities.ArchiveOthers(person, identity.Key);
                changes.Add(change);
            }
        }

        var now = Store.Identities.Find(person)!;
        if (now.Verification != identity.State)
        {
            Store.Identities.Save(person, now with
            {
                Verification = identity.State,
                IsAccepted = identity.State != Verification.Unverified && (now.IsAccepted || identity.State == Verification.Verified),
            });
            var row = Store.Conversations.GetOrAdd(person);
            row.Json["verified"] = (int)identity.State;
            Store.Conversations.Save(row);
        }
    }

    private void MergeAccount(StorageItemId id, StorageRecord record)
    {
        var row = Store.Conversations.GetOrAdd(context.Self.Aci);
        var known = StorageState.Record(row).Account;
        var merged = known is null
            ? record.Account
            : RecordMerge.Merge(known, AccountRecords.Write(context, known), record.Account);
        AccountRecords.Read(context, merged);
        row = Store.Conversations.GetOrAdd(context.Self.Aci);
        StorageState.Note(row, id.Raw.Span, record);
        Store.Conversations.Save(row);
    }
}
