using Fluister.Cli.Accounts;

namespace Fluister.Tests.Cli.Accounts;

public sealed class ChatLineTests
{
    [Theory]
    [InlineData("Good morning", "", null, "Good morning")]
    [InlineData("  a  ", "", null, "a")]
    [InlineData("", "", null, "")]
    [InlineData("/", "", null, "/")]
    [InlineData("//etc", "", null, "/etc")]
    [InlineData("#3 is it", "", null, "#3 is it")]
    [InlineData("/quit", "quit", null, "")]
    [InlineData("/react 👍", "react", null, "👍")]
    [InlineData("/react 👍 #12", "react", 12, "👍")]
    [InlineData("/edit better", "edit", null, "better")]
    [InlineData("/edit #3 much better", "edit", 3, "much better")]
    [InlineData("/edit #x much", "edit", null, "#x much")]
    [InlineData("/quote #1   indeed", "quote", 1, "indeed")]
    [InlineData("/delete #7", "delete", 7, "")]
    [InlineData("/file my map.png", "file", null, "my map.png")]
    [InlineData("/vote #4 1 2", "vote", 4, "1 2")]
    public void A_line_is_text_or_a_command(string typed, string word, int? number, string rest) =>
        Assert.Equal(new ChatLine(word, number, rest), ChatLine.Parse(typed));
}
