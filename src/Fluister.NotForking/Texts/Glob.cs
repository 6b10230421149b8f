using System.Text.RegularExpressions;

namespace Fluister.NotForking.Texts;

/// <summary>Patterns of file names.</summary>
internal static class Glob
{
    /// <summary>Compiles a pattern that stands for a whole name.</summary>
    public static Regex Compile(string pattern, Place place) =>
        PerlPattern.Compile($"\\A{Regex.Escape(pattern).Replace("\\*", "[^/]*", StringComparison.Ordinal).Replace("\\?", "[^/]", StringComparison.Ordinal)}\\z", place);
}
