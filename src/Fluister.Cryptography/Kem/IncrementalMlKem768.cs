using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Fluister.Cryptography.Hashes;

namespace Fluister.Cryptography.Kem;

/// <summary>ML-KEM-768 whose key and ciphertext travel in two parts each, as Signal's post-quantum ratchet sends them
/// ("The ML-KEM Braid Protocol"): the first part of the ciphertext needs the key's header only.</summary>
/// <remarks>Joined, the parts and the shared secret are those of <see cref="MlKem.Kem768"/> with the same randomness.
/// What the first step leaves for the second is encoded as libcrux encodes it, because libsignal's records hold it: the
/// transformed vector y (3 times 256 numbers of 16 bits, the least significant byte first, each within -1664..1664), the noise
/// e2 (256 numbers within -2..2), and the 32 random bytes.</remarks>
public static class IncrementalMlKem768
{
    /// <summary>Bytes of a key's header: the seed of its matrix and the hash of the whole key.</summary>
    public const int HeaderBytes = 64;

    /// <summary>Bytes of the rest of the encapsulation key: its vector.</summary>
    public const int VectorBytes = 1152;

    /// <summary>Bytes of a decapsulation key: as FIPS 203 has it.</summary>
    public const int PrivateKeyBytes = 2400;

    /// <summary>Bytes of the first part of a ciphertext.</summary>
    public const int Ciphertext1Bytes = 960;

    /// <summary>Bytes of the second part of a ciphertext.</summary>
    public const int Ciphertext2Bytes = 128;

    /// <summary>Bytes of what the first step leaves for the second, in the encoding of libsignal's records.</summary>
    public const int StateBytes = 2080;

    private const int Rank = 3;
    private const int PublicKeyBytes = 1184;
    private const int NoiseOffset = 2 * Rank * Ring.Degree;

    /// <summary>A key pair.</summary>
    /// <param name="seed">d and z: 64 bytes.</param>
    /// <param name="header">Filled with the header.</param>
    /// <param name="vector">Filled with the rest of the encapsulation key.</param>
    /// <param name="privateKey">Filled with the decapsulation key.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void GenerateKey(ReadOnlySpan<byte> seed, Span<byte> header, Span<byte> vector, Span<byte> privateKey)
    {
        Require(header.Length == HeaderBytes, nameof(header));
        Require(vector.Length == VectorBytes, nameof(vector));
        Span<byte> publicKey = stackalloc byte[PublicKeyBytes];
        MlKem.Kem768.GenerateKey(seed, publicKey, privateKey);
        publicKey[..VectorBytes].CopyTo(vector);
        publicKey[VectorBytes..].CopyTo(header);
        Keccak.Sha3_256(publicKey, header[KPke.SeedBytes..]);
    }

    /// <summary>Whether a vector is the one that a header announced, and canonical (FIPS 203, 7.2), and both have their lengths.</summary>
    public static bool Matches(ReadOnlySpan<byte> header, ReadOnlySpan<byte> vector)
    {
        if (header.Length != HeaderBytes || vector.Length != VectorBytes)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[LatticeKem.SecretBytes];
        Keccak.Sha3_256(vector, header[..KPke.SeedBytes], hash);
        return hash.SequenceEqual(header[KPke.SeedBytes..]) && Ring.IsCanonical(vector);
    }

    /// <summary>First step.</summary>
    /// <param name="header">The header.</param>
    /// <param name="random">32 bytes that nobody else knows and that are used once.</param>
    /// <param name="ciphertext1">Filled with the first part of the ciphertext.</param>
    /// <param name="state">Filled with what the second step needs: a secret.</param>
    /// <param name="shared">Filled with the shared secret: 32 bytes.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    [SkipLocalsInit]
    public static void Encapsulate1(
        ReadOnlySpan<byte> header, ReadOnlySpan<byte> random, Span<byte> ciphertext1, Span<byte> state, Span<byte> shared)
    {
        Require(header.Length == HeaderBytes, nameof(header));
        Require(random.Length == LatticeKem.SecretBytes, nameof(random));
        Require(ciphertext1.Length == Ciphertext1Bytes, nameof(ciphertext1));
        Require(state.Length == StateBytes, nameof(state));
        Require(shared.Length == LatticeKem.SecretBytes, nameof(shared));
        Span<byte> coins = stackalloc byte[2 * LatticeKem.SecretBytes];
        Span<short> y = stackalloc short[Rank * Ring.Degree];
        Span<short> noise = stackalloc short[Ring.Degree];
        Keccak.Sha3_512(random, header[KPke.SeedBytes..], coins);
        KPke.EncryptFirst(Rank, header[..KPke.SeedBytes], coins[LatticeKem.SecretBytes..], ciphertext1, y, noise);
        Ring.Write(y, state);
        Ring.Write(noise, state[NoiseOffset..]);
        random.CopyTo(state[^LatticeKem.SecretBytes..]);
        coins[..LatticeKem.SecretBytes].CopyTo(shared);
        CryptographicOperations.ZeroMemory(coins);
        Ring.Clear(y);
        Ring.Clear(noise);
    }

    /// <summary>Second step.</summary>
    /// <param name="vector">A vector that <see cref="Matches"/> the header of the first step.</param>
    /// <param name="state">What the first step left; any other bytes give a ciphertext that is not authentic.</param>
    /// <param name="ciphertext2">Filled with the second part of the ciphertext.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    [SkipLocalsInit]
    public static void Encapsulate2(ReadOnlySpan<byte> vector, ReadOnlySpan<byte> state, Span<byte> ciphertext2)
    {
        Require(vector.Length == VectorBytes, nameof(vector));
        Require(state.Length == StateBytes, nameof(state));
        Require(ciphertext2.Length == Ciphertext2Bytes, nameof(ciphertext2));
        Span<short> y = stackalloc short[Rank * Ring.Degree];
        Span<short> noise = stackalloc short[Ring.Degree];
        Ring.Read(state, y);
        Ring.Read(state[NoiseOffset..], noise);
        RepairByteOrder(y, noise);
        Ring.Reduce(y);
        Ring.Reduce(noise);
        KPke.EncryptSecond(Rank, vector, state[^LatticeKem.SecretBytes..], y, noise, ciphertext2);
        Ring.Clear(y);
        Ring.Clear(noise);
    }

    /// <summary>The shared secret; parts that are not authentic give another, in the same time.</summary>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void Decapsulate(
        ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext1, ReadOnlySpan<byte> ciphertext2, Span<byte> shared)
    {
        Require(ciphertext1.Length == Ciphertext1Bytes, nameof(ciphertext1));
        Require(ciphertext2.Length == Ciphertext2Bytes, nameof(ciphertext2));
        Span<byte> ciphertext = stackalloc byte[Ciphertext1Bytes + Ciphertext2Bytes];
        ciphertext1.CopyTo(ciphertext);
        ciphertext2.CopyTo(ciphertext[Ciphertext1Bytes..]);
        MlKem.Kem768.Decapsulate(privateKey, ciphertext, shared);
    }

    // Old records of some builds of libcrux hold the numbers with the most significant byte first (its issue 1275). The noise tells:
    // 1, 2 and -2 of one order are beyond the noise's range in the other, and the first of them decides, as libsignal has it.
    // The noise is secret: all of it is looked at, and the bytes are swapped by mask.
    private static void RepairByteOrder(Span<short> y, Span<short> noise)
    {
        var (undecided, swap) = (-1, 0);
        foreach (var numbers in Ring.Vectors(noise))
        {
            var alike = Vector256.Equals(numbers, Vector256<short>.Zero) | Vector256.Equals(numbers, Vector256<short>.AllBitsSet);
            var telling = Vector256.ExtractMostSignificantBits(~alike);
            var turned = Vector256.ExtractMostSignificantBits(AreNoise(Turn(numbers)));
            var first = telling & (~telling + 1);
            swap |= undecided & Any(first & turned);
            undecided &= ~Any(telling);
        }

        Swap(y, swap);
        Swap(noise, swap);
    }

    private static void Swap(Span<short> polynomials, int mask)
    {
        foreach (ref var numbers in Ring.Vectors(polynomials))
        {
            numbers ^= Vector256.Create((short)mask) & (numbers ^ Turn(numbers));
        }
    }

    private static Vector256<short> Turn(Vector256<short> numbers) => (numbers << 8) | (numbers >>> 8);

    // All ones where a number is within -2..2.
    private static Vector256<short> AreNoise(Vector256<short> numbers) =>
        Vector256.GreaterThan(numbers, Vector256.Create((short)-3)) & Vector256.LessThan(numbers, Vector256.Create((short)3));

    // All ones if a bit is set.
    private static int Any(uint bits) => (int)(bits | (0U - bits)) >> 31;

    private static void Require(bool met, string argument)
    {
        if (!met)
        {
            throw new ArgumentException("The length is not the one that ML-KEM-768 has.", argument);
        }
    }
}
