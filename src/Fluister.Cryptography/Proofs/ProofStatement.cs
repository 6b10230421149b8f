using System.Security.Cryptography;
using Fluister.Cryptography.Curves;

namespace Fluister.Cryptography.Proofs;

/// <summary>A system of linear equations over ristretto255 whose scalars someone can prove to know.</summary>
/// <remarks>
/// <para>The Sigma protocol for linear relations (Boneh and Shoup, section 19.5.3), made non-interactive with the stateful
/// hash object, as libsignal's poksho has it: the same values and the same randomness give the same bytes.</para>
/// <para>An equation says that one point is a sum of products of secret scalars and points. Names are numbered in the order
/// in which they first appear; the point <see cref="Generator"/> is the group's own and is never given a value.</para>
/// </remarks>
public sealed class ProofStatement
{
    /// <summary>The name of the group's generator.</summary>
    public const string Generator = "G";

    /// <summary>Bytes of randomness that a proof takes.</summary>
    public const int RandomBytes = 32;

    // Every count and index of the description is one byte.
    private const int Most = 255;

    private readonly List<(int Result, (int Scalar, int Point)[] Terms)> _equations = [];
    private readonly List<string> _scalars = [];
    private readonly List<string> _points = [Generator];

    /// <summary>Adds an equation: the point <paramref name="result"/> is the sum of the products <paramref name="terms"/>.</summary>
    /// <returns>The statement, for the next equation.</returns>
    public ProofStatement Add(string result, params ReadOnlySpan<(string Scalar, string Point)> terms)
    {
        ArgumentException.ThrowIfNullOrEmpty(result);
        ArgumentOutOfRangeException.ThrowIfZero(terms.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(terms.Length, Most);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_equations.Count, Most);
        var left = IndexOf(_points, result);
        var right = new (int, int)[terms.Length];
        for (var i = 0; i < terms.Length; i++)
        {
            right[i] = (IndexOf(_scalars, terms[i].Scalar), IndexOf(_points, terms[i].Point));
        }

        _equations.Add((left, right));
        return this;
    }

    /// <summary>Proves to know scalars that fulfil the statement, and binds the proof to a message.</summary>
    /// <param name="scalars">All scalars by name, and no others.</param>
    /// <param name="points">All points by name but the generator, and no others.</param>
    /// <param name="message">What the proof signs; may be empty.</param>
    /// <param name="randomness">32 bytes; the nonce is hashed from them, the scalars and the message.</param>
    /// <returns>The challenge and one response for each scalar, 32 bytes each.</returns>
    /// <exception cref="ArgumentException">The values do not fulfil the statement, or names are missing or too many.</exception>
    public byte[] Prove(
        IReadOnlyDictionary<string, Scalar25519> scalars,
        IReadOnlyDictionary<string, RistrettoPoint> points,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> randomness)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(randomness.Length, RandomBytes);
        var witness = Sort(_scalars, 0, scalars, default);
        var all = Sort(_points, 1, points, RistrettoPoint.Base);
        var nonce = new Scalar25519[witness.Length];
        try
        {
            using var sho = Begin(all);
            using var nonces = sho.Copy();
            nonces.Absorb(randomness);
            foreach (ref readonly var scalar in witness.AsSpan())
            {
                nonces.Absorb(scalar);
            }

            nonces.Ratchet();
            nonces.AbsorbAndRatchet(message);
            Nonces(nonces, nonce);

            var challenge = Challenge(sho, Commitments(nonce, all, null), message);
            var proof = new byte[(1 + witness.Length) * Scalar25519.Bytes];
            challenge.Encode(proof.AsSpan(0, Scalar25519.Bytes));
            for (var i = 0; i < witness.Length; i++)
            {
                var response = nonce[i] + (witness[i] * challenge);
                response.Encode(proof.AsSpan((1 + i) * Scalar25519.Bytes, Scalar25519.Bytes));
            }

            // A response to a faulty computation could give the witness away.
            return Verify(proof, points, message)
                ? proof
                : throw new ArgumentException("The scalars do not fulfil the statement.", nameof(scalars));
        }
        finally
        {
            Array.Clear(witness);
            Array.Clear(nonce);
        }
    }

    /// <summary>Whether a proof holds for these points and this message.</summary>
    /// <exception cref="ArgumentException">Names of points are missing or too many.</exception>
    public bool Verify(ReadOnlySpan<byte> proof, IReadOnlyDictionary<string, RistrettoPoint> points, ReadOnlySpan<byte> message)
    {
        var all = Sort(_points, 1, points, RistrettoPoint.Base);
        if (proof.Length != (1 + _scalars.Count) * Scalar25519.Bytes
            || !Scalar25519.TryDecode(proof[..Scalar25519.Bytes], out var challenge))
        {
            return false;
        }

        var responses = new Scalar25519[_scalars.Count];
        for (var i = 0; i < responses.Length; i++)
        {
            if (!Scalar25519.TryDecode(proof.Slice((1 + i) * Scalar25519.Bytes, Scalar25519.Bytes), out responses[i]))
            {
                return false;
            }
        }

        Span<byte> ours = stackalloc byte[Scalar25519.Bytes];
        using var sho = Begin(all);
        Challenge(sho, Commitments(responses, all, challenge), message).Encode(ours);
        return CryptographicOperations.FixedTimeEquals(ours, proof[..Scalar25519.Bytes]);
    }

    /// <summary>The description that the hash takes in: counts and indices, one byte each.</summary>
    internal byte[] Describe()
    {
        List<byte> bytes = [(byte)_equations.Count];
        foreach (var (result, terms) in _equations)
        {
            bytes.Add((byte)result);
            bytes.Add((byte)terms.Length);
            foreach (var (scalar, point) in terms)
            {
                bytes.Add((byte)scalar);
                bytes.Add((byte)point);
            }
        }

        return [.. bytes];
    }

    private static int IndexOf(List<string> names, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var index = names.IndexOf(name);
        if (index < 0)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(names.Count, Most);
            names.Add(name);
            index = names.Count - 1;
        }

        return index;
    }

    // Values in the order of their numbers; those before `first` are `given`.
    private static T[] Sort<T>(List<string> names, int first, IReadOnlyDictionary<string, T> values, T given)
    {
        var sorted = new T[names.Count];
        sorted.AsSpan(0, first).Fill(given);
        for (var i = first; i < sorted.Length; i++)
        {
            sorted[i] = values.TryGetValue(names[i], out var value)
                ? value
                : throw new ArgumentException($"No value for {names[i]}.", nameof(values));
        }

        return values.Count == sorted.Length - first
            ? sorted
            : throw new ArgumentException("A value without a name in the statement.", nameof(values));
    }

    private static void Nonces(ShoHmacSha256 sho, Span<Scalar25519> nonce)
    {
        var bytes = new byte[nonce.Length * 64];
        sho.SqueezeAndRatchet(bytes);
        for (var i = 0; i < nonce.Length; i++)
        {
            nonce[i] = Scalar25519.Reduce(bytes.AsSpan(i * 64, 64));
        }

        CryptographicOperations.ZeroMemory(bytes);
    }

    private static Scalar25519 Challenge(ShoHmacSha256 sho, RistrettoPoint[] commitments, ReadOnlySpan<byte> message)
    {
        foreach (ref readonly var commitment in commitments.AsSpan())
        {
            sho.Absorb(commitment);
        }

        sho.AbsorbAndRatchet(message);
        return sho.SqueezeScalar();
    }

    private ShoHmacSha256 Begin(RistrettoPoint[] points)
    {
        var sho = new ShoHmacSha256("POKSHO_Ristretto_SHOHMACSHA256"u8);
        sho.Absorb(Describe());
        foreach (ref readonly var point in points.AsSpan())
        {
            sho.Absorb(point);
        }

        sho.Ratchet();
        return sho;
    }

    // The right sides for these scalars; less the challenge times the left sides, where a proof is checked. Points may be
    // secret even then, so the time never depends on them.
    private RistrettoPoint[] Commitments(Scalar25519[] scalars, RistrettoPoint[] points, Scalar25519? challenge)
    {
        var commitments = new RistrettoPoint[_equations.Count];
        for (var i = 0; i < commitments.Length; i++)
        {
            var (result, terms) = _equations[i];
            var count = terms.Length + (challenge is null ? 0 : 1);
            var (factors, bases) = (new Scalar25519[count], new RistrettoPoint[count]);
            for (var j = 0; j < terms.Length; j++)
            {
                (factors[j], bases[j]) = (scalars[terms[j].Scalar], points[terms[j].Point]);
            }

            if (challenge is { } h)
            {
                (factors[^1], bases[^1]) = (-h, points[result]);
            }

            commitments[i] = RistrettoPoint.MultiplySum(factors, bases);
            Array.Clear(factors);
        }

        return commitments;
    }
}
