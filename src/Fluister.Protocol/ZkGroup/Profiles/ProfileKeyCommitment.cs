using System.Security.Cryptography;
using Fluister.Cryptography.Curves;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;

namespace Fluister.Protocol.ZkGroup.Profiles;

/// <summary>What the server keeps of a profile key, by which it can vouch for the key without knowing it (zkgroup,
/// crypto/profile_key_commitment.rs).</summary>
public static class ProfileKeyCommitment
{
    /// <summary>Bytes of a commitment: the byte 0 and three points.</summary>
    public const int Bytes = 1 + (3 * RistrettoPoint.Bytes);

    private const int UuidBytes = 16;

    private static readonly RistrettoPoint[] Generators = MakeGenerators();

    /// <summary>The commitment to an account's profile key; always the same for the same key and account.</summary>
    /// <param name="key">The profile key.</param>
    /// <param name="aci">The account.</param>
    public static byte[] Of(ProfileKey key, ServiceId aci)
    {
        if (aci.Kind != ServiceIdKind.Aci)
        {
            throw new ArgumentException("A profile belongs to an ACI.", nameof(aci));
        }

        Span<byte> keyAndId = stackalloc byte[ProfileKey.Bytes + UuidBytes];
        Span<byte> element = stackalloc byte[ProfileKey.Bytes];
        key.Reveal().CopyTo(keyAndId);
        key.Reveal().CopyTo(element);
        aci.Uuid.TryWriteBytes(keyAndId[ProfileKey.Bytes..], bigEndian: true, out _);

        // The key itself as a point, from which the key can be read again: made even and below 2^254 (profile_key_struct.rs).
        element[0] &= 0xfe;
        element[^1] &= 0x3f;
        var m4 = RistrettoPoint.FromSingleElligator(element);
        using var point = ZkSystem.Sho("Signal_ZKGroup_20200424_ProfileKeyAndUid_ProfileKey_CalcM3"u8, keyAndId);
        var m3 = point.SqueezeSingleElligator();
        using var scalar = ZkSystem.Sho("Signal_ZKGroup_20200424_ProfileKeyAndUid_ProfileKeyCommitment_Calcj3"u8, keyAndId);
        var j3 = scalar.SqueezeScalar();
        CryptographicOperations.ZeroMemory(keyAndId);
        CryptographicOperations.ZeroMemory(element);

        var writer = new ZkWriter(Bytes);
        writer.Point((j3 * Generators[0]) + m3);
        writer.Point((j3 * Generators[1]) + m4);
        writer.Point(j3 * Generators[2]);
        return writer.Done();
    }

    private static RistrettoPoint[] MakeGenerators()
    {
        using var sho = ZkSystem.Sho("Signal_ZKGroup_20200424_Constant_ProfileKeyCommitment_SystemParams_Generate"u8, []);
        return [sho.SqueezePoint(), sho.SqueezePoint(), sho.SqueezePoint()];
    }
}
