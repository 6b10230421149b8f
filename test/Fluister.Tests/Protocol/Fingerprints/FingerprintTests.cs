using Fluister.Protocol;
using Fluister.Protocol.Fingerprints;
using Fluister.Protocol.Keys;

namespace Fluister.Tests.Protocol.Fingerprints;

public sealed class FingerprintTests
{
    // libsignal, fingerprint.rs and NumericFingerprintGeneratorTest.java.
    private const string AliceHalf = "1e301a0353dce3dbe7684cb8336e85136cdc0ee96219494ada305d62a7bd61df";
    private const string BobHalf = "d62cbf73a11592015b6b9f1682ac306fea3aaf3885b84d12bca631e9d4fb3a4d";
    private static readonly IdentityKey Alice = Key("0506863bc66d02b40d27b8d49ca7c09e9239236f9d7d25d6fcca5ce13c7064d868");
    private static readonly IdentityKey Bob = Key("05f781b6fb32fed9ba1cf2de978d4d5da28dc34046ae814402b5c0dbd96fda907b");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Both_forms_are_as_published_on_both_sides(uint version)
    {
        var alices = Fingerprint.Compute("+14152222222"u8, Alice, "+14153333333"u8, Bob, version);
        var bobs = Fingerprint.Compute("+14153333333"u8, Bob, "+14152222222"u8, Alice, version);
        Assert.Equal("300354477692869396892869876765458257569162576843440918079131", alices.Digits);
        Assert.Equal(alices.Digits, bobs.Digits);
        Assert.Equal($"080{version}12220a20{AliceHalf}1a220a20{BobHalf}", Convert.ToHexStringLower(alices.Scannable.Write()));
        Assert.Equal($"080{version}12220a20{BobHalf}1a220a20{AliceHalf}", Convert.ToHexStringLower(bobs.Scannable.Write()));
        Assert.Equal(FingerprintMatch.Same, alices.Scannable.Compare(ScannableFingerprint.Read(bobs.Scannable.Write())));
    }

    [Fact]
    public void The_official_package_computes_the_same()
    {
        foreach (var item in Golden.Read("account").GetProperty("fingerprints").EnumerateArray())
        {
            var fingerprint = Fingerprint.Compute(
                item.Bytes("localId"),
                IdentityKey.Read(item.Bytes("localKey")),
                item.Bytes("remoteId"),
                IdentityKey.Read(item.Bytes("remoteKey")));
            Assert.Equal(item.GetProperty("numeric").GetString(), fingerprint.Digits);
            Assert.Equal(item.Bytes("scannable"), fingerprint.Scannable.Write());
        }
    }

    [Fact]
    public void Another_key_or_another_id_makes_the_difference()
    {
        var mine = Quick("a", Alice, "b", Bob);
        Assert.Equal(FingerprintMatch.Same, mine.Scannable.Compare(Quick("b", Bob, "a", Alice).Scannable));
        using var other = IdentityKeyPair.Generate(new SeededRandom(1));
        foreach (var theirs in new[]
        {
            Quick("b", Bob, "a", other.Public),
            Quick("b", other.Public, "a", Alice),
            Quick("b", Bob, "c", Alice),
            Quick("c", Bob, "a", Alice),
            mine,
        })
        {
            Assert.Equal(FingerprintMatch.Different, mine.Scannable.Compare(theirs.Scannable));
        }

        Assert.NotEqual(mine.Digits, Quick("b", Bob, "a", other.Public).Digits);
    }

    [Fact]
    public void Versions_are_never_compared_with_each_other()
    {
        var (first, second) = (Quick("a", Alice, "b", Bob, 1).Scannable, Quick("b", Bob, "a", Alice, 2).Scannable);
        Assert.Equal(FingerprintMatch.TheirsNewer, first.Compare(second));
        Assert.Equal(FingerprintMatch.TheirsOlder, second.Compare(first));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0802")]
    [InlineData("0802120012")]
    [InlineData("080212001a00")]
    [InlineData("12220a20" + AliceHalf + "1a220a20" + BobHalf)]
    [InlineData("080212220a20" + AliceHalf)]
    [InlineData("ff")]
    public void What_is_no_fingerprint_is_refused(string hex) =>
        Refused.With(ProtocolError.Malformed, () => ScannableFingerprint.Read(Convert.FromHexString(hex)));

    [Fact]
    public void Halves_of_another_length_differ()
    {
        var mine = Quick("a", Alice, "b", Bob).Scannable;
        var scanned = ScannableFingerprint.Read([8, 2, 0x12, 3, 0x0a, 1, 1, 0x1a, 3, 0x0a, 1, 1]);
        Assert.Equal(FingerprintMatch.Different, mine.Compare(scanned));
    }

    [Fact]
    public void Rounds_have_their_limits()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Fingerprint.Compute("a"u8, Alice, "b"u8, Bob, rounds: 1));
        const int TooMany = Limits.FingerprintRounds + 1;
        Assert.Throws<ArgumentOutOfRangeException>(() => Fingerprint.Compute("a"u8, Alice, "b"u8, Bob, rounds: TooMany));
    }

    private static Fingerprint Quick(string ours, IdentityKey ourKey, string theirs, IdentityKey theirKey, uint version = 2) =>
        Fingerprint.Compute(Utf8(ours), ourKey, Utf8(theirs), theirKey, version, rounds: 10);

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static IdentityKey Key(string hex) => IdentityKey.Read(Convert.FromHexString(hex));
}
