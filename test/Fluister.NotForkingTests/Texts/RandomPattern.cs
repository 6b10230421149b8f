namespace Fluister.NotForkingTests.Texts;

/// <summary>Patterns and texts from a seed.</summary>
internal static class RandomPattern
{
    private static readonly string[] Atoms =
    [
        "a", "b", "B", "c", "1", "_", " ", ".", "\\.", "\\n", "\\r", "\\t", "é", "\\xe9", "\\d", "\\w", "\\s", "\\S", "\\W", "\\D",
        "\\h", "\\v", "\\R", "\\N", "[ab]", "[^a]", "[a-c\\d]", "[[:upper:]_]", "[^\\s.]", "\\b", "\\B", "^", "$", "\\A", "\\z", "\\Z",
        "\\K", "(?i)", "(?s)", "(?m)", "(?-i)", "\\1", "\\2", "(?#x)", "\\012", "{", "}", "]", "-", "(?<=a)", "(?<![b1])", "(?<=\\n)",
    ];

    private static readonly string[] Quantifiers =
        ["*", "+", "?", "{1}", "{1,2}", "{,2}", "{2,}", "*?", "+?", "??", "*+", "++", "?+", "{1,2}?", "{1,2}+", "{ 0 , 1 }"];

    private static readonly string[] Openings = ["(", "(", "(?:", "(?i:", "(?=", "(?!", "(?>", "(?^:", "(?s-i:", "(?<n>", "(?x:"];

    private const string Letters = "aabbcABC 1_.\n\r\té\u00A0\u0085-{}]";

    /// <summary>A pattern that is right more often than not.</summary>
    public static string Of(Random random, int depth)
    {
        var pattern = "";
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var choice = random.Next(10);
            pattern += choice < 2 && depth > 0 ? Openings[random.Next(Openings.Length)] + Of(random, depth - 1) + ")"
                : choice == 2 ? "|" : Atoms[random.Next(Atoms.Length)];
            if (random.Next(4) == 0 && choice != 2)
            {
                pattern += Quantifiers[random.Next(Quantifiers.Length)];
            }
        }

        return pattern;
    }

    /// <summary>A short text.</summary>
    public static string Text(Random random) =>
        new([.. Enumerable.Range(0, random.Next(12)).Select(_ => Letters[random.Next(Letters.Length)])]);
}
