using Fluister.Cryptography.Curves;
using Fluister.Cryptography.Proofs;

namespace Fluister.Tests.Cryptography.Proofs;

/// <summary>The constants of libsignal's poksho/statement.rs and sign.rs, and what a proof must refuse.</summary>
public sealed class ProofStatementTests
{
    private static readonly byte[] Randomness = Counting(0, 32);

    [Fact]
    public void A_statement_is_described_by_counts_and_indices()
    {
        Assert.Equal([1, 1, 1, 0, 0], new ProofStatement().Add("A", ("a", "G")).Describe());
        Assert.Equal([2, 1, 1, 0, 0, 2, 1, 0, 3], new ProofStatement().Add("A", ("a", "G")).Add("B", ("a", "H")).Describe());
        Assert.Equal([1, 1, 2, 0, 0, 1, 2], new ProofStatement().Add("A", ("a", "G"), ("b", "H")).Describe());
        Assert.Equal([2, 1, 3, 0, 0, 1, 2, 2, 3, 4, 2, 2, 2, 3, 3], Complex().Describe());
    }

    [Fact]
    public void A_proof_of_two_equations_is_as_published()
    {
        var (scalars, points) = ComplexValues();
        var proof = Complex().Prove(scalars, points, [], Randomness);
        Assert.Equal(
            "8efc676c33e6b2d0670ed5461a507f6a4bc9153e261db80fa438f3cd80a5c909b113cc0d7990ad616d0a2fc4b831d063"
            + "57a5ee5d36d44b3427c7901061180c0fb1798c51680fe21b9f98e97955b1597c49314725c1546a369328cf54daae710b"
            + "fc4a9911422aa77ed6d7231de3003ba5ae9d9fd0c53ced7ad782e29b04684a07221a6ef47ce61d817f01117cf59df69a"
            + "c35b5bb590f1f7b6d029717bc1a62501",
            Convert.ToHexStringLower(proof));
        Assert.True(Complex().Verify(proof, points, []));
    }

    [Fact]
    public void A_signature_is_as_published()
    {
        var secret = Scalar25519.Reduce(Counting(0, 64));
        var statement = new ProofStatement().Add("public", ("secret", "G"));
        Dictionary<string, RistrettoPoint> points = new() { ["public"] = RistrettoPoint.MultiplyBase(secret) };
        var proof = statement.Prove(new Dictionary<string, Scalar25519> { ["secret"] = secret }, points, Counting(0, 100), Randomness);
        Assert.Equal(
            "a08f6b34a282dd4c7cfc40b918f224a6b631ca5f6480a10b42bd1408602a7e008a23a1e32479befb5e26b9f0f4fe0e9e"
            + "9e9ec9afad269143acb03a22c6364f03",
            Convert.ToHexStringLower(proof));
    }

    [Fact]
    public void A_proof_holds_for_its_message_and_points_alone()
    {
        var (scalars, points) = ComplexValues();
        var proof = Complex().Prove(scalars, points, "message"u8, Randomness);
        Assert.True(Complex().Verify(proof, points, "message"u8));
        Assert.False(Complex().Verify(proof, points, "massage"u8));
        foreach (var name in points.Keys)
        {
            var others = new Dictionary<string, RistrettoPoint>(points) { [name] = points[name] + RistrettoPoint.Base };
            Assert.False(Complex().Verify(proof, others, "message"u8));
        }
    }

    [Fact]
    public void A_changed_proof_is_refused_wherever_it_is_changed()
    {
        var (scalars, points) = ComplexValues();
        var proof = Complex().Prove(scalars, points, [], Randomness);
        for (var i = 0; i < proof.Length; i += 3)
        {
            byte[] changed = [.. proof];
            changed[i] ^= 1;
            Assert.False(Complex().Verify(changed, points, []));
        }

        Assert.False(Complex().Verify([.. proof, 0], points, []));
        Assert.False(Complex().Verify([.. proof, .. new byte[32]], points, []));
        Assert.False(Complex().Verify(proof.AsSpan(0, proof.Length - 32), points, []));
        Assert.False(Complex().Verify([], points, []));
    }

    [Fact]
    public void A_scalar_that_is_not_reduced_is_refused()
    {
        var (scalars, points) = ComplexValues();
        var proof = Complex().Prove(scalars, points, [], Randomness);

        // The order of the group, added to the last response: the same scalar in another form.
        var order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        var carry = 0;
        for (var i = 0; i < 32; i++)
        {
            var sum = proof[proof.Length - 32 + i] + order[i] + carry;
            (proof[proof.Length - 32 + i], carry) = ((byte)sum, sum >> 8);
        }

        Assert.Equal(0, carry);
        Assert.False(Complex().Verify(proof, points, []));
    }

    [Fact]
    public void Scalars_that_do_not_fulfil_the_statement_prove_nothing()
    {
        var (scalars, points) = ComplexValues();
        scalars["c"] = Scalar25519.One;
        Assert.Throws<ArgumentException>(() => Complex().Prove(scalars, points, [], Randomness));
    }

    [Fact]
    public void Every_name_has_a_value_and_every_value_a_name()
    {
        var (scalars, points) = ComplexValues();
        Dictionary<string, Scalar25519> moreScalars = new(scalars) { ["e"] = default };
        Dictionary<string, RistrettoPoint> morePoints = new(points) { ["X"] = default };
        Assert.Throws<ArgumentException>(() => Complex().Prove(moreScalars, points, [], Randomness));
        Assert.Throws<ArgumentException>(() => Complex().Verify(new byte[160], morePoints, []));
        points.Remove("H");
        Assert.Throws<ArgumentException>(() => Complex().Prove(scalars, points, [], Randomness));
        Assert.Throws<ArgumentException>(() => Complex().Verify(new byte[160], points, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Complex().Prove(scalars, points, [], new byte[31]));
    }

    [Fact]
    public void Names_and_equations_are_counted_in_bytes()
    {
        var statement = new ProofStatement();
        for (var i = 0; i < 254; i++)
        {
            statement.Add($"P{i}", ("a", "G"));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => statement.Add("one too many", ("a", "G")));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProofStatement().Add("A", []));
        Assert.Throws<ArgumentException>(() => new ProofStatement().Add("", ("a", "G")));
    }

    private static ProofStatement Complex() =>
        new ProofStatement().Add("A", ("a", "G"), ("b", "H"), ("c", "I")).Add("B", ("c", "H"), ("d", "I"));

    private static (Dictionary<string, Scalar25519> Scalars, Dictionary<string, RistrettoPoint> Points) ComplexValues()
    {
        var (a, b, c, d) = (Wide(10), Wide(20), Wide(30), Wide(40));
        var (h, i) = (RistrettoPoint.MultiplyBase(Wide(50)), RistrettoPoint.MultiplyBase(Wide(60)));
        return (
            new() { ["a"] = a, ["b"] = b, ["c"] = c, ["d"] = d },
            new() { ["A"] = RistrettoPoint.MultiplyBase(a) + (b * h) + (c * i), ["B"] = (c * h) + (d * i), ["H"] = h, ["I"] = i });
    }

    private static Scalar25519 Wide(int first) => Scalar25519.Reduce(Counting(first, 64));

    private static byte[] Counting(int first, int count) => [.. Enumerable.Range(first, count).Select(i => (byte)i)];
}
