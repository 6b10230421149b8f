using System.Globalization;
using System.Text.RegularExpressions;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>What a match becomes: text, `$0` `$1` `$&lt;name&gt;` for what was captured, `$$` for a dollar sign.</summary>
internal sealed partial class Replacement
{
    private readonly List<(string? Text, int Group)> _parts = [];

    /// <summary>Takes a replacement.</summary>
    /// <exception cref="NotForkException">It names a group that the pattern has not.</exception>
    public static Replacement Read(Word word, PerlPattern pattern, ModificationRun run)
    {
        var replacement = new Replacement();
        var text = word.Replacement(run);
        var at = 0;
        foreach (Match mark in Mark().Matches(text))
        {
            replacement._parts.Add((text[at..mark.Index], 0));
            var name = mark.Groups[1].Success ? mark.Groups[1].Value : mark.Groups[2].Value;
            var group = name.Length == 0 ? 0 : !char.IsAsciiDigit(name[0]) ? pattern.GroupNames.GetValueOrDefault(name, -1) :
                int.Parse(name, NumberStyles.None, CultureInfo.InvariantCulture) is var number && number <= pattern.GroupCount ? number : -1;
            replacement._parts.Add(mark.Value == "$$" ? ("$", 0) : group >= 0 ? ((string?)null, group) : throw new NotForkException(
                ExitCode.Configuration, $"The pattern captures nothing that \"{mark.Value}\" could stand for; write \"$$\" for a dollar sign.", word.Place));
            at = mark.Index + mark.Length;
        }

        replacement._parts.Add((text[at..], 0));
        return replacement;
    }

    /// <summary>What a match becomes.</summary>
    public string Of(Match match) => string.Concat(_parts.Select(part => part.Text ?? match.Groups[part.Group].Value));

    [GeneratedRegex(@"\$(?:\$|([0-9]{1,3})|<([A-Za-z_][A-Za-z0-9_]*)>)", RegexOptions.CultureInvariant)]
    private static partial Regex Mark();
}
