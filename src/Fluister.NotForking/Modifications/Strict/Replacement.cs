using System.Globalization;
using System.Text.RegularExpressions;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>What a match becomes: text, `$0` `$1` `$&lt;name&gt;` for what was captured, `$$` for a dollar sign.</summary>
internal sealed partial class Replacement
{
    private readonly List<(string? Text, int Group)> _parts = [];

    /// <summary>Takes a replacement. What is a reference does not depend on parameters' values: they are put in between.</summary>
    /// <exception cref="NotForkException">It names a group that the pattern has not.</exception>
    public static Replacement Read(Word word, PerlPattern pattern, ModificationRun run)
    {
        var replacement = new Replacement();
        var (text, at) = (word.Text, 0);
        foreach (var mark in Mark().Matches(text).Where(mark => !mark.Groups["parameter"].Success))
        {
            replacement._parts.Add(((word with { Text = text[at..mark.Index] }).Source(run), 0));
            replacement._parts.Add(mark.ValueSpan is "$$" ? ("$", 0) : (null, Group(mark, pattern, word.Place)));
            at = mark.Index + mark.Length;
        }

        replacement._parts.Add(((word with { Text = text[at..] }).Source(run), 0));
        return replacement;
    }

    /// <summary>What a match becomes.</summary>
    public string Of(Match match) => string.Concat(_parts.Select(part => part.Text ?? match.Groups[part.Group].Value));

    private static int Group(Match mark, PerlPattern pattern, Place place)
    {
        var group = mark.Groups["name"] is { Success: true } name ? pattern.GroupNames.GetValueOrDefault(name.Value, -1) :
            mark.Groups["number"] is { Success: true } number ? int.Parse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)
                : -1;
        return group >= 0 && group <= pattern.GroupCount ? group : throw new NotForkException(
            ExitCode.Configuration, $"The pattern captures nothing that \"{mark.Value}\" could stand for; write \"$$\" for a dollar sign.",
                place);
    }

    [GeneratedRegex(
        @"(?<parameter>\$\$\{|\$\{[^}]*\})|\$(?:\$|(?<number>[0-9]{1,3})|<(?<name>[A-Za-z_][A-Za-z0-9_]*)>)",
            RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Limits.SearchMilliseconds)]
    private static partial Regex Mark();
}
