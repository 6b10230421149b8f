using System.Text.RegularExpressions;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Regular expressions of edits and assertions.</summary>
internal static class Pattern
{
    /// <summary>Takes a word, with its parameters' values escaped.</summary>
    /// <exception cref="NotForkException">It is malformed.</exception>
    public static Regex Compile(Word word, ModificationRun run)
    {
        try
        {
            return new Regex(word.Pattern(run), RegexOptions.CultureInvariant, Limits.Search);
        }
        catch (ArgumentException e)
        {
            throw new NotForkException(ExitCode.Configuration, "The regular expression is malformed: " + e.Message.TrimEnd('.'), word.Place, e);
        }
    }

    /// <summary>All places where a pattern is found, in order.</summary>
    /// <exception cref="NotForkException">It takes too long (drift).</exception>
    public static List<Match> Matches(Regex regex, string text, string path, Place place)
    {
        try
        {
            return [.. regex.Matches(text).Cast<Match>()];
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new NotForkException(
                ExitCode.Drift, $"The regular expression searches {path} for more than {Limits.Search.TotalSeconds:0} s: make it simpler.", place, e);
        }
    }
}
