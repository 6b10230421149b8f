namespace Fluister.NotForking.Texts;

/// <summary>What became of a file's patch.</summary>
/// <param name="Text">The text with the hunks that fit.</param>
/// <param name="Hunks">What became of each hunk.</param>
/// <param name="LooksApplied">Whether the first hunk fits only when it is undone.</param>
/// <param name="Glues">Whether a new line came to stand behind a last one without a line end, so that they are one now.</param>
internal sealed record PatchResult(byte[] Text, IReadOnlyList<HunkResult> Hunks, bool LooksApplied, bool Glues)
{
    /// <summary>Whether all hunks were applied.</summary>
    public bool IsComplete => Hunks.All(hunk => hunk.Line > 0);

    /// <summary>How far the farthest hunk had to move.</summary>
    public int Offset => Hunks.Select(hunk => hunk.Offset).MaxBy(Math.Abs);

    /// <summary>How many lines of context had to be left out.</summary>
    public int Fuzz => Hunks.Select(hunk => hunk.Fuzz).DefaultIfEmpty().Max();
}
