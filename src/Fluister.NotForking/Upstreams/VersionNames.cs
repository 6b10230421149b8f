using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Upstreams;

/// <summary>How version names and tags belong together: `version = PREFIX`, `version-X = COMMIT` and `time-X = TIME`.</summary>
internal sealed class VersionNames
{
    /// <summary>Reads the keys of a block.</summary>
    public VersionNames(Block block)
    {
        (Prefix, Suffix) = (block.VersionPrefix, block.VersionSuffix);
        Commits = Map(block, "version-");
        Times = Map(block, "time-");
    }

    /// <summary>What stands before a version in its tag.</summary>
    public string Prefix { get; }

    /// <summary>What stands after it.</summary>
    public string Suffix { get; }

    /// <summary>Commits by version; not empty: tags do not matter.</summary>
    public IReadOnlyDictionary<string, string> Commits { get; }

    /// <summary>Times by version, as they stand in a lock.</summary>
    public IReadOnlyDictionary<string, string> Times { get; }

    /// <summary>The version that a tag names, or null. Without prefix and suffix only what begins with a digit is a version.</summary>
    public string? Version(string tag)
    {
        if (tag.Length < Prefix.Length + Suffix.Length || !tag.StartsWith(Prefix, StringComparison.Ordinal) ||
            !tag.EndsWith(Suffix, StringComparison.Ordinal))
        {
            return null;
        }

        var version = tag[Prefix.Length..(tag.Length - Suffix.Length)];
        return Prefix.Length + Suffix.Length > 0 || (version.Length > 0 && char.IsAsciiDigit(version[0])) ? version : null;
    }

    /// <summary>The tag of a version.</summary>
    public string Tag(string version) => Prefix + version + Suffix;

    private static Dictionary<string, string> Map(Block block, string prefix) => block.Keys
        .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value, StringComparer.Ordinal);
}
