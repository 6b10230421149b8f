namespace Fluister.NotForking.Texts;

/// <summary>One piece of a patch: lines of the old text, and what takes their place.</summary>
internal sealed class Hunk
{
    /// <summary>Takes the lines as they stand in a patch.</summary>
    /// <param name="place">Where it begins in the patch.</param>
    /// <param name="oldStart">The old text's first line as its header says, from 1.</param>
    /// <param name="newStart">The new text's.</param>
    /// <param name="lines">Context, old and new lines.</param>
    public Hunk(Place place, int oldStart, int newStart, IReadOnlyList<HunkLine> lines)
    {
        (Place, OldStart, NewStart, Lines) = (place, oldStart, newStart, lines);
        Old = [.. lines.Where(line => line.Kind != '+').Select(line => line.Text)];
        NewCount = lines.Count(line => line.Kind != '-');
        Prefix = lines.TakeWhile(line => line.Kind == ' ').Count();
        Suffix = lines.Reverse().TakeWhile(line => line.Kind == ' ').Count();
    }

    /// <summary>Where it begins in the patch.</summary>
    public Place Place { get; }

    /// <summary>The old text's first line as its header says, from 1.</summary>
    public int OldStart { get; }

    /// <summary>The new text's first line as its header says, from 1.</summary>
    public int NewStart { get; }

    /// <summary>Context, old and new lines.</summary>
    public IReadOnlyList<HunkLine> Lines { get; }

    /// <summary>The lines that a text must have for this hunk to fit.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Old { get; }

    /// <summary>How many lines it leaves.</summary>
    public int NewCount { get; }

    /// <summary>How many lines of context it begins with.</summary>
    public int Prefix { get; }

    /// <summary>How many lines of context it ends with.</summary>
    public int Suffix { get; }

    /// <summary>The line, from 1, at which it is looked for first: a header with no old lines names the line before.</summary>
    public int Guess => Old.Count == 0 ? OldStart + 1 : OldStart;

    /// <summary>The same change undone.</summary>
    public Hunk Reversed() => new(Place, NewStart, OldStart, [.. Lines.Select(line => line with
    {
        Kind = line.Kind switch { '-' => '+', '+' => '-', var kind => kind },
    })]);
}
