using Fluister.Archive.Conversations;
using Fluister.Cli.Accounts;

namespace Fluister.Tests.Cli.Accounts;

public sealed class MarkupTests
{
    [Theory]
    [InlineData("plain", "plain", "")]
    [InlineData("**a** b", "a b", "0:1:Bold")]
    [InlineData("*a* ~~b~~ `c` ||d||", "a b c d", "0:1:Italic 2:1:Strikethrough 4:1:Monospace 6:1:Spoiler")]
    [InlineData("**a *b* c**", "a b c", "0:5:Bold 2:1:Italic")]
    [InlineData("**a *b** c*", "a b c", "0:3:Bold 2:3:Italic")]
    [InlineData("`**a**`", "**a**", "0:5:Monospace")]
    [InlineData("2 * 3 * 4", "2 * 3 * 4", "")]
    [InlineData("**open", "**open", "")]
    [InlineData("*open **shut**", "*open shut", "6:4:Bold")]
    [InlineData("`open **shut**", "`open shut", "6:4:Bold")]
    [InlineData(@"\*\*a\*\*", "**a**", "")]
    [InlineData(@"a\b", @"a\b", "")]
    [InlineData("****", "****", "")]
    [InlineData("**", "**", "")]
    [InlineData("", "", "")]
    [InlineData("**👍** x", "👍 x", "0:2:Bold")]
    public void Marks_become_formatting(string typed, string text, string styles)
    {
        var (read, found) = Markup.Parse(typed);

        Assert.Equal(text, read);
        Assert.Equal(styles, string.Join(' ', found.Select(one => $"{one.Start}:{one.Length}:{one.Style}")));
        Assert.All(found, one => Assert.InRange(one.Start + one.Length, one.Start + 1, read.Length));
        Assert.DoesNotContain(found, one => one.Style is BodyStyle.None or BodyStyle.Mention);
    }
}
