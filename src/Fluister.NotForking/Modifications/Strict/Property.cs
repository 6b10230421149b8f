namespace Fluister.NotForking.Modifications.Strict;

/// <summary>One entry of a properties file.</summary>
/// <param name="Start">Where its line begins.</param>
/// <param name="Key">Its key, Unicode.</param>
/// <param name="KeyEnd">Where the key ends.</param>
/// <param name="ValueStart">Where the value begins.</param>
/// <param name="ValueEnd">Where it ends: before the line end of its last line.</param>
/// <param name="Value">What it means, Unicode.</param>
/// <param name="End">After that line end.</param>
internal sealed record Property(int Start, string Key, int KeyEnd, int ValueStart, int ValueEnd, string Value, int End);
