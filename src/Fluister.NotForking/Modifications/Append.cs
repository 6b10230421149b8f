using System.Text;
using System.Text.RegularExpressions;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications;

/// <summary>`method = append`: a file's name, lines for its end, a line of dashes; then the next file. A line that begins with a dash
/// and a blank loses both.</summary>
internal sealed partial class Append : Modification
{
    private readonly List<(Place Place, string Path, byte[] Text)> _files = [];

    /// <summary>Reads the body.</summary>
    /// <exception cref="NotForkException">Where a file's name should stand, there is none.</exception>
    public Append(ModificationFile file)
        : base(file.Place)
    {
        var endsWithLine = file.Bytes.AsSpan().EndsWith("\n"u8);
        for (var at = 0; at < file.Body.Count; at++)
        {
            var (place, path) = file.Body[at];
            var text = new StringBuilder();
            for (at++; at < file.Body.Count && !Dashes().IsMatch(file.Body[at].Text); at++)
            {
                var line = file.Body[at].Text + (at + 1 < file.Body.Count || endsWithLine ? "\n" : "");
                text.Append(Prefix().Replace(line, ""));
            }

            _files.Add((place, TreePath.Checked(PerlText.Decode(path, place), place), Encoding.Latin1.GetBytes(text.ToString())));
        }
    }

    /// <inheritdoc/>
    public override void Apply(Workspace tree, ModificationRun run)
    {
        foreach (var (place, path, text) in _files)
        {
            tree.Edit(path, before => [.. before, .. text], place);
            run.Watch?.Invoke(new Edit(place, path, 1));
        }
    }

    [GeneratedRegex(@"^-+\s*$", RegexOptions.ECMAScript, 1000)]
    private static partial Regex Dashes();

    [GeneratedRegex(@"^-\s+", RegexOptions.ECMAScript, 1000)]
    private static partial Regex Prefix();
}
