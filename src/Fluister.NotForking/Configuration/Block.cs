using System.Collections.ObjectModel;

namespace Fluister.NotForking.Configuration;

/// <summary>Where sources come from: the keys of upstream.conf, with one `block` of it.</summary>
/// <param name="Place">The line where it begins.</param>
/// <param name="Keys">Keys in lower case, with values.</param>
public sealed record Block(Place Place, IReadOnlyDictionary<string, string> Keys)
{
    /// <summary>The lines that the values come from.</summary>
    public IReadOnlyDictionary<string, Place> Places { get; init; } = ReadOnlyDictionary<string, Place>.Empty;

    /// <summary>What tags have before the version: the first word of `version`.</summary>
    public string VersionPrefix => Words[0];

    /// <summary>What tags have after the version: the second word of `version`, in dialect 1.</summary>
    public string VersionSuffix => Words.Length > 1 ? Words[1] : "";

    private string[] Words =>
        Keys.GetValueOrDefault("version", "").Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words ? words : [""];

    /// <summary>The line that a key's value comes from.</summary>
    public Place At(string key) => Places.GetValueOrDefault(key, Place);
}
