namespace Fluister.NotForking.Trees;

/// <summary>`OUT/NAME`, and the index of what this program wrote there.</summary>
/// <param name="folder">OUT.</param>
/// <param name="name">NAME.</param>
public sealed class Output(string folder, string name)
{
    /// <summary>Makes the output the given tree, or leaves it as it is.</summary>
    /// <exception cref="NotForkException">Something there is not as this program wrote it (output guard).</exception>
    public void Install(IEnumerable<TreeEntry> tree)
    {
        foreach (var entry in tree)
        {
            var to = Path.Combine(folder, name, entry.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            if (entry.Kind == EntryKind.Link)
            {
                File.CreateSymbolicLink(to, new FileInfo(entry.Location).LinkTarget!);
            }
            else
            {
                File.Copy(entry.Location, to, overwrite: true);
            }
        }
    }
}
