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

            var glob = match.Groups[1].Value;
            var replacement = Escape().Replace(
                match.Groups[5].Value, letter => letter.Value[1] switch { 'n' => "\n", 't' => "\t", _ => "\r" });
            _rules.Add(new SedRule(place, glob, new Glob(glob, place), PerlPattern.Create(pattern, place), replacement));
        }
    }

    /// <inheritdoc/>
    public override void Apply(Workspace tree, ModificationRun run)
    {
        var counts = new int[_rules.Count];
        for (var index = 0; index < _rules.Count; index++)
        {
            var rule = _rules[index];
            var replacement = LumoVariables.Expand(rule.Replacement, run);
            foreach (var path in tree.EditablePaths.Where(rule.Files.IsMatchOfPathOrName))
            {
                var count = 0;
                tree.Edit(path, before => Encoding.Latin1.GetBytes(
                    rule.Pattern.Substitute(Encoding.Latin1.GetString(before), replacement, out count)), rule.Place);
                counts[index] += count;
                if (count > 0)
                {
                    run.Watch?.Invoke(new Edit(rule.Place, path, count));
                }
            }
        }

        RefuseAdded(tree);
        var lost = Enumerable.Range(0, _rules.Count).Where(index => counts[index] == 0 && !IsOfTable(_rules[index], counts)).ToList();
        if (lost.Count > 0)
        {
            throw new NotForkException(
                ExitCode.Drift, "The pattern matches nothing in any file of this version; bound the modification by a `version` condition.",
                _rules[lost[0]].Place);
        }
    }

    [GeneratedRegex(@"^\s*(#|$)", RegexOptions.ECMAScript, 1000)]
    private static partial Regex Blank();

    [GeneratedRegex(
        @"^\s*([^:\s]+)\s*:\s*(?:'([^']*)'\s*=\s*|""([^""]*)""\s*=\s*|(?!['""])([^=\s]+)\s*=\s*)(.*)$",
        RegexOptions.ECMAScript, 1000)]
    private static partial Regex Line();

    [GeneratedRegex(@"\\[ntr]", RegexOptions.ECMAScript, 1000)]
    private static partial Regex Escape();

    /// <summary>Files that `replace` has added are not seen; it is an error if a rule would have changed one.</summary>
    private void RefuseAdded(Workspace tree)
    {
        foreach (var added in tree.Result.Where(entry => entry.Kind == EntryKind.File && tree.Upstream.Find(entry.Path) is null))
        {
            foreach (var rule in _rules.Where(rule => rule.Files.IsMatchOfPathOrName(added.Path)))
            {
                if (rule.Pattern.IsMatch(Encoding.Latin1.GetString(Workspace.Read(added, rule.Place))))
                {
                    throw new NotForkException(
                        ExitCode.Drift, $"In dialect 0 this rule matches nothing in \"{added.Path}\", which a `replace` has added, though "
                        + "its pattern is there; write `dialect = 1`, or change that file itself.", rule.Place);
                }
            }
        }
    }

    /// <summary>Whether a rule is one of many that try every pattern with every file, as a program writes them: not all match.</summary>
    /// <remarks>LumoSQL's configuration of SQLite has such a table. One of a pattern's rules, or one of its files', must match.</remarks>
    private bool IsOfTable(SedRule rule, int[] counts)
    {
        var matched = Enumerable.Range(0, _rules.Count).Where(index => counts[index] > 0).Select(index => _rules[index]).ToList();
        var same = _rules.FindAll(other => other.Pattern.Pattern == rule.Pattern.Pattern);
        return same.DistinctBy(other => other.Glob).Count() > 1
            && (matched.Intersect(same).Any()
                || (same.TrueForAll(other => _rules.Exists(third => third.Glob == other.Glob && third != other))
                    && same.Exists(other => matched.Exists(third => third.Glob == other.Glob))));
    }
}
