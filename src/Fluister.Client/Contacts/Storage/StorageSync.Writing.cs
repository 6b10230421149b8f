using Fluister.Client.Contents;
using Fluister.Client.Store;
using Fluister.Protocol.Storage;
using Fluister.Wire.Protos;
using Google.Protobuf;
using Encrypted = Fluister.Wire.Protos.StorageManifest;
using Latest = Fluister.Wire.Protos.SyncMessage.Types.FetchLatest.Types.Type;
using Manifest = Fluister.Protocol.Storage.StorageManifest;

namespace Fluister.Client.Contacts.Storage;

/// <content>Writing what changed here.</content>
internal sealed partial class StorageSync
{
    // None where nothing has changed, or where a linked device would be the first to write.
    private Prepared? Prepare()
    {
        using var key = Key();
        var before = _state.Load(key);
        if (before is null && (_state.Version != 0 || !context.Self.IsPrimary))
        {
            return _state.Version == 0 ? null : throw Unreadable(null);
        }

        List<Changed> changed = [.. Store.Conversations.All().Select(Change).OfType<Changed>()];
        if (changed.Count == 0 && before is not null)
        {
            return null;
        }

        using var recordKey = before?.RecordKey ?? RecordKey.Generate(context.Random);
        var isWithKey = before is null || before.RecordKey is not null;
        var write = new StorageWrite();
        HashSet<string> gone = [];
        foreach (var one in changed)
        {
            var value = StorageCipher.EncryptItem(
                key, isWithKey ? recordKey : null, one.Id.Raw.Span, one.Record.ToByteArray(), context.Random);
            write.Inserted.Add(new StorageItem { Key = ByteString.CopyFrom(one.Id.Raw.Span), Value = ByteString.CopyFrom(value) });
            if (one.Before is { } old && gone.Add(old))
            {
                write.DeletedKeys.Add(ByteString.FromBase64(old));
            }
        }

        var version = _state.Version + 1;
        StorageItemId[] items =
        [
            .. (before?.Items ?? []).Where(item => !gone.Contains(Convert.ToBase64String(item.Raw.Span))),
            .. changed.Select(one => one.Id),
        ];
        var manifest = new Manifest(version, (uint)context.Self.Device, items, isWithKey ? recordKey : null);
        write.Manifest = new Encrypted
        {
            Version = version,
            Value = ByteString.CopyFrom(StorageCipher.EncryptManifest(key, manifest, context.Random)),
        };
        return new Prepared(write, changed);
    }

    private Changed? Change(StoredConversation row)
    {
        var known = StorageState.Record(row);
        StorageRecord? record = null;
        uint kind = Contact;
        if (row.ServiceId == context.Self.Aci)
        {
            kind = Account;
            record = new StorageRecord { Account = AccountRecords.Write(context, known.Account ?? new AccountRecord()) };
        }
        else if (ContactRecords.IsWorth(row) && (row.Json.Flag(DirtyName) || StorageState.Id(row) is null))
        {
            var contact = ContactRecords.Write(row, Store.Identities.Find(row.ServiceId!.Value), known.Contact ?? new ContactRecord());
            record = new StorageRecord { Contact = contact };
        }

        return record is null || (StorageState.Id(row) is not null && record.Equals(known))
            ? null
            : new Changed(row.Id, StorageItemId.Generate(kind, context.Random), record, StorageState.Id(row));
    }

    // What changed once more meanwhile stays to be written.
    private void Written(Prepared prepared)
    {
        foreach (var one in prepared.Changed)
        {
            if (Store.Conversations.Find(one.Conversation) is not { } row)
            {
                continue;
            }

            StorageState.Note(row, one.Id.Raw.Span, one.Record);
            if (row.Json.Flag(DirtyName) && Change(row) is null)
            {
                row.Json.Remove(DirtyName);
            }

            Store.Conversations.Save(row);
        }

        _state.Save(prepared.Write.Manifest.Version, prepared.Write.Manifest.Value.Span);
        Syncs.Enqueue(context, sender, new SyncMessage { FetchLatest = new() { Type = Latest.StorageManifest } });
    }

    private sealed record Changed(string Conversation, StorageItemId Id, StorageRecord Record, string? Before);

    private sealed record Prepared(StorageWrite Write, IReadOnlyList<Changed> Changed);
}
