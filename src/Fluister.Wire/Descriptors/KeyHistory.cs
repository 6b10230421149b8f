using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Wire.Descriptors;

/// <summary>The identity keys that a server has had after its first, each signed by the one before: so whoever knows the first can
/// believe the last.</summary>
public static class KeyHistory
{
    /// <summary>The longest history that is read: 100 keys.</summary>
    public const int Longest = 100;

    // Stands before what is signed, so that the signature is good for nothing else.
    private static ReadOnlySpan<byte> Purpose => "Fluister identity key 1\0"u8;

    /// <summary>A key's word for the next one. The first key is in what is signed: a key that serves two servers vouches for one of
    /// them.</summary>
    public static DescriptorKey HandOn(PublicKey genesis, PrivateKey from, PublicKey to, RandomSource random) =>
        new(to.Serialized.ToArray(), from.Sign(Signed(genesis, to), random));

    /// <summary>The last key, if each is signed by the one before; none otherwise.</summary>
    /// <exception cref="Protocol.ProtocolException">A bad key.</exception>
    public static PublicKey? Walk(PublicKey genesis, IReadOnlyList<DescriptorKey>? later)
    {
        var key = genesis;
        foreach (var next in later ?? [])
        {
            // Nobody has signed this yet, and JSON has null in a list whatever the type of its items says.
            if (next is null || later!.Count > Longest)
            {
                return null;
            }

            var to = PublicKey.Read(next.Key);
            if (!key.Verify(Signed(genesis, to), next.Signature))
            {
                return null;
            }

            key = to;
        }

        return key;
    }

    /// <summary>Whether one history goes on from another, or is the same.</summary>
    public static bool Continues(IReadOnlyList<DescriptorKey>? later, IReadOnlyList<DescriptorKey>? earlier) =>
        (earlier ?? []).Select(key => Convert.ToHexString(key.Key))
            .SequenceEqual((later ?? []).Take(earlier?.Count ?? 0).Select(key => Convert.ToHexString(key.Key)), StringComparer.Ordinal);

    private static byte[] Signed(PublicKey genesis, PublicKey to) => [.. Purpose, .. genesis.Serialized, .. to.Serialized];
}
