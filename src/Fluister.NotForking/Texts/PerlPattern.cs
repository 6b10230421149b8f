using System.Text.RegularExpressions;

namespace Fluister.NotForking.Texts;

/// <summary>Perl's regular expressions on bytes, which are read as Latin-1.</summary>
internal static class PerlPattern
{
    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="NotForkException">It is malformed.</exception>
    public static Regex Compile(string pattern, Place place)
    {
        try
        {
            return new Regex(pattern.Replace("(?^:", "(?-imsx:", StringComparison.Ordinal), RegexOptions.CultureInvariant, Limits.Search);
        }
        catch (ArgumentException e)
        {
            throw new NotForkException(ExitCode.Configuration, $"The pattern is malformed: {e.Message.TrimEnd('.')}.", place, e);
        }
    }
}
