using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Fluister.Cryptography.Curves;

namespace Fluister.Tests.Cryptography;

public sealed class RistrettoTests
{
    // RFC 9496, appendix A.1: 0 to 15 times the generator.
    private static readonly string[] Multiples =
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
        "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
        "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
        "da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57",
        "e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e",
        "f64746d3c92b13050ed8d80236a7f0007c3b3f962f5ba793d19a601ebb1df403",
        "44f53520926ec81fbd5a387845beb7df85a96a24ece18738bdcfa6a7822a176d",
        "903293d8f2287ebe10e2374dc1a53e0bc887e592699f02d077d5263cdd55601c",
        "02622ace8f7303a31cafc63f8fc48fdc16e1c8c8d234b2f0d6685282a9076031",
        "20706fd788b2720a1ed2a5dad4952b01f413bcf0e7564de8cdc816689e2db95f",
        "bce83f8ba5dd2fa572864c24ba1810f9522bc6004afe95877ac73241cafdab42",
        "e4549ee16b9aa03099ca208c67adafcafa4c3f3e4e5303de6026e3ca8ff84460",
        "aa52e000df2e16f55fb1032fc33bc42742dad6bd5a8fc0be0167436c5948501f",
        "46376b80f409b29dc2b5f6f0c52591990896e5716f41477cd30085ab7f10301e",
        "e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e",
    ];

    [Fact] // RFC 9496, appendix A.1
    public void Multiples_of_the_generator()
    {
        var sum = RistrettoPoint.Identity;
        for (ulong i = 0; i < (ulong)Multiples.Length; i++)
        {
            var expected = Multiples[i];
            var scalar = Scalar25519.From(i);
            Assert.Equal(expected, Hex(sum));
            Assert.Equal(expected, Hex(RistrettoPoint.MultiplyBase(scalar)));
            Assert.Equal(expected, Hex(scalar * RistrettoPoint.Base));
            Assert.Equal(expected, Hex(RistrettoPoint.MultiplySumPublic([scalar], [RistrettoPoint.Base])));
            Assert.Equal(expected, Hex(-RistrettoPoint.MultiplyBase(-scalar)));
            Assert.True(RistrettoPoint.TryDecode(Convert.FromHexString(expected), out var decoded));
            Assert.True(RistrettoPoint.FixedTimeEquals(sum, decoded));
            Assert.False(RistrettoPoint.FixedTimeEquals(sum, decoded + RistrettoPoint.Base));
            sum += RistrettoPoint.Base;
        }
    }

    [Theory] // RFC 9496, appendix A.2
    // Not below p.
    [InlineData("00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    // Negative.
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20")]
    [InlineData("c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562")]
    [InlineData("c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78")]
    [InlineData("47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24")]
    [InlineData("f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72")]
    [InlineData("87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309")]
    // x² is no square.
    [InlineData("26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371")]
    [InlineData("4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f")]
    [InlineData("de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b")]
    [InlineData("bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042")]
    [InlineData("2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08")]
    [InlineData("f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22")]
    [InlineData("8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731")]
    [InlineData("2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b")]
    // x y is negative.
    [InlineData("3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e")]
    [InlineData("a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220")]
    [InlineData("d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e")]
    [InlineData("8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32")]
    [InlineData("32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b")]
    [InlineData("227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165")]
    [InlineData("5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e")]
    [InlineData("445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b")]
    // s is -1, and y would be zero.
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void A_bad_encoding_is_refused(string bytes) =>
        Assert.False(RistrettoPoint.TryDecode(Convert.FromHexString(bytes), out _));

    [Theory] // RFC 9496, appendix A.3: SHA-512 of a sentence
    [InlineData(
        "Ristretto is traditionally a short shot of espresso coffee",
        "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46")]
    [InlineData(
        "made with the normal amount of ground coffee but extracted with",
        "f26e5b6f7d362d2d2a94c5d0e7602cb4773c95a2e5c31a64f133189fa76ed61b")]
    [InlineData(
        "about half the amount of water in the same amount of time",
        "006ccd2a9e6867e6a2c5cea83d3302cc9de128dd2a9a57dd8ee7b9d7ffe02826")]
    [InlineData("by using a finer grind.", "f8f0c87cf237953c5890aec3998169005dae3eca1fbb04548c635953c817f92a")]
    [InlineData(
        "This produces a concentrated shot of coffee per volume.",
        "ae81e7dedf20a497e10c304a765c1767a42d6e06029758d2d7e8ef7cc4c41179")]
    [InlineData(
        "Just pulling a normal shot short will produce a weaker shot",
        "e2705652ff9f5e44d3e841bf1c251cf7dddb77d140870d1ab2ed64f1a9ce8628")]
    [InlineData("and is not a Ristretto as some believe.", "80bd07262511cdde4863f8a7434cef696750681cb9510eea557088f76d9e5065")]
    public void A_hash_becomes_an_element(string text, string expected) =>
        Assert.Equal(expected, Hex(RistrettoPoint.FromUniformBytes(SHA512.HashData(Encoding.ASCII.GetBytes(text)))));

    [Theory] // RFC 9496, appendix A.3: the highest bit of a half is ignored, and halves of p or more are reduced.
    [InlineData(
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "1200000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000000",
        "1200000000000000000000000000000000000000000000000000000000000080")]
    public void Uniform_bytes_are_reduced(string first, string second) => Assert.Equal(
        "304282791023b73128d277bdcb5c7746ef2eac08dde9f2983379cb8e5ef0517f",
        Hex(RistrettoPoint.FromUniformBytes(Convert.FromHexString(first + second))));

    [Theory] // RFC 9496, section 4.2: what SQRT_RATIO_M1 gives, checked by squaring.
    [InlineData(0, 0, 1)]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 0)]
    [InlineData(2, 1, 0)]
    [InlineData(4, 1, 1)]
    [InlineData(1, 4, 1)]
    public void A_root_of_a_ratio_is_one(uint u, uint v, uint square)
    {
        var (top, bottom) = (Field25519.From(u), Field25519.From(v));
        Assert.Equal(square, Field25519.SqrtRatio(top, bottom, out var root));
        Assert.Equal(0u, root.IsNegative);
        var expected = square == 1 ? top : v == 0 ? Field25519.Zero : Field25519.SqrtMinusOne * top;
        Assert.True(Field25519.FixedTimeEquals(expected, root.Square() * bottom));
        Assert.Equal(u == 0 || v == 0 ? 1u : 0u, root.IsZero);
    }

    [Fact] // RFC 9496, section 4.1, and RFC 8032, section 5.1
    public void Constants_are_those_of_the_standard()
    {
        Assert.Equal("37095705934669439343138083508754565189542113879843219016388785533085940283555", Decimal(EdwardsPoint.D));
        Assert.Equal("19681161376707505956807079304988542015446066515923890162744021073123829784752", Decimal(Field25519.SqrtMinusOne));
        Assert.Equal("15112221349535400772501151409588531511454012693041857206046113283949847762202", Decimal(EdwardsPoint.Base.X));
        Assert.Equal("46316835694926478169428394003475163141307993866256225615783033603165251855960", Decimal(EdwardsPoint.Base.Y));
    }

    [Fact]
    public void Tables_and_sums_give_the_same_elements()
    {
        var random = new Random(255);
        var bytes = new byte[64];
        var (scalars, points, tables) = (new Scalar25519[5], new RistrettoPoint[5], new RistrettoTable[5]);
        var expected = RistrettoPoint.Identity;
        for (var i = 0; i < scalars.Length; i++)
        {
            random.NextBytes(bytes);
            points[i] = RistrettoPoint.FromUniformBytes(bytes);
            tables[i] = new RistrettoTable(points[i]);
            random.NextBytes(bytes);
            scalars[i] = Scalar25519.Reduce(bytes);
            var product = scalars[i] * points[i];
            Assert.Equal(Hex(product), Hex(scalars[i] * tables[i]));
            Assert.Equal(Hex(points[i]), Hex(tables[i].Point));
            expected += product;
        }

        Assert.Equal(Hex(expected), Hex(RistrettoTable.MultiplySum(scalars, tables)));
        Assert.Equal(Hex(expected), Hex(RistrettoPoint.MultiplySum(scalars, points)));
        Assert.Equal(Hex(expected), Hex(RistrettoPoint.MultiplySumPublic(scalars, points)));
        Assert.Equal(Hex(expected - points[0]), Hex((expected + -points[0])));
        Assert.Equal(Hex(points[0]), Hex(scalars[0].Invert() * (scalars[0] * points[0])));
        Assert.Equal(Hex(RistrettoPoint.Identity), Hex(RistrettoPoint.MultiplySum([], [])));
    }

    private static string Hex(in RistrettoPoint point)
    {
        var bytes = new byte[RistrettoPoint.Bytes];
        point.Encode(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static string Decimal(in Field25519 element)
    {
        var bytes = new byte[Field25519.Bytes];
        element.Encode(bytes);
        return new BigInteger(bytes, isUnsigned: true).ToString(null, null);
    }
}
