using Fluister.NotForking.Rebuild.Comparison;
using Fluister.NotForking.Rebuild.Documents;

namespace Fluister.NotForking.Rebuild;

/// <summary>Compares a release, named by its SHA256SUMS, with files that were built again.</summary>
/// <param name="path">The release's SHA256SUMS; the release's files may lie beside it.</param>
internal sealed class Verification(string path)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
    private readonly IReadOnlyList<(string Name, string Hash)> _sums = Sums.Read(path);

    /// <summary>Whether SHA256SUMS names a file.</summary>
    public bool Names(string name) => _sums.Any(sum => sum.Name == name);

    /// <summary>How many files SHA256SUMS names.</summary>
    public int Count => _sums.Count;

    /// <summary>All differences, a file at most one; none if all is the same.</summary>
    /// <param name="built">The folder of what was built again.</param>
    public IEnumerable<Difference> Compare(string built)
    {
        foreach (var (name, hash) in _sums)
        {
            var (mine, published) = (Path.Combine(built, name), Path.Combine(_folder, name));
            if (!File.Exists(mine))
            {
                yield return new Difference(name, $"it is not in \"{built}\".");
                continue;
            }

            var made = FolderHash.File(mine);
            if (made == hash)
            {
                continue;
            }

            var isBeside = File.Exists(published) && Path.GetFullPath(published) != Path.GetFullPath(mine);
            if (isBeside && FolderHash.File(published) != hash)
            {
                yield return new Difference(name, "the file beside SHA256SUMS is not the one that it names.");
            }
            else if (isBeside && FileComparison.Compare(name, published, mine) is { } difference)
            {
                yield return difference;
            }
            else
            {
                yield return new Difference(
                    name, $"its SHA-256 is {made}, not {hash}; lay the release's file beside SHA256SUMS to see what differs.");
            }
        }

        foreach (var extra in Directory.GetFiles(built).Select(file => Path.GetFileName(file))
            .Where(name => !name.StartsWith(Sums.Name, StringComparison.Ordinal)))
        {
            if (!Names(extra))
            {
                yield return new Difference(extra, "SHA256SUMS does not name it.");
            }
        }
    }
}
