using System.Globalization;
using System.Text;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>`method = assert-absent` and `assert-present`: FILES : PATTERN..., looked for in the result, in texts and binary
/// files.</summary>
/// <remarks>A path is looked at too: a leftover in a file's name, or in a link's target, is one.</remarks>
internal sealed class AssertMethod : Modification
{
    private const int Shown = 20;
    private readonly IReadOnlyList<EditLine> _lines;
    private readonly bool _isPresent;

    /// <summary>Reads the body.</summary>
    public AssertMethod(ModificationFile file, bool isPresent)
        : base(file.Place)
    {
        _isPresent = isPresent;
        _lines = BodyReader.Read(file, isPresent ? ["expect", "each", "except", "when"] : ["except", "when"]);
        foreach (var line in _lines)
        {
            if (line.Target is null || line.Value is not null)
            {
                throw line.Malformed("FILES : PATTERN");
            }

            _ = new Tally(line, Expectation.Some);
        }
    }

    /// <inheritdoc/>
    public override bool IsAssertion => true;

    /// <inheritdoc/>
    public override void Apply(Workspace tree, ModificationRun run)
    {
        var lines = _lines.Where(line => line.Applies(run)).Select(line => (Line: line, Choice: new Choice(line, run),
            Patterns: line.Target!.Select(word => Pattern.Compile(word, run)).ToList(),
                Tally: new Tally(line, Expectation.Some, ExitCode.Assertion))).ToList();
        var left = new List<string>();
        var count = 0;
        Place? first = null;
        foreach (var entry in tree.Result)
        {
            var asked = lines.Where(line => line.Choice.Matches(entry.Path)).ToList();
            var text = asked.Count == 0 ? "" : Content(entry, asked[0].Line.Place);
            foreach (var (line, _, patterns, tally) in asked)
            {
                var found = Find(patterns, text, entry.Path, line.Place);
                if (_isPresent)
                {
                    tally.Add(entry.Path, found);
                }
                else if (found.Count > 0)
                {
                    count += found.Count;
                    first ??= line.Place;
                    left.AddRange(found.Take(Shown - left.Count).Select(
                        number => number == 0 ? entry.Path : entry.Path + ":" + number.ToString(CultureInfo.InvariantCulture)));
                }
            }
        }

        if (first is { } place)
        {
            throw new NotForkException(
                ExitCode.Assertion,
                $"What must be absent is found in {(count == 1 ? "one place" : $"{count} places")} of the result: " +
                string.Join(", ", left) +
                (count > Shown ? $" and {count - Shown} more." : "."),
                place);
        }

        foreach (var (line, choice, _, tally) in lines.Where(_ => _isPresent))
        {
            tally.Check(() => tally.Files == 0 ? choice.Nothing(tree) : $"none of {tally.Files} chosen files of the result holds it");
        }
    }

    private static string Content(TreeEntry entry, Place place) => entry.Kind == EntryKind.Link
        ? PerlText.Encode(new FileInfo(entry.Location).LinkTarget ?? "")
        : Encoding.Latin1.GetString(Workspace.Read(entry, place));

    /// <summary>The lines, each once; 0 for the path.</summary>
    private List<int> Find(List<PerlPattern> patterns, string text, string path, Place place)
    {
        var name = PerlText.Encode(path);
        var lines = new List<int>();
        foreach (var pattern in patterns)
        {
            lines.AddRange(Pattern.Lines(pattern, text, path, place));
            if (!_isPresent && pattern.IsMatch(name))
            {
                lines.Add(0);
            }
        }

        return _isPresent ? lines : [.. lines.Distinct().Order()];
    }
}
