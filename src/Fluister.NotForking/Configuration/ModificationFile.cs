using System.Collections.ObjectModel;

namespace Fluister.NotForking.Configuration;

/// <summary>A `.mod` file: a header of keys, a line of dashes, and a body that its method reads.</summary>
/// <param name="Place">The file.</param>
/// <param name="Folder">The folder that it lies in: names of replacement files are relative to it.</param>
/// <param name="Keys">The header: keys in lower case, with values; the last one of a key wins.</param>
/// <param name="Body">The lines after the dashes as Latin-1, all of them, without "\n", each with its place.</param>
/// <param name="Bytes">The file as a whole: what a lock hashes.</param>
public sealed record ModificationFile(
    Place Place, string Folder, IReadOnlyDictionary<string, string> Keys, IReadOnlyList<(Place Place, string Text)> Body, byte[] Bytes)
{
    /// <summary>Where the body begins in <see cref="Bytes"/>.</summary>
    public int BodyOffset { get; init; }

    /// <summary>The lines that the values come from.</summary>
    public IReadOnlyDictionary<string, Place> Places { get; init; } = ReadOnlyDictionary<string, Place>.Empty;

    /// <summary>The line that a key's value comes from.</summary>
    public Place At(string key) => Places.GetValueOrDefault(key, Place);
}
