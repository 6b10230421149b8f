using System.Text.RegularExpressions;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Searches of edits and assertions.</summary>
internal static class Pattern
{
    /// <summary>Takes a word, with its parameters' values escaped.</summary>
    /// <exception cref="NotForkException">It is malformed.</exception>
    public static PerlPattern Compile(Word word, ModificationRun run) => PerlPattern.Create(word.Pattern(run), word.Place);

    /// <summary>The lines of all matches in order, from 1.</summary>
    /// <exception cref="NotForkException">It takes too long (drift).</exception>
    public static List<int> Lines(PerlPattern pattern, string text, string path, Place place)
    {
        var (lines, counter) = (new List<int>(), new LineCounter(text));
        try
        {
            if (pattern.IsMatch(text))
            {
                foreach (var match in pattern.Regex.EnumerateMatches(text))
                {
                    lines.Add(counter.Of(match.Index));
                }
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new NotForkException(
                ExitCode.Drift, $"The regular expression searches {path} for more than {Limits.Search.TotalSeconds:0} s: make it simpler.",
                    place, e);
        }

        return lines;
    }
}
