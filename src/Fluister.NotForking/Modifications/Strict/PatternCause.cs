using System.Text;
using System.Text.RegularExpressions;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Looks for the nearest cause why a pattern is found nowhere.</summary>
internal static class PatternCause
{
    private const int FilesElsewhere = 5_000;

    /// <summary>A clause without a full stop.</summary>
    public static string Of(Workspace tree, Choice choice, PerlPattern pattern, EditLine line)
    {
        var chosen = tree.EditablePaths.Where(choice.Matches).ToList();
        var one = chosen.Count == 1 ? $"\"{chosen[0]}\" does not hold the pattern"
            : $"none of {chosen.Count} chosen files holds the pattern";
        var anyCase = new Regex(pattern.Regex.ToString(), pattern.Regex.Options | RegexOptions.IgnoreCase, Limits.Search);
        var literal = new Regex(Regex.Escape(line.Target![^1].Text), RegexOptions.CultureInvariant, Limits.Search);
        return one + (
            Find(tree, chosen, anyCase) is { } folded ? $", but with another case it is at {folded}; write \"(?i)\"" :
            Find(tree, chosen, literal) is { } plain
                ? $", but as plain text it is at {plain}; put \"\\\" before characters that mean something" :
            Find(tree, tree.EditablePaths.Except(chosen).Take(FilesElsewhere), pattern.Regex) is { } other ? $", but {other} does" : "");
    }

    private static string? Find(Workspace tree, IEnumerable<string> paths, Regex pattern)
    {
        try
        {
            foreach (var entry in paths.Select(path => tree.Find(path)!).Where(entry => entry.Kind == EntryKind.File))
            {
                var text = Encoding.Latin1.GetString(Workspace.Read(entry, default));
                if (pattern.Match(text) is { Success: true } match)
                {
                    return $"{entry.Path}:{new LineCounter(text).Of(match.Index)}";
                }
            }
        }
        catch (Exception e) when (e is RegexMatchTimeoutException or NotForkException)
        {
            // It is only for a hint.
        }

        return null;
    }
}
