namespace Fluister.NotForking.Texts;

/// <summary>What became of a hunk.</summary>
/// <param name="Hunk">Which.</param>
/// <param name="Line">The line, from 1, of the text so far where it was applied; 0: it does not fit.</param>
/// <param name="Offset">How far that is from where it was looked for first.</param>
/// <param name="Fuzz">How many lines of context were left out.</param>
internal readonly record struct HunkResult(Hunk Hunk, int Line, int Offset = 0, int Fuzz = 0);
