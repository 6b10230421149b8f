using System.Text;
using System.Text.RegularExpressions;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications;

/// <summary>`method = sed`: "GLOB : PATTERN = REPLACEMENT" lines; every match in each file of upstream's is replaced.</summary>
internal sealed partial class Sed : Modification
{
    private readonly List<SedRule> _rules = [];

    /// <summary>Reads the body.</summary>
    /// <exception cref="NotForkException">A line or its pattern is malformed.</exception>
    public Sed(ModificationFile file)
        : base(file.Place)
    {
        foreach (var (place, text) in file.Body.Where(line => !Blank().IsMatch(line.Text)))
        {
            var match = Line().Match(text);
            if (!match.Success)
            {
                throw new NotForkException(ExitCode.Configuration, "Not \"FILES : PATTERN = REPLACEMENT\"; a pattern with blanks or \"=\" "
                    + "stands between ' or \" marks.", place);
            }

            var pattern = (match.Groups[2].Success ? match.Groups[2] : match.Groups[3].Success ? match.Groups[3] : match.Groups[4]).Value;
            if (pattern.Length == 0)
            {
                throw new NotForkException(ExitCode.Configuration, "The pattern is empty.", place);
            }

            var replacement = Escape().Replace(match.Groups[5].Value, letter => letter.Value[1] switch { 'n' => "\n", 't' => "\t", _ => "\r" });
            _rules.Add(new SedRule(place, new Glob(match.Groups[1].Value, place), PerlPattern.Create(pattern, place), replacement));
        }
    }

    /// <inheritdoc/>
    public override void Apply(Workspace tree, ModificationRun run)
    {
        foreach (var rule in _rules)
        {
            var replacement = LumoVariables.Expand(rule.Replacement, run);
            var total = 0;
            foreach (var path in tree.EditablePaths.Where(rule.Files.IsMatchOfPathOrName))
            {
                var count = 0;
                tree.Edit(path, before => Encoding.Latin1.GetBytes(
                    rule.Pattern.Substitute(Encoding.Latin1.GetString(before), replacement, out count)), rule.Place);
                total += count;
                if (count > 0)
                {
                    run.Watch?.Invoke(new Edit(rule.Place, path, count));
                }
            }

            if (total == 0)
            {
                throw new NotForkException(ExitCode.Drift, "The pattern matches nothing in any file of this version.", rule.Place);
            }
        }
    }

    [GeneratedRegex(@"^\s*(#|$)", RegexOptions.ECMAScript)]
    private static partial Regex Blank();

    [GeneratedRegex(@"^\s*([^:\s]+)\s*:\s*(?:'([^']*)'\s*=\s*|""([^""]*)""\s*=\s*|(?!['""])([^=\s]+)\s*=\s*)(.*)$", RegexOptions.ECMAScript)]
    private static partial Regex Line();

    [GeneratedRegex(@"\\[ntr]", RegexOptions.ECMAScript)]
    private static partial Regex Escape();
}
