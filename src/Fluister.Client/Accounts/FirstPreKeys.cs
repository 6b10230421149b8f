using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.PreKeys;
using Fluister.Wire.Json;

namespace Fluister.Client.Accounts;

/// <summary>The signed pre-key and the KEM pre-key of last resort with which a device is registered or linked: made once, and sent as often
/// as it takes.</summary>
internal static class FirstPreKeys
{
    /// <summary>Those of one id; they are in the store when this returns.</summary>
    public static (SignedPreKeyJson Signed, SignedPreKeyJson LastResort) Of(
        ClientStore store, ServiceIdKind kind, IdentityKeyPair identity, TimeProvider clock, RandomSource random) => store.Transact(() =>
    {
        var now = clock.GetUtcNow();
        var signed = store.PreKeys.NewestSigned(kind);
        if (signed is null || !signed.Public.IsSignedBy(identity.Public))
        {
            signed = SignedPreKey.Generate(store.PreKeys.NextId(kind, "ec", 1), identity, now, random);
            store.PreKeys.Add(kind, signed);
        }

        var lastResort = store.PreKeys.NewestLastResort(kind);
        if (lastResort is null || !lastResort.Public.IsSignedBy(identity.Public))
        {
            lastResort = KemPreKey.Generate(store.PreKeys.NextId(kind, "kem", 1), identity, now, random);
            store.PreKeys.Add(kind, lastResort, isLastResort: true);
        }

        return (
            new SignedPreKeyJson(signed.Id, signed.Keys.Public.Serialized.ToArray(), signed.Signature.ToArray()),
            new SignedPreKeyJson(lastResort.Id, lastResort.Keys.Public.Serialized.ToArray(), lastResort.Signature.ToArray()));
    });
}
