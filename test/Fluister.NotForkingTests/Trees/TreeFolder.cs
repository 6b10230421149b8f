using Fluister.NotForking.Trees;

namespace Fluister.NotForkingTests.Trees;

/// <summary>A folder with files that become trees, and an output beside it; it goes with the test.</summary>
internal sealed class TreeFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tree");
    private int _count;

    /// <summary>OUT.</summary>
    public string Out => Path.Combine(_folder.FullName, "out");

    /// <summary>A path in OUT/NAME.</summary>
    public string At(string path) => Path.Combine(Out, "name", path);

    /// <summary>A path beside OUT.</summary>
    public string Beside(string path) => Path.Combine(_folder.FullName, path);

    /// <summary>A tree: paths with contents; "->target" is a link, "!text" an executable file.</summary>
    public List<TreeEntry> Tree(params (string Path, string Content)[] entries) => [.. entries.Select(entry =>
    {
        var location = Beside($"source{_count++}");
        if (entry.Content.StartsWith("->", StringComparison.Ordinal))
        {
            File.CreateSymbolicLink(location, entry.Content[2..]);
            return new TreeEntry(entry.Path, EntryKind.Link, IsExecutable: false, location);
        }

        File.WriteAllText(location, entry.Content);
        return new TreeEntry(entry.Path, EntryKind.File, entry.Content.StartsWith('!'), location);
    })];

    /// <summary>What lies in OUT/NAME, in the same form, in order.</summary>
    public string Contents() => string.Join('\n', FolderTree.Read(At("")).Select(entry => entry.Kind == EntryKind.Link
        ? $"{entry.Path}=->{new FileInfo(entry.Location).LinkTarget}"
        : $"{entry.Path}={(entry.IsExecutable ? "x" : "")}{File.ReadAllText(entry.Location)}").Order(StringComparer.Ordinal));

    /// <summary>Makes OUT/NAME a tree.</summary>
    public void Install(List<TreeEntry> tree, Action? step = null) => new Output(Out, "name") { Step = step }.Install(tree);

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
