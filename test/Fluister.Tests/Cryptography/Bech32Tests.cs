using Fluister.Cryptography;

namespace Fluister.Tests.Cryptography;

public sealed class Bech32Tests
{
    [Theory] // BIP 173, valid strings whose data is a whole number of bytes
    [InlineData("A12UEL5L", "a", "")]
    [InlineData("a12uel5l", "a", "")]
    [InlineData("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio", "")]
    [InlineData("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef", "00443214c74254b635cf84653a56d7c675be77df")]
    public void Valid(string text, string prefix, string hex)
    {
        Assert.True(Bech32.TryDecode(text, out var actual, out var bytes));
        Assert.Equal((prefix, hex), (actual, Convert.ToHexStringLower(bytes)));
        Assert.Equal(text.ToLowerInvariant(), Bech32.Encode(prefix, bytes));
    }

    [Theory] // BIP 173, invalid strings
    [InlineData("\u00201nwldj5")]
    [InlineData("\u007f1axkwrx")]
    [InlineData("\u00801eym55h")]
    [InlineData("pzry9x0s0muk")]
    [InlineData("1pzry9x0s0muk")]
    [InlineData("x1b4n0q5v")]
    [InlineData("li1dgmt3")]
    [InlineData("de1lg7wt\u00ff")]
    [InlineData("A1G7SGD8")]
    [InlineData("10a06t8")]
    [InlineData("1qzzfhee")]
    [InlineData("A12uel5l")]
    [InlineData("a12uel5m")]
    [InlineData("")]
    [InlineData("1")]
    public void Invalid(string text) => Assert.False(Bech32.TryDecode(text, out _, out _));

    [Fact]
    public void A_foreign_letter_that_lowers_to_one_of_the_alphabet_is_refused()
    {
        // U+212A KELVIN SIGN.
        var text = Bech32.Encode("age", [0xB0]).ToUpperInvariant();
        Assert.Contains('K', text);
        Assert.True(Bech32.TryDecode(text, out _, out _));
        Assert.False(Bech32.TryDecode(text.Replace('K', '\u212A'), out _, out _));
    }

    [Fact]
    public void Every_length_comes_back_and_no_single_fault_passes()
    {
        var random = new Random(7);
        for (var length = 0; length <= 70; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var text = Bech32.Encode("age", bytes);
            Assert.True(Bech32.TryDecode(text, out var prefix, out var back));
            Assert.Equal("age", prefix);
            Assert.Equal(bytes, back);

            var at = random.Next(4, text.Length);
            var other = text[at] == 'q' ? 'p' : 'q';
            Assert.False(Bech32.TryDecode(text[..at] + other + text[(at + 1)..], out _, out _));
        }
    }

    [Fact]
    public void Endless_text_is_refused() => Assert.False(Bech32.TryDecode(new string('a', 100_000) + "1" + "qqqqqq", out _, out _));
}
