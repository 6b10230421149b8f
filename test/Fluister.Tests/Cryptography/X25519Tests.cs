using Fluister.Cryptography.Curves;

namespace Fluister.Tests.Cryptography;

public sealed class X25519Tests
{
    // Set to run the last vector of RFC 7748, section 5.2, too: a million iterations take minutes.
    private static readonly bool LongRun = Environment.GetEnvironmentVariable("FLUISTER_LONG_TESTS") == "1";

    [Theory] // RFC 7748, section 5.2
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void One_multiplication(string scalar, string u, string expected)
    {
        var result = new byte[32];
        X25519.Multiply(Convert.FromHexString(scalar), Convert.FromHexString(u), result);
        Assert.Equal(expected, Convert.ToHexStringLower(result));
    }

    [Fact] // RFC 7748, section 5.2
    public void Many_multiplications()
    {
        var k = new byte[32];
        k[0] = 9;
        var u = k.ToArray();
        var seen = new Dictionary<int, string>();
        for (var i = 1; i <= (LongRun ? 1_000_000 : 1000); i++)
        {
            var next = new byte[32];
            X25519.Multiply(k, u, next);
            (u, k) = (k, next);
            if (i is 1 or 1000 or 1_000_000)
            {
                seen[i] = Convert.ToHexStringLower(k);
            }
        }

        Assert.Equal("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", seen[1]);
        Assert.Equal("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", seen[1000]);
        Assert.Equal(
            LongRun ? "7c3911e0ab2586fd864497297e575e6f3bc601c0883c30df5f4dd2d24f665424" : null,
            seen.GetValueOrDefault(1_000_000));
    }

    [Fact] // RFC 7748, section 6.1
    public void Two_people_agree()
    {
        var alice = Convert.FromHexString("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        var bob = Convert.FromHexString("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        Assert.Equal(
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Convert.ToHexStringLower(X25519.PublicKey(alice)));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Convert.ToHexStringLower(X25519.PublicKey(bob)));
        var (one, other) = (new byte[32], new byte[32]);
        Assert.True(X25519.TryAgree(alice, X25519.PublicKey(bob), one));
        Assert.True(X25519.TryAgree(bob, X25519.PublicKey(alice), other));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Convert.ToHexStringLower(one));
        Assert.Equal(one, other);
    }

    [Theory] // The points of order 1, 2, 4 and 8, and those of them that have a second encoding.
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    public void A_point_of_small_order_is_refused(string point)
    {
        using var key = X25519.GenerateKey();
        var shared = new byte[32];
        Assert.False(X25519.TryAgree(key.Reveal(), Convert.FromHexString(point), shared));
    }

    [Fact]
    public void A_public_key_is_what_the_ladder_gives()
    {
        var random = new Random(7748);
        var (key, basePoint, expected) = (new byte[32], new byte[32], new byte[32]);
        basePoint[0] = 9;
        for (var round = 0; round < 50; round++)
        {
            random.NextBytes(key);
            X25519.Multiply(key, basePoint, expected);
            Assert.Equal(expected, X25519.PublicKey(key));
        }
    }

    [Fact]
    public void Only_the_one_encoding_of_a_point_of_the_prime_group_is_canonical()
    {
        var nine = new byte[32];
        nine[0] = 9;
        Assert.True(X25519.IsCanonical(nine));
        Assert.False(X25519.IsCanonical(Convert.FromHexString("f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")));
        Assert.False(X25519.IsCanonical(Convert.FromHexString("0900000000000000000000000000000000000000000000000000000000000080")));

        var random = new Random(25519);
        var key = new byte[32];
        var torsion = new EdwardsPoint { X = Field25519.SqrtMinusOne, Y = Field25519.Zero, Z = Field25519.One, T = Field25519.Zero };
        for (var round = 0; round < 20; round++)
        {
            random.NextBytes(key);
            var publicKey = X25519.PublicKey(key);
            Assert.True(X25519.IsCanonical(publicKey));
            publicKey[31] |= 0x80;
            Assert.False(X25519.IsCanonical(publicKey));

            // The same point with a part of order 4.
            (EdwardsPoint.MultiplyBase(Scalar25519.Reduce(key)) + torsion).ToMontgomery().Encode(publicKey);
            Assert.False(X25519.IsCanonical(publicKey));
        }

        // 2 is on the twist, 0, 1 and -1 are of small order.
        foreach (var u in (byte[])[0, 1, 2])
        {
            nine[0] = u;
            Assert.False(X25519.IsCanonical(nine));
        }

        Assert.False(X25519.IsCanonical(Convert.FromHexString("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")));
    }
}
