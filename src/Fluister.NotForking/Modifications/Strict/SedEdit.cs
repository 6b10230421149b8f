using System.Text;
using System.Text.RegularExpressions;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Replaces each match of a pattern.</summary>
internal sealed class SedEdit(EditLine line, Regex pattern, Replacement replacement) : TextEdit
{
    /// <inheritdoc/>
    public override string Apply(string path, string text, List<int> lines)
    {
        var matches = Pattern.Matches(pattern, text, path, line.Place);
        if (matches.Count == 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var counter = new LineCounter(text);
        var at = 0;
        foreach (var match in matches)
        {
            lines.Add(counter.Of(match.Index));
            result.Append(text, at, match.Index - at);
            replacement.AppendTo(result, match);
            at = match.Index + match.Length;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    /// <inheritdoc/>
    public override string Nowhere(Workspace tree, Choice choice) => PatternCause.Of(tree, choice, pattern, line);
}
