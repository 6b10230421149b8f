using Fluister.NotForking.Texts;

namespace Fluister.NotForkingTests.Texts;

/// <summary>Globs with "*" and "?" only are matched without a regular expression, and mean the same.</summary>
public sealed class GlobShortcutTests
{
    [Fact]
    public void The_short_way_says_what_the_regular_expression_says()
    {
        var random = new Random(5);
        string Any(string letters) => new(random.GetItems<char>(letters, random.Next(1, 8)));
        var matches = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var (glob, path) = (Any("ab./**?").TrimEnd('/') + "a", Any("ab./") + "a");
            var isMatch = new Glob(glob, default).IsMatch(path);
            // An empty alternative at the end keeps the long way, and changes nothing.
            var isLongMatch = new Glob(glob + "{,}", default).IsMatch(path);
            Assert.True(isMatch == isLongMatch, $"{glob} {path}: {isLongMatch}");
            matches += isMatch ? 1 : 0;
        }

        Assert.InRange(matches, 100, 4_900);
    }
}
