using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Curves;
using Fluister.Cryptography.Symmetric;

namespace Fluister.Benchmarks.Timing;

/// <summary>What must take the same time whatever the secret is, and one comparison that does not.</summary>
/// <remarks>Where a scalar is fixed it is sparse, nearly all zero: what differs most from random ones.</remarks>
internal static class TimingSubjects
{
    private const string Keys = "the sparse key | random keys";
    private const string Scalars = "the scalar 1 | random scalars";

    // A scalar is reduced from so many bytes.
    private const int ScalarBytes = 64;

    public static TimingSubject[] All() =>
    [
        .. Comparisons(),
        .. Curve(),
        .. KemScheme.All.SelectMany(kem => (TimingSubject[])[new CiphertextSubject(kem), new SecretVectorSubject(kem)]),
        new OpeningSubject(accelerated: false),
        .. AesGcmSiv.IsAccelerated ? (TimingSubject[])[new OpeningSubject(accelerated: true)] : [],
    ];

    private static IEnumerable<TimingSubject> Comparisons()
    {
        var (one, other) = (new byte[ComparedSubject.Bytes], new byte[ComparedSubject.Bytes]);
        var (secret, given) = (new Secret(one), new Secret(other));
        yield return new ComparedSubject(
            "control: SequenceEqual, 4 KiB", isControl: true, () => one, () => other, () => one.AsSpan().SequenceEqual(other));
        yield return new ComparedSubject(
            "CryptographicOperations.FixedTimeEquals, 4 KiB", isControl: false, () => one, () => other,
            () => CryptographicOperations.FixedTimeEquals(one, other));
        yield return new ComparedSubject(
            "Secret.FixedTimeEquals, 4 KiB", isControl: false, () => Bytes(secret), () => Bytes(given),
            () => secret.FixedTimeEquals(given));
    }

    private static IEnumerable<TimingSubject> Curve()
    {
        var (shared, signature, message) = (new byte[32], new byte[64], new byte[100]);
        var point = X25519.PublicKey(Counting(32));
        yield return new KeyedSubject("X25519, any base", Keys, 32, 0, Sparse, key => X25519.TryAgree(key, point, shared));
        yield return new KeyedSubject("X25519, public key", Keys, 32, 0, Sparse, key => X25519.PublicKey(key));
        yield return new KeyedSubject(
            "XEdDSA sign", Keys, 32, XEdDsa.RandomBytes, Sparse, input => XEdDsa.Sign(input[..32], message, input[32..], signature));
        yield return new KeyedSubject("Ed25519 sign", Keys, 32, 0, Sparse, key => Ed25519.Sign(key, message, signature));

        var element = RistrettoPoint.FromUniformBytes(Counting(64));
        RistrettoPoint[] elements = [element, element + element, -element];
        var product = element;
        yield return new KeyedSubject(
            "ristretto255, any base", Scalars, ScalarBytes, 0, One, input => product = Scalar25519.Reduce(input) * element);
        yield return new KeyedSubject(
            "ristretto255, generator", Scalars, ScalarBytes, 0, One,
            input => product = RistrettoPoint.MultiplyBase(Scalar25519.Reduce(input)));
        yield return new KeyedSubject(
            "ristretto255, sum of 3 products", Scalars, 3 * ScalarBytes, 0, One,
            input => product = RistrettoPoint.MultiplySum(
                [
                    Scalar25519.Reduce(input[..ScalarBytes]),
                    Scalar25519.Reduce(input[ScalarBytes..(2 * ScalarBytes)]),
                    Scalar25519.Reduce(input[(2 * ScalarBytes)..]),
                ],
                elements));
    }

    private static void Sparse(Span<byte> key) => key.Clear();

    private static void One(Span<byte> scalars)
    {
        scalars.Clear();
        for (var at = 0; at < scalars.Length; at += ScalarBytes)
        {
            scalars[at] = 1;
        }
    }

    private static byte[] Counting(int length) => [.. Enumerable.Range(1, length).Select(i => (byte)i)];

    // A secret's bytes, to be changed in their place.
    private static Span<byte> Bytes(Secret secret) =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(secret.Reveal()), secret.Length);
}
