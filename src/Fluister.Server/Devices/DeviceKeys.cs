using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.PreKeys;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Json;

namespace Fluister.Server.Devices;

/// <summary>The keys that a new device brings, so that it can be written to from its first moment: for each id of the account a signed
/// key and a KEM key of last resort.</summary>
internal sealed class DeviceKeys
{
    private readonly List<(ServiceIdKind Identity, PreKeyKind Kind, PublishedKey Key)> _keys = [];

    /// <summary>Checks keys against the account's identity keys.</summary>
    /// <exception cref="RefusedException">422: one is missing, is no key, or is not signed by its identity key; or there are keys of a
    /// number that the account does not have.</exception>
    public DeviceKeys(
        IdentityKey aci,
        IdentityKey? pni,
        (SignedPreKeyJson? Signed, SignedPreKeyJson? LastResort) aciKeys,
        (SignedPreKeyJson? Signed, SignedPreKeyJson? LastResort) pniKeys)
    {
        Add(ServiceIdKind.Aci, aci, aciKeys);
        if (pni is { } number)
        {
            Add(ServiceIdKind.Pni, number, pniKeys);
        }
        else if (pniKeys != default)
        {
            throw new RefusedException(422);
        }
    }

    /// <summary>Puts them in the place of all keys of the device; within somebody's transaction.</summary>
    public void Publish(SqliteSession session, Guid aci, int device)
    {
        session.Run("DELETE FROM pre_key WHERE aci = ?1 AND device = ?2", AccountStore.Bytes(aci), device);
        foreach (var (identity, kind, key) in _keys)
        {
            PreKeyStore.Replace(session, aci, device, identity, kind, [key]);
        }
    }

    private void Add(ServiceIdKind kind, IdentityKey identity, (SignedPreKeyJson? Signed, SignedPreKeyJson? LastResort) keys)
    {
        if (keys is not ({ } signed, { } lastResort))
        {
            throw new RefusedException(422);
        }

        _keys.Add((kind, PreKeyKind.Signed, PreKeyRoom.Checked(signed, identity, isKem: false)));
        _keys.Add((kind, PreKeyKind.LastResortKem, PreKeyRoom.Checked(lastResort, identity, isKem: true)));
    }
}
