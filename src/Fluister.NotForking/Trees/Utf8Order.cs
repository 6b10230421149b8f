namespace Fluister.NotForking.Trees;

/// <summary>The order of strings by their UTF-8 bytes: that of `LC_ALL=C sort` and of git.</summary>
/// <remarks>It differs from the order of UTF-16 code units only where surrogates meet U+E000 and above.</remarks>
public sealed class Utf8Order : IComparer<string>
{
    /// <summary>The only one.</summary>
    public static readonly Utf8Order Instance = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        var left = x.AsSpan();
        var right = y.AsSpan();
        var same = left.CommonPrefixLength(right);
        return same == left.Length || same == right.Length
            ? left.Length.CompareTo(right.Length)
            : Rank(left[same]).CompareTo(Rank(right[same]));
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
