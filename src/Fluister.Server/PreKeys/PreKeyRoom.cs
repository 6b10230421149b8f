using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;
using Fluister.Server.Limits;
using Fluister.Server.Messages;
using Fluister.Server.Requests;
using Fluister.Wire.Json;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.PreKeys;

/// <summary>Devices publish pre-keys; others take them to begin sessions.</summary>
internal sealed partial class PreKeyRoom(AccountStore accounts, PreKeyStore keys, Relay relay, RandomSource random, RateLimits limits)
{
    /// <summary>A key of JSON, if the identity key has signed it and it is a key at all.</summary>
    /// <exception cref="RefusedException">422.</exception>
    public static PublishedKey Checked(SignedPreKeyJson? key, IdentityKey identity, bool isKem) => key switch
    {
        null => throw new RefusedException(422),
        _ when isKem => PublishedKey.Kem(key.KeyId, key.PublicKey, key.Signature, identity),
        _ => PublishedKey.Signed(key.KeyId, key.PublicKey, key.Signature, identity),
    };

    /// <summary>The identity key that a caller's keys are signed with.</summary>
    /// <exception cref="RefusedException">400: the account has no number.</exception>
    public static IdentityKey Identity(Caller caller, ServiceIdKind kind) =>
        caller.Account.Identity(kind) ?? throw new RefusedException(400);

    /// <summary>Puts a device's keys in place of those of the same kinds.</summary>
    /// <exception cref="RefusedException">422: too many one-time keys.</exception>
    public Task PublishAsync(Caller caller, ServiceIdKind kind, IReadOnlyDictionary<PreKeyKind, IReadOnlyList<PublishedKey>> published) =>
        published.Values.All(list => list.Count <= ServerLimits.OneTimePreKeys)
            ? keys.PublishAsync(caller.Account.Aci, caller.Device.Id, kind, published)
            : throw new RefusedException(422);

    /// <summary>How many of a device's one-time keys of a kind are left.</summary>
    public int Count(Caller caller, ServiceIdKind identity, PreKeyKind kind) =>
        keys.Count(caller.Account.Aci, caller.Device.Id, identity, kind);

    /// <summary>Whether a device and the server agree on the keys that are taken more than once.</summary>
    /// <param name="caller">The device.</param>
    /// <param name="kind">Which of its identities.</param>
    /// <param name="digest">SHA-256 over the identity key, the id (8 bytes) and the key that is signed, and those of last resort.</param>
    public bool Agrees(Caller caller, ServiceIdKind kind, ReadOnlySpan<byte> digest)
    {
        var identity = Identity(caller, kind);
        var signed = keys.Find(caller.Account.Aci, caller.Device.Id, kind, PreKeyKind.Signed);
        var last = keys.Find(caller.Account.Aci, caller.Device.Id, kind, PreKeyKind.LastResortKem);
        if (signed is null || last is null)
        {
            return false;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(identity.Serialized);
        Span<byte> id = stackalloc byte[8];
        foreach (var key in new[] { signed, last })
        {
            BinaryPrimitives.WriteUInt64BigEndian(id, key.Id);
            hash.AppendData(id);
            hash.AppendData(key.Public);
        }

        return CryptographicOperations.FixedTimeEquals(hash.GetHashAndReset(), digest);
    }

    /// <summary>Takes bundles for a device: of one device of an account, or of all.</summary>
    /// <returns>None where there is no such account or device.</returns>
    /// <exception cref="RefusedException">429: too often; 503: the account's home is another server, which is not reached.</exception>
    public async Task<Bundles?> TakeAsync(Caller caller, ServiceId target, int? device)
    {
        var peer = relay.PeerOf(target.Uuid);
        var account = peer is null ? Find(target) : null;
        var registrationId = device is not { } id ? null
            : peer is not null ? relay.Accounts.Known(target.Uuid)?.RegistrationId(id)
            : account?.Find(id) is { } found ? RegistrationId(found, target.Kind)
            : null;

        // A device that has drawn a new registration id is a new one, whose bundle is asked for once more. Each of the three has its bits.
        var which = (((caller.Device.Id << 8) | (device ?? 0)) << 14) | (registrationId ?? 0);
        limits.Take(ServerLimits.PreKeys, LimitKey.Of(caller.Account.Aci, target.Uuid, which));
        if (peer is not null)
        {
            var asker = new Asker { Aci = ByteString.CopyFrom(AccountStore.Bytes(caller.Account.Aci)) };
            return (await TakeAsync(peer, target, device, asker).ConfigureAwait(false)).Bundles;
        }

        return account is null ? null : await TakeAsync(account, target.Kind, device).ConfigureAwait(false);
    }

    /// <summary>Takes bundles for somebody who does not say who they are.</summary>
    /// <param name="origin">Where they call from, for the limit.</param>
    /// <param name="target">Whose.</param>
    /// <param name="device">One, or all.</param>
    /// <param name="key">What they show: an access key; zeros, which only fit an account that is open to anybody; or nothing.</param>
    /// <exception cref="RefusedException">429: too often; 503: the account's home is another server, which is not reached.</exception>
    public async Task<(bool IsAllowed, Bundles? Bundles)> TakeAsync(
        ulong origin, ServiceId target, int? device, ReadOnlyMemory<byte> key)
    {
        limits.Take(ServerLimits.PreKeysAnonymous, LimitKey.Of([.. BitConverter.GetBytes(origin), .. target.ToBytes()]));
        if (relay.PeerOf(target.Uuid) is { } peer)
        {
            return key.Length == UnidentifiedAccess.KeyBytes
                ? await TakeAsync(peer, target, device, new Asker { AccessKey = ByteString.CopyFrom(key.Span) }).ConfigureAwait(false)
                : (false, null);
        }

        // Who knows a number's id has no access key: that goes with the profile.
        var account = target.Kind == ServiceIdKind.Aci ? Find(target) : null;
        return UnidentifiedAccess.Opens(account, key.Span) && account is not null
            ? (true, await TakeAsync(account, target.Kind, device).ConfigureAwait(false))
            : (false, null);
    }

    private static int? RegistrationId(Device device, ServiceIdKind kind) =>
        kind == ServiceIdKind.Aci ? device.RegistrationId : device.PniRegistrationId;

    private Account? Find(ServiceId target)
    {
        var account = accounts.Find(target.Uuid);
        return account is { IsDisabled: false } && account.Aci == target.Uuid == (target.Kind == ServiceIdKind.Aci) ? account : null;
    }

    private async Task<Bundles?> TakeAsync(Account account, ServiceIdKind kind, int? device)
    {
        var devices = account.Devices
            .Where(candidate => (device is null || candidate.Id == device) && RegistrationId(candidate, kind) is not null)
            .ToList();
        var taken = await keys.TakeAsync(account.Aci, kind, [.. devices.Select(candidate => candidate.Id)]).ConfigureAwait(false);
        return taken.Count == 0
            ? null
            : Bundles.Of(
                account,
                kind,
                [
                    .. devices.Where(candidate => taken.ContainsKey(candidate.Id))
                        .Select(candidate => (candidate.Id, RegistrationId(candidate, kind)!.Value, taken[candidate.Id])),
                ]);
    }
}
