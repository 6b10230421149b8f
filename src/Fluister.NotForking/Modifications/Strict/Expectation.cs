using System.Globalization;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>How often an edit is to apply: `expect = N`, `N..M`, `N..` or `any`.</summary>
internal readonly record struct Expectation(int Least, int Most)
{
    /// <summary>Once.</summary>
    public static readonly Expectation One = new(1, 1);

    /// <summary>At least once.</summary>
    public static readonly Expectation Some = new(1, int.MaxValue);

    /// <summary>Any number of times, never included.</summary>
    public static readonly Expectation Any = new(0, int.MaxValue);

    /// <summary>Takes the words of an option.</summary>
    public static Expectation Read(IReadOnlyList<Word> words)
    {
        var text = words.Count == 1 ? words[0].Text : "";
        var parts = text.Split("..");
        if (text == "any")
        {
            return Any;
        }

        if (parts.Length <= 2 && Number(parts[0]) is { } least
            && (parts.Length == 1 ? least : parts[1] == "" ? int.MaxValue : Number(parts[1])) is { } most &&
            least <= most)
        {
            return new Expectation(least, most);
        }

        throw new NotForkException(
            ExitCode.Configuration, "How often an edit applies is written N, N..M, N.. or any.", words.Count > 0 ? words[0].Place : null);
    }

    /// <summary>Whether a count is as expected.</summary>
    public bool Holds(int count) => count >= Least && count <= Most;

    /// <inheritdoc/>
    public override string ToString() => (Least, Most) switch
    {
        (0, int.MaxValue) => "any",
        (_, int.MaxValue) => $"{Least}..",
        var (least, most) when least == most => least.ToString(CultureInfo.InvariantCulture),
        _ => $"{Least}..{Most}",
    };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
