namespace Fluister.NotForking.Modifications;

/// <summary>What one edit did to one file.</summary>
/// <param name="By">The line that asked for it.</param>
/// <param name="Path">The file.</param>
/// <param name="Count">In how many places.</param>
/// <param name="Offset">By how many lines the farthest hunk of a patch had to move; 0 where lines do not matter.</param>
/// <param name="Fuzz">How many lines of context a patch had to leave out.</param>
public sealed record Edit(Place By, string Path, int Count, int Offset = 0, int Fuzz = 0);
