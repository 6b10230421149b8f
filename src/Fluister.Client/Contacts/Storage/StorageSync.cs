using Fluister.Client.Contents;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Protocol;
using Fluister.Protocol.Storage;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;
using Google.Protobuf;
using Encrypted = Fluister.Wire.Protos.StorageManifest;
using Manifest = Fluister.Protocol.Storage.StorageManifest;

namespace Fluister.Client.Contacts.Storage;

/// <summary>Keeps people and the account's settings in step with the account's other devices, by the storage service.</summary>
/// <remarks>Records of kinds that this client does not know stay where they are, byte for byte; of those that it knows, the fields that it
/// does not know.</remarks>
internal sealed partial class StorageSync(ClientContext context, Sender sender)
{
    private const string DirtyName = "needsStorageServiceSync";
    private const uint Contact = 1;
    private const uint Account = 4;

    private readonly StorageState _state = new(context.Store);
    private readonly IdentityChanges _identities = new(context);

    private ClientStore Store => context.Store;

    /// <summary>Reads what other devices wrote since the last time.</summary>
    /// <exception cref="ClientException">Malformed: the manifest cannot be decrypted; the primary was asked for the key.</exception>
    public async Task ReadAsync(CancellationToken cancel)
    {
        var credential = await context.Api.StorageCredentialAsync(cancel).ConfigureAwait(false);
        var known = Store.Read(() => _state.Version);
        if (await context.Api.ManifestAsync(credential, known, cancel).ConfigureAwait(false) is { } given)
        {
            await TakeAsync(credential, given, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what changed here; where others were faster, theirs is read first, and joined with it.</summary>
    /// <exception cref="ClientException">Unreachable: others wrote again and again meanwhile.</exception>
    public async Task WriteAsync(CancellationToken cancel)
    {
        var credential = await context.Api.StorageCredentialAsync(cancel).ConfigureAwait(false);
        await ReadFirstAsync(credential, cancel).ConfigureAwait(false);
        for (var tries = 0; tries < ClientLimits.StorageTries; tries++)
        {
            if (Store.Transact(Prepare) is not { } prepared)
            {
                return;
            }

            var newer = await context.Api.WriteStorageAsync(credential, prepared.Write, cancel).ConfigureAwait(false);
            if (newer is null)
            {
                Store.Transact(() => Written(prepared));
                sender.Wake();
                return;
            }

            await TakeAsync(credential, newer, cancel).ConfigureAwait(false);
        }

        throw new ClientException(
            ClientError.Unreachable, "The account's other devices write to the storage service all the time. It is tried again later.");
    }

    private static ClientException Unreadable(Exception? wrong) => new(
        ClientError.Malformed,
        "What the account's other devices keep at the storage service cannot be decrypted: its key has changed. The primary device was "
        + "asked for it.",
        wrong);

    // Nothing is written over what was never read.
    private async Task ReadFirstAsync(CredentialJson credential, CancellationToken cancel)
    {
        if (Store.Read(() => _state.Version) == 0
            && await context.Api.ManifestAsync(credential, 0, cancel).ConfigureAwait(false) is { } given)
        {
            await TakeAsync(credential, given, cancel).ConfigureAwait(false);
        }
    }

    private async Task TakeAsync(CredentialJson credential, Encrypted given, CancellationToken cancel)
    {
        // An earlier one, which the server kept, would bring back what was changed since: somebody who was blocked, a key's comparison.
        if (given.Version < Store.Read(() => _state.Version))
        {
            throw new ClientException(
                ClientError.Malformed,
                "The storage service shows an earlier state of the account than it did before. It is not taken; tell who runs the server.");
        }

        using var key = Key();
        var manifest = Open(key, given);
        var wanted = Store.Read(() => Wanted(manifest));
        var records = new List<(StorageItemId Id, StorageRecord Record)>();
        foreach (var some in wanted.Chunk(ClientLimits.StorageReads))
        {
            await ReadItemsAsync(credential, key, manifest, some, records, cancel).ConfigureAwait(false);
        }

        List<IdentityChanged> changes = [];
        Store.Transact(() =>
        {
            Unlist(manifest);
            foreach (var (id, record) in records)
            {
                Merge(id, record, changes);
            }

            _state.Save(given.Version, given.Value.Span);
        });
        manifest.RecordKey?.Dispose();
        changes.ForEach(context.Tell);
    }

    private StorageKey Key()
    {
        using var svr = context.Self.EntropyPool.SvrKey();
        return svr.StorageKey();
    }

    private Manifest Open(StorageKey key, Encrypted given)
    {
        try
        {
            var manifest = StorageCipher.DecryptManifest(key, given.Version, given.Value.Span);
            return manifest.Items.Count <= ClientLimits.StorageItems
                ? manifest
                : throw new ClientException(ClientError.Malformed, "The storage service's manifest lists more than there can be.");
        }
        catch (ProtocolException wrong)
        {
            if (!context.Self.IsPrimary)
            {
                Store.Transact(() => Syncs.Enqueue(
                    context, sender,
                    new SyncMessage { Request = new() { Type = SyncMessage.Types.Request.Types.Type.Keys } }));
                sender.Wake();
            }

            throw Unreadable(wrong);
        }
    }

    // Items whose records are not the ones that are known here.
    private List<StorageItemId> Wanted(Manifest manifest)
    {
        HashSet<string> known = [.. Store.Conversations.All().Select(StorageState.Id).OfType<string>()];
        return [.. manifest.Items.Where(item => item.Kind is Contact or Account && !known.Contains(Convert.ToBase64String(item.Raw.Span)))];
    }

    private async Task ReadItemsAsync(
        CredentialJson credential, StorageKey key, Manifest manifest, StorageItemId[] wanted,
        List<(StorageItemId Id, StorageRecord Record)> records, CancellationToken cancel)
    {
        var keys = wanted.Select(item => ByteString.CopyFrom(item.Raw.Span));
        var items = await context.Api.ReadStorageAsync(credential, keys, cancel).ConfigureAwait(false);
        if (items is null && wanted.Length > 1)
        {
            // Too much at once: in halves.
            foreach (var half in wanted.Chunk((wanted.Length + 1) / 2))
            {
                await ReadItemsAsync(credential, key, manifest, half, records, cancel).ConfigureAwait(false);
            }

            return;
        }

        var byId = wanted.ToDictionary(item => Convert.ToBase64String(item.Raw.Span));
        foreach (var item in items ?? [])
        {
            if (byId.Remove(item.Key.ToBase64(), out var id) && Decrypt(key, manifest, id, item) is { } record)
            {
                records.Add((id, record));
            }
        }
    }

    // One that cannot be read stays where it is, for who can.
    private static StorageRecord? Decrypt(StorageKey key, Manifest manifest, StorageItemId id, StorageItem item)
    {
        try
        {
            return StorageRecord.Parser.ParseFrom(
                StorageCipher.DecryptItem(key, manifest.RecordKey, id.Raw.Span, item.Value.Span));
        }
        catch (Exception wrong) when (wrong is ProtocolException or InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
