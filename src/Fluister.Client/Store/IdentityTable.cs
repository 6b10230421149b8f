using System.Text.Json.Nodes;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;

namespace Fluister.Client.Store;

/// <summary>Other people's identity keys, as Signal Desktop keeps them: {"id", "publicKey" (base64), "firstUse", "timestamp", "verified",
/// "nonblockingApproval"}.</summary>
internal sealed class IdentityTable(ClientStore store)
{
    private readonly StoreStatement _find = new(store, "SELECT json FROM identityKeys WHERE id = ?");
    private readonly StoreStatement _save = new(store, "INSERT OR REPLACE INTO identityKeys (id, json) VALUES (?, ?)");

    /// <summary>The key of an id; null where none is known.</summary>
    public KnownIdentity? Find(ServiceId id) => store.Read<KnownIdentity?>(() =>
    {
        using var row = _find.Begin().Bind(id);
        if (!row.Step())
        {
            return null;
        }

        var json = row.Json(0);
        return new KnownIdentity(
            IdentityKey.Read(Convert.FromBase64String((string?)json["publicKey"] ?? "")),
            (Verification)((int?)json["verified"] ?? 0),
            (bool?)json["firstUse"] ?? false,
            (bool?)json["nonblockingApproval"] ?? false,
            DateTimeOffset.FromUnixTimeMilliseconds((long?)json["timestamp"] ?? 0));
    });

    /// <summary>Writes it.</summary>
    public void Save(ServiceId id, KnownIdentity identity) => store.Transact(() => _save.Begin().Bind(id).Bind(new JsonObject
    {
        ["id"] = id.ToString(),
        ["publicKey"] = Convert.ToBase64String(identity.Key.Serialized),
        ["firstUse"] = identity.FirstUse,
        ["timestamp"] = identity.Since.ToUnixTimeMilliseconds(),
        ["verified"] = (int)identity.Verification,
        ["nonblockingApproval"] = identity.IsAccepted,
    }).Execute());

    /// <summary>Takes a key that came by a message or a bundle; tells whether it took the place of another. Where the earlier one was
    /// verified, the new one is unverified and not accepted.</summary>
    public bool Take(ServiceId id, IdentityKey key, DateTimeOffset now) => store.Transact(() =>
    {
        switch (Find(id))
        {
            case null:
                Save(id, new KnownIdentity(key, Verification.Default, FirstUse: true, IsAccepted: true, now));
                return false;
            case { } known when known.Key == key:
                return false;
            case { Verification: Verification.Default } known:
                Save(id, new KnownIdentity(key, Verification.Default, FirstUse: false, known.IsAccepted, now));
                return true;
            default:
                Save(id, new KnownIdentity(key, Verification.Unverified, FirstUse: false, IsAccepted: false, now));
                return true;
        }
    });
}
