using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Locks;

/// <summary>Where the lines of one text come from.</summary>
/// <param name="Text">The text.</param>
/// <param name="By">For each line what made it; null: upstream.</param>
/// <param name="Removed">Lines of upstream's that are gone, each before a line of the text (an index from 0; its length: at the
/// end), how many, and what took them. Where as many lines or more took their place, there is none.</param>
internal sealed record LineOrigins(TextLines Text, IReadOnlyList<Place?> By, IReadOnlyList<(int Before, int Count, Place By)> Removed)
{
    /// <summary>The same for what an edit made of the text.</summary>
    public LineOrigins After(TextLines text, Place by)
    {
        var changes = LineDiff.Between(Text, text);
        var (lines, at) = (new List<Place?>(), 0);
        var removed = new List<(int Before, int Count, Place By)>();
        foreach (var change in changes)
        {
            lines.AddRange(By.Skip(at).Take(change.OldStart - at));
            lines.AddRange(Enumerable.Repeat<Place?>(by, change.NewCount));
            at = change.OldEnd;
            var gone = By.Skip(change.OldStart).Take(change.OldCount).Count(origin => origin is null);
            if (gone > change.NewCount)
            {
                removed.Add((change.NewStart, gone, by));
            }
        }

        lines.AddRange(By.Skip(at));
        removed.AddRange(Removed.Select(old => old with { Before = Moved(changes, old.Before) }));
        return new LineOrigins(text, lines, [.. removed.OrderBy(mark => mark.Before)]);
    }

    private static int Moved(IReadOnlyList<LineChange> changes, int line)
    {
        var moved = line;
        foreach (var change in changes.TakeWhile(change => change.OldStart <= line))
        {
            moved = line < change.OldEnd ? change.NewStart : line + change.NewEnd - change.OldEnd;
        }

        return moved;
    }
}
