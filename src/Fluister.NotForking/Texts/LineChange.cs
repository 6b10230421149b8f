namespace Fluister.NotForking.Texts;

/// <summary>Lines of an old text, and the lines of a new one that stand in their place. Indexes are from 0; one count may be 0.</summary>
internal readonly record struct LineChange(int OldStart, int OldCount, int NewStart, int NewCount)
{
    /// <summary>The old line after it.</summary>
    public int OldEnd => OldStart + OldCount;

    /// <summary>The new line after it.</summary>
    public int NewEnd => NewStart + NewCount;
}
