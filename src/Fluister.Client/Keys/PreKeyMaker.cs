using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.PreKeys;
using Fluister.Wire.Json;

namespace Fluister.Client.Keys;

/// <summary>Makes pre-keys. They are in the store before anybody can see them, so that no crash leaves a published key without its private
/// part.</summary>
internal sealed class PreKeyMaker(ClientStore store, TimeProvider clock, RandomSource random)
{
    private const string Ec = "ec";
    private const string Kem = "kem";

    /// <summary>A signed pre-key.</summary>
    public SignedPreKeyJson Signed(ServiceIdKind ours, IdentityKeyPair identity)
    {
        var id = store.Transact(() => store.PreKeys.NextId(ours, Ec, 1));
        using var key = SignedPreKey.Generate(id, identity, clock.GetUtcNow(), random);
        store.Transact(() => store.PreKeys.Add(ours, key));
        return Json(key);
    }

    /// <summary>A KEM pre-key of last resort.</summary>
    public SignedPreKeyJson LastResort(ServiceIdKind ours, IdentityKeyPair identity)
    {
        var id = store.Transact(() => store.PreKeys.NextId(ours, Kem, 1));
        using var key = KemPreKey.Generate(id, identity, clock.GetUtcNow(), random);
        store.Transact(() => store.PreKeys.Add(ours, key, isLastResort: true));
        return Json(key);
    }

    /// <summary>One-time EC pre-keys, as many as are published at once.</summary>
    public IReadOnlyList<PreKeyJson> OneTime(ServiceIdKind ours)
    {
        var first = store.Transact(() => store.PreKeys.NextId(ours, Ec, ClientLimits.OneTimePreKeys));
        var keys = Ids(first).Select(id => PreKey.Generate(id, random)).ToList();
        store.Transact(() => keys.ForEach(key => store.PreKeys.Add(ours, key)));
        keys.ForEach(key => key.Dispose());
        return [.. keys.Select(key => new PreKeyJson(key.Id, key.Keys.Public.Serialized.ToArray()))];
    }

    /// <summary>One-time KEM pre-keys, as many as are published at once.</summary>
    public IReadOnlyList<SignedPreKeyJson> OneTimeKem(ServiceIdKind ours, IdentityKeyPair identity)
    {
        var first = store.Transact(() => store.PreKeys.NextId(ours, Kem, ClientLimits.OneTimePreKeys));
        var now = clock.GetUtcNow();
        var keys = Ids(first).Select(id => KemPreKey.Generate(id, identity, now, random)).ToList();
        store.Transact(() => keys.ForEach(key => store.PreKeys.Add(ours, key, isLastResort: false)));
        keys.ForEach(key => key.Dispose());
        return [.. keys.Select(Json)];
    }

    /// <summary>The server has taken these: they need not be published again before they are replaced.</summary>
    public void Published(ServiceIdKind ours, SignedPreKeyJson? signed, SignedPreKeyJson? lastResort) => store.Transact(() =>
    {
        if (signed is not null)
        {
            Note(ours, "signed", signed.KeyId);
        }

        if (lastResort is not null)
        {
            Note(ours, "lastResort", lastResort.KeyId);
        }
    });

    /// <summary>The signed pre-key to be published now: a fresh one when it is time, the newest one where it is not known that the server
    /// has it; none otherwise.</summary>
    public SignedPreKeyJson? DueSigned(ServiceIdKind ours, IdentityKeyPair identity)
    {
        using var newest = store.Read(() => store.PreKeys.NewestSigned(ours));
        return newest is null || IsDue(ours, "signed") ? Signed(ours, identity)
            : IsPublished(ours, "signed", newest.Id) ? null
            : Json(newest);
    }

    /// <summary>The KEM pre-key of last resort to be published now, by the same rule.</summary>
    public SignedPreKeyJson? DueLastResort(ServiceIdKind ours, IdentityKeyPair identity)
    {
        using var newest = store.Read(() => store.PreKeys.NewestLastResort(ours));
        return newest is null || IsDue(ours, "lastResort") ? LastResort(ours, identity)
            : IsPublished(ours, "lastResort", newest.Id) ? null
            : Json(newest);
    }

    /// <summary>What the server is asked to compare with what it has: SHA-256 over the identity key, the id (8 bytes) and the key that is
    /// signed, and those of last resort (Signal-Server, KeysController). Null where the newest ones are not published yet.</summary>
    public byte[]? PublishedDigest(ServiceIdKind ours, IdentityKey identity)
    {
        using var signed = store.Read(() => store.PreKeys.NewestSigned(ours));
        using var last = store.Read(() => store.PreKeys.NewestLastResort(ours));
        if (signed is null || last is null || !IsPublished(ours, "signed", signed.Id) || !IsPublished(ours, "lastResort", last.Id))
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(identity.Serialized);
        Span<byte> id = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(id, signed.Id);
        hash.AppendData(id);
        hash.AppendData(signed.Keys.Public.Serialized);
        BinaryPrimitives.WriteUInt64BigEndian(id, last.Id);
        hash.AppendData(id);
        hash.AppendData(last.Keys.Public.Serialized);
        return hash.GetHashAndReset();
    }

    private static IEnumerable<uint> Ids(uint first) => Enumerable.Range(0, ClientLimits.OneTimePreKeys).Select(i => first + (uint)i);

    private static SignedPreKeyJson Json(SignedPreKey key) => new(key.Id, key.Keys.Public.Serialized.ToArray(), key.Signature.ToArray());

    private static SignedPreKeyJson Json(KemPreKey key) => new(key.Id, key.Keys.Public.Serialized.ToArray(), key.Signature.ToArray());

    private static string Item(ServiceIdKind ours, string key, string what) =>
        $"preKeys.{(ours == ServiceIdKind.Aci ? "aci" : "pni")}.{key}.{what}";

    private void Note(ServiceIdKind ours, string key, uint id)
    {
        store.Items.SetNumber(Item(ours, key, "id"), id);
        store.Items.SetNumber(Item(ours, key, "published"), clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    private bool IsPublished(ServiceIdKind ours, string key, uint id) => store.Read(() => store.Items.Number(Item(ours, key, "id"))) == id;

    // A clock that was set back makes a key due as well: it is not known how old it is.
    private bool IsDue(ServiceIdKind ours, string key)
    {
        var published = store.Read(() => store.Items.Number(Item(ours, key, "published")));
        var age = clock.GetUtcNow().ToUnixTimeMilliseconds() - published;
        return age is { } known && (known < 0 || known >= (long)ClientLimits.PreKeyRotation.TotalMilliseconds);
    }
}
