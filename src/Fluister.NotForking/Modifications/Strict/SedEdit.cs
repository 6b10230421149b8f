using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Replaces each match of a pattern.</summary>
internal sealed class SedEdit(EditLine line, PerlPattern pattern, Replacement replacement) : TextEdit
{
    /// <inheritdoc/>
    public override string Apply(string path, string text, List<int> lines)
    {
        var counter = new LineCounter(text);
        return pattern.Substitute(
            text,
            match =>
            {
                lines.Add(counter.Of(match.Index));
                return replacement.Of(match);
            },
            out _);
    }

    /// <inheritdoc/>
    public override string Nowhere(Workspace tree, Choice choice) => PatternCause.Of(tree, choice, pattern, line);
}
