namespace Fluister.NotForking.Texts;

/// <summary>Lines of an old text, and the lines of a new one that take their place.</summary>
/// <param name="Old">Index of the first old line, from 0.</param>
/// <param name="OldCount">How many old lines.</param>
/// <param name="New">Index of the first new line, from 0.</param>
/// <param name="NewCount">How many new lines.</param>
public readonly record struct Change(int Old, int OldCount, int New, int NewCount);
