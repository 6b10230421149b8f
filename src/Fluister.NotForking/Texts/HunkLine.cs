namespace Fluister.NotForking.Texts;

/// <summary>A line of a hunk.</summary>
/// <param name="Kind">' ': context, '-': of the old text only, '+': of the new text only.</param>
/// <param name="Text">Its bytes with the line end, if it has one.</param>
internal readonly record struct HunkLine(char Kind, ReadOnlyMemory<byte> Text);
