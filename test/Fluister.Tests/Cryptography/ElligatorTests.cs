using System.Numerics;
using System.Security.Cryptography;
using Fluister.Cryptography.Curves;

namespace Fluister.Tests.Cryptography;

public sealed class ElligatorTests
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;

    [Fact]
    public void Every_preimage_maps_to_the_point_and_the_one_mapped_is_among_them()
    {
        var random = new Random(9496);
        var field = new byte[32];
        for (var round = 0; round < 200; round++)
        {
            random.NextBytes(field);
            field[0] &= 0xfe;
            field[31] &= 0x3f;
            var point = RistrettoPoint.FromSingleElligator(field);
            Assert.Contains(Convert.ToHexStringLower(field), Preimages(point));
        }
    }

    [Fact]
    public void Each_of_the_eight_candidates_exists_half_the_time()
    {
        var random = new Random(253);
        var (uniform, preimages) = (new byte[64], new byte[RistrettoPoint.MaximumPreimages * 32]);
        var counts = new int[RistrettoPoint.MaximumPreimages];
        const int rounds = 400;
        for (var round = 0; round < rounds; round++)
        {
            random.NextBytes(uniform);
            int mask = RistrettoPoint.FromUniformBytes(uniform).WriteElligatorPreimages(preimages);
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] += (mask >> i) & 1;
            }
        }

        // Six standard deviations of a fair coin.
        Assert.All(counts, count => Assert.InRange(count, (rounds / 2) - 60, (rounds / 2) + 60));
    }

    [Fact]
    public void All_preimages_of_the_neutral_element_are_found()
    {
        var i = BigInteger.Parse("19681161376707505956807079304988542015446066515923890162744021073123829784752", null);
        var d = BigInteger.Parse("37095705934669439343138083508754565189542113879843219016388785533085940283555", null);

        // What the map sends to (0, 1), and to points that are the same element: zero, and where its denominator vanishes.
        var expected = new[] { BigInteger.Zero, Root(i * d % P), Root(i * BigInteger.ModPow(d, P - 2, P) % P) };
        var found = Preimages(RistrettoPoint.Identity);
        foreach (var number in expected)
        {
            Assert.Contains(Convert.ToHexStringLower(Bytes(number)), found);
        }

        Assert.Equal(found.Count, found.Distinct().Count());
    }

    [Fact]
    public void The_representative_does_not_matter()
    {
        // Adding points of order 2 and 4 changes the Edwards point, not the element.
        var field = new byte[32];
        new Random(4).NextBytes(field);
        var point = RistrettoPoint.FromSingleElligator(field).Edwards;
        var expected = Preimages(new RistrettoPoint(point)).Order().ToList();
        var four = new EdwardsPoint { X = Field25519.SqrtMinusOne, Y = Field25519.Zero, Z = Field25519.One, T = Field25519.Zero };
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(expected, Preimages(new RistrettoPoint(point)).Order());
            Assert.True(RistrettoPoint.FixedTimeEquals(new RistrettoPoint(point), RistrettoPoint.FromSingleElligator(field)));
            point += four;
        }

        Assert.Equal(1u, EdwardsPoint.AreEqual(point, RistrettoPoint.FromSingleElligator(field).Edwards));
    }

    [Theory] // signalapp/curve25519-dalek, lizard/lizard_ristretto.rs, test_lizard_encode
    [InlineData("00000000000000000000000000000000", "f0b7e34484f74cf00f15024b738539738646bbbe1e9bc7509a676815227e774f")]
    [InlineData("01010101010101010101010101010101", "cc92e81f585afc5caac88660d8d17e9025a44489a363042123f6af0702156e65")]
    [InlineData("000102030405060708090a0b0c0d0e0f", "c830573f8a8e7778671f76cdc796dc0a235cf177f197d9fcba06e84e96247444")]
    public void Lizard_carries_sixteen_bytes(string value, string expected)
    {
        var point = Lizard.Encode(Convert.FromHexString(value));
        var bytes = new byte[32];
        point.Encode(bytes);
        Assert.Equal(expected, Convert.ToHexStringLower(bytes));

        Assert.True(RistrettoPoint.TryDecode(bytes, out var decoded));
        var back = new byte[Lizard.Bytes];
        Assert.True(Lizard.TryDecode(decoded, back));
        Assert.Equal(value, Convert.ToHexStringLower(back));
    }

    [Fact]
    public void Lizard_carries_any_sixteen_bytes_and_other_elements_none()
    {
        var random = new Random(16);
        var (value, back) = (new byte[Lizard.Bytes], new byte[Lizard.Bytes]);
        for (var round = 0; round < 50; round++)
        {
            random.NextBytes(value);
            var point = Lizard.Encode(value);
            Assert.True(Lizard.TryDecode(point, back));
            Assert.Equal(value, back);

            // The definition: the hash with the value in its middle, even and below 2^254, through one map.
            var field = SHA256.HashData(value);
            value.CopyTo(field, 8);
            var number = new BigInteger(field, isUnsigned: true) % BigInteger.Pow(2, 254);
            Assert.True(RistrettoPoint.FixedTimeEquals(point, RistrettoPoint.FromSingleElligator(Bytes(number - (number.IsEven ? 0 : 1)))));
            Assert.False(Lizard.TryDecode(point + RistrettoPoint.Base, back));
            Assert.Equal(new byte[Lizard.Bytes], back);
        }

        Assert.False(Lizard.TryDecode(RistrettoPoint.Identity, back));
    }

    // Those that exist, each checked to map back.
    private static List<string> Preimages(in RistrettoPoint point)
    {
        var bytes = new byte[RistrettoPoint.MaximumPreimages * 32];
        int mask = point.WriteElligatorPreimages(bytes);
        var found = new List<string>();
        for (var i = 0; i < RistrettoPoint.MaximumPreimages; i++)
        {
            if (((mask >> i) & 1) == 1)
            {
                var preimage = bytes.AsSpan(i * 32, 32);
                Assert.Equal(0, preimage[0] & 1);
                Assert.True(RistrettoPoint.FixedTimeEquals(point, RistrettoPoint.FromSingleElligator(preimage)), $"Candidate {i}.");
                found.Add(Convert.ToHexStringLower(preimage));
            }
        }

        return found;
    }

    private static BigInteger Root(BigInteger square)
    {
        var i = BigInteger.ModPow(2, (P - 1) / 4, P);
        var root = BigInteger.ModPow(square, (P + 3) / 8, P);
        root = root * root % P == square ? root : root * i % P;
        Assert.Equal(square, root * root % P);
        return root.IsEven ? root : P - root;
    }

    private static byte[] Bytes(BigInteger number)
    {
        var bytes = new byte[32];
        number.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        return bytes;
    }
}
