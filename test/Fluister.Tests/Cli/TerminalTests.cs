using Fluister.Cli;

namespace Fluister.Tests.Cli;

public sealed class TerminalTests
{
    [Theory]
    [InlineData("", 5, 0)]
    [InlineData("\n", 5, 1)]
    [InlineData("abcde\n", 5, 1)]
    [InlineData("abcdef\n\nx\n", 5, 4)]
    [InlineData("東京東\n", 6, 1)]
    [InlineData("東京東\n", 5, 2)]
    [InlineData("東京東京東\n", 5, 3)]
    [InlineData("e\u0301e\u0301e\u0301\n", 3, 1)]
    public void Rows_are_counted_as_a_terminal_wraps(string text, int width, int rows) => Assert.Equal(rows, Terminal.Rows(text, width));
}
