namespace Fluister.NotForking.Configuration;

/// <summary>What must hold for the keys of a block before any upstream is asked.</summary>
internal static class BlockChecks
{
    private static readonly string[] Known =
    [
        DialectKey.Name, "vcs", "repos", "repository", "branch", "version", "version_filter", "subtree", "compare", "srcmirror",
        "prefix", "signers",
    ];

    private static readonly string[] KnownOfVersions = ["version-", "time-", "source-", "sha224-", "sha256-", "sha384-", "sha512-"];

    /// <summary>Takes a block.</summary>
    /// <exception cref="NotForkException">A key is missing, or has a value that the original silently takes for another.</exception>
    public static Block Checked(Block block, int dialect)
    {
        if (!block.Keys.TryGetValue("vcs", out var vcs))
        {
            throw Wrong(block, "vcs", "The key \"vcs\" is missing: git, fossil or download");
        }

        if (vcs.ToLowerInvariant() is not ("git" or "fossil" or "download"))
        {
            throw Wrong(block, "vcs", $"There is no upstream of kind \"{vcs}\": git, fossil and download are known" +
                (vcs.TrimEnd() != vcs ? "; the value ends with white space" : ""));
        }

        if (block.Keys.TryGetValue("compare", out var compare) && compare != "version")
        {
            throw Wrong(block, "compare", $"There is no comparison \"{compare}\": \"version\" is the only one");
        }

        if (dialect == 0 && block.Keys.TryGetValue(DialectKey.Name, out var late) && late != "0")
        {
            throw Wrong(block, DialectKey.Name, "\"dialect\" must be the first key of the file");
        }

        if (dialect == 0 && !vcs.Equals("download", StringComparison.OrdinalIgnoreCase) &&
            block.Keys.TryGetValue("version", out var version) && version.AsSpan().IndexOfAny(" \t\r\f\v") > 0)
        {
            throw Wrong(block, "version", "Dialect 0 loses both words of a \"version\" of two words, and finds no version: leave no " +
                "space after the prefix, or write \"dialect = 1\"");
        }

        if (dialect > 0 && block.Keys.Keys.FirstOrDefault(key => !IsKnown(key)) is { } unknown)
        {
            throw Wrong(block, unknown, $"There is no key \"{unknown}\"");
        }

        if (dialect > 0 && block.Keys.ContainsKey("signers") && !vcs.Equals("git", StringComparison.OrdinalIgnoreCase))
        {
            throw Wrong(block, "signers", "Only tags of git are signed: \"signers\" needs \"vcs = git\"");
        }

        return block;
    }

    /// <summary>Whether a key of upstream.conf means something.</summary>
    public static bool IsKnown(string key) =>
        Known.Contains(key) || KnownOfVersions.Any(start => key.StartsWith(start, StringComparison.Ordinal));

    private static NotForkException Wrong(Block block, string key, string sentence) =>
        new(ExitCode.Configuration, sentence + ".", block.At(key));
}
