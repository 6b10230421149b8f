using Fluister.Archive.Search;

namespace Fluister.Tests.Search;

public sealed class TokenizerTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  ... !? \n", "")]
    [InlineData("Hello, World_42!", "hello|world|42")]
    [InlineData("don't don’t", "don|t|don|t")]
    [InlineData("École ÉCOLE e\u0301cole E\u0301COLE ecole", "ecole|ecole|ecole|ecole|ecole")]
    [InlineData("Straße STRASSE ẞ", "strasse|strasse|ss")]
    [InlineData("Ærø Øre łódź đỗ İstanbul ısı ﬁn Ǆ", "aero|ore|lodz|do|istanbul|isi|fin|dz")]
    [InlineData("ΆΛΦΑ άλφα σοφός ΣΟΦΟΣ", "αλφα|αλφα|σοφοσ|σοφοσ")]
    [InlineData("Ёлка ёлка", "елка|елка")]
    [InlineData("ＡＢＣ１２ ⅨX²", "abc12|ixx2")]
    [InlineData("שָׁלוֹם שלום", "שלום|שלום")]
    [InlineData("مَرْحَبًا مرحبا", "مرحبا|مرحبا")]
    [InlineData("हिन्दी", "हिन्दी")]
    [InlineData("東京タワー2号", "東|京|タ|ワ|ー|2|号")]
    [InlineData("한국어", "한|국|어")]
    [InlineData("ภาษา", "ภ|า|ษ|า")]
    [InlineData("ok👍🏽done👨‍👩‍👧", "ok|👍|done|👨|👩|👧")]
    [InlineData("𐐀𐐁 𝒳", "𐐨𐐩|𝒳")]
    [InlineData("co\u00adop", "coop")]
    public void Text_is_cut_and_folded(string text, string expected)
        => Assert.Equal(expected, string.Join('|', Tokens(text).Select(t => t.Token)));

    [Fact]
    public void Places_are_those_of_the_text_as_it_stands()
    {
        const string text = "«E\u0301cole» 東京 Straße👍🏽.";
        Assert.Equal(
            ["E\u0301cole", "東", "京", "Straße", "👍"], Tokens(text).Select(t => text[t.Start..t.End]));
    }

    [Fact]
    public void A_lone_surrogate_is_a_symbol() => Assert.Equal(["a", "\ufffd", "b"], Tokens("a\ud800b").Select(t => t.Token));

    [Fact]
    public void A_long_word_goes_on_as_the_next_token()
    {
        var tokens = Tokens(new string('ß', 1000) + " " + new string('x', 1000)).ToList();
        Assert.All(tokens, token => Assert.InRange(token.Token.Length, 1, 64));
        Assert.Equal(new string('s', 2000) + new string('x', 1000), string.Concat(tokens.Select(token => token.Token)));
    }

    [Fact]
    public void Folding_again_changes_nothing()
    {
        for (var value = 0; value <= 0x10ffff; value++)
        {
            if (value is >= 0xd800 and < 0xe000)
            {
                continue;
            }

            foreach (var (token, _, _) in Tokens(char.ConvertFromUtf32(value)))
            {
                Assert.Equal((value, token), (value, string.Concat(Tokens(token).Select(t => t.Token))));
            }
        }
    }

    private static List<(string Token, int Start, int End)> Tokens(string text)
    {
        var tokens = new List<(string, int, int)>();
        var tokenizer = new Tokenizer(text);
        while (tokenizer.MoveNext())
        {
            tokens.Add((tokenizer.Token.ToString(), tokenizer.Start, tokenizer.End));
        }

        return tokens;
    }
}
