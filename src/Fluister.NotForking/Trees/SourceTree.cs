namespace Fluister.NotForking.Trees;

/// <summary>The files of one upstream version as they lie on disk, in the order of their paths' code units.</summary>
public sealed class SourceTree
{
    private readonly Dictionary<string, TreeEntry> _byPath;

    /// <summary>Takes entries in any order.</summary>
    /// <exception cref="NotForkException">A path leaves the tree, or has a line end: in a tree's hash it would pass for two.</exception>
    public SourceTree(IEnumerable<TreeEntry> entries)
    {
        Entries = [.. entries.OrderBy(entry => entry.Path, StringComparer.Ordinal)];
        if (Entries.FirstOrDefault(entry => !TreePath.IsInside(entry.Path)) is { } wrong)
        {
            throw new NotForkException(
                ExitCode.Fetch, $"Upstream has \"{wrong.Path}\", which is not a path inside of a tree, or has a line end in it.");
        }

        _byPath = Entries.ToDictionary(entry => entry.Path, StringComparer.Ordinal);
    }

    /// <summary>All files and links.</summary>
    public IReadOnlyList<TreeEntry> Entries { get; }

    /// <summary>The tree that this one is a part of, if that is known.</summary>
    public SourceTree? Whole { get; init; }

    /// <summary>The entry of a path, or null.</summary>
    public TreeEntry? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>The part below a folder, with paths relative to it: `subtree`.</summary>
    public SourceTree Below(string folder) => new(
        Entries.Where(entry => entry.Path.StartsWith(folder + "/", StringComparison.Ordinal))
            .Select(entry => entry with { Path = entry.Path[(folder.Length + 1)..] }))
    {
        Whole = Whole ?? this,
    };
}
