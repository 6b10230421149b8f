using System.Runtime.CompilerServices;

namespace Fluister.Cryptography.Kem;

/// <summary>K-PKE (FIPS 203, section 5): the public-key encryption inside ML-KEM and Kyber, in two steps where it encrypts,
/// because the first part of a ciphertext does not depend on the key's vector.</summary>
/// <remarks>Vectors are polynomials one after the other. Not to be used alone: it does not resist chosen ciphertexts.</remarks>
internal static partial class KPke
{
    /// <summary>Bytes of a matrix's seed (rho), of a noise's seed (sigma, r) and of a message.</summary>
    public const int SeedBytes = 32;

    private const int MaximumRank = 4;

    /// <summary>Bits that a coefficient of a ciphertext's first part has (d_u).</summary>
    public static int BitsOfU(int rank) => rank == 4 ? 11 : 10;

    /// <summary>Bits that a coefficient of a ciphertext's second part has (d_v).</summary>
    public static int BitsOfV(int rank) => rank == 4 ? 5 : 4;

    /// <summary>K-PKE.KeyGen (algorithm 13) after its first hash: from rho and sigma the two encoded vectors.</summary>
    [SkipLocalsInit]
    public static void GenerateKey(
        int rank, ReadOnlySpan<byte> rho, ReadOnlySpan<byte> sigma, Span<byte> publicVector, Span<byte> secretVector)
    {
        Span<short> samples = stackalloc short[2 * MaximumRank * Ring.Degree];
        Span<short> matrix = stackalloc short[MaximumRank * MaximumRank * Ring.Degree];
        Span<short> sum = stackalloc short[Ring.Degree];
        samples = samples[..(2 * rank * Ring.Degree)];
        var secret = samples[..(rank * Ring.Degree)];
        var noise = samples[(rank * Ring.Degree)..];
        SampleNoise(sigma, samples);
        SampleMatrix(rank, rho, transposed: false, matrix);
        for (var i = 0; i < rank; i++)
        {
            Ring.Ntt(Polynomial(secret, i));
            Ring.Encode(Polynomial(secret, i), secretVector[(i * Ring.Bytes)..]);
        }

        for (var i = 0; i < rank; i++)
        {
            Ring.Multiply(Row(matrix, rank, i), secret, sum);
            Ring.ToMontgomery(sum);
            Ring.Ntt(Polynomial(noise, i));
            Ring.Add(sum, Polynomial(noise, i));
            Ring.Reduce(sum);
            Ring.Encode(sum, publicVector[(i * Ring.Bytes)..]);
        }

        Ring.Clear(samples);
        Ring.Clear(sum);
    }

    /// <summary>K-PKE.Encrypt (algorithm 14), the part that needs rho only.</summary>
    /// <param name="rank">3 or 4.</param>
    /// <param name="rho">The seed of the key's matrix.</param>
    /// <param name="r">The seed of the noise.</param>
    /// <param name="first">The ciphertext's first part: 32 d_u bytes per rank.</param>
    /// <param name="y">The transformed vector that the second part needs, small.</param>
    /// <param name="noise">The noise that the second part needs, within -2..2.</param>
    [SkipLocalsInit]
    public static void EncryptFirst(
        int rank, ReadOnlySpan<byte> rho, ReadOnlySpan<byte> r, Span<byte> first, Span<short> y, Span<short> noise)
    {
        Span<short> samples = stackalloc short[((2 * MaximumRank) + 1) * Ring.Degree];
        Span<short> matrix = stackalloc short[MaximumRank * MaximumRank * Ring.Degree];
        Span<short> sum = stackalloc short[Ring.Degree];
        samples = samples[..(((2 * rank) + 1) * Ring.Degree)];
        SampleNoise(r, samples);
        samples[..(rank * Ring.Degree)].CopyTo(y);
        Polynomial(samples, 2 * rank).CopyTo(noise);
        SampleMatrix(rank, rho, transposed: true, matrix);
        for (var i = 0; i < rank; i++)
        {
            Ring.Ntt(Polynomial(y, i));
        }

        for (var i = 0; i < rank; i++)
        {
            Ring.Multiply(Row(matrix, rank, i), y, sum);
            Ring.InverseNtt(sum);
            Ring.Add(sum, Polynomial(samples, rank + i));
            Ring.Reduce(sum);
            Ring.Compress(sum, BitsOfU(rank), first[(i * 32 * BitsOfU(rank))..]);
        }

        Ring.Clear(samples);
        Ring.Clear(sum);
    }

    /// <summary>K-PKE.Encrypt, the rest, from what <see cref="EncryptFirst"/> left.</summary>
    [SkipLocalsInit]
    public static void EncryptSecond(
        int rank,
        ReadOnlySpan<byte> publicVector,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<short> y,
        ReadOnlySpan<short> noise,
        Span<byte> second)
    {
        Span<short> vector = stackalloc short[MaximumRank * Ring.Degree];
        Span<short> sum = stackalloc short[Ring.Degree];
        Span<short> encoded = stackalloc short[Ring.Degree];
        for (var i = 0; i < rank; i++)
        {
            Ring.Decode(publicVector[(i * Ring.Bytes)..], Polynomial(vector, i));
        }

        Ring.Multiply(vector[..(rank * Ring.Degree)], y, sum);
        Ring.InverseNtt(sum);
        Ring.Add(sum, noise);
        Ring.DecodeMessage(message, encoded);
        Ring.Add(sum, encoded);
        Ring.Reduce(sum);
        Ring.Compress(sum, BitsOfV(rank), second);
        Ring.Clear(sum);
        Ring.Clear(encoded);
    }

    /// <summary>K-PKE.Decrypt (algorithm 15).</summary>
    [SkipLocalsInit]
    public static void Decrypt(
        int rank, ReadOnlySpan<byte> secretVector, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> message)
    {
        Span<short> secret = stackalloc short[MaximumRank * Ring.Degree];
        Span<short> u = stackalloc short[MaximumRank * Ring.Degree];
        Span<short> sum = stackalloc short[Ring.Degree];
        Span<short> v = stackalloc short[Ring.Degree];
        for (var i = 0; i < rank; i++)
        {
            Ring.Decode(secretVector[(i * Ring.Bytes)..], Polynomial(secret, i));
            Ring.Decompress(first[(i * 32 * BitsOfU(rank))..], BitsOfU(rank), Polynomial(u, i));
            Ring.Ntt(Polynomial(u, i));
        }

        Ring.Multiply(secret[..(rank * Ring.Degree)], u, sum);
        Ring.InverseNtt(sum);
        Ring.Decompress(second, BitsOfV(rank), v);
        Ring.Subtract(v, sum);
        Ring.Reduce(v);
        Ring.EncodeMessage(v, message);
        Ring.Clear(secret);
        Ring.Clear(u);
        Ring.Clear(sum);
        Ring.Clear(v);
    }

    private static ReadOnlySpan<short> Row(Span<short> matrix, int rank, int i) => matrix.Slice(i * rank * Ring.Degree, rank * Ring.Degree);

    private static Span<short> Polynomial(Span<short> vector, int i) => vector.Slice(i * Ring.Degree, Ring.Degree);
}
