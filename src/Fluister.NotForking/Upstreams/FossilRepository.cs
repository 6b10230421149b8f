using System.Globalization;
using System.Security.Cryptography;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>The clone of one fossil repository in the cache, `db`, and the one checkout beside it, `vcs`; `vcsdata` says of
/// which check-in.</summary>
/// <remarks>The program's own settings lie in the entry as well: those of the person who runs it change no tree.</remarks>
internal sealed class FossilRepository(CacheEntry entry, UpstreamOptions options)
{
    /// <summary>Files that fossil writes into a checkout of its own accord where the repository's setting `manifest` says so.</summary>
    internal static readonly string[] Manifests = ["manifest", "manifest.tags", "manifest.uuid"];

    /// <summary>The clone.</summary>
    public string Database => entry.At("db");

    private string Checkout => entry.At("vcs");

    private string Mark => entry.At("vcsdata");

    /// <summary>Makes the clone. Where this is interrupted, there is none.</summary>
    public void MakeClone(string url)
    {
        entry.Sweep();
        CacheEntry.Delete(Checkout);
        CacheEntry.Delete(Mark);
        var temporary = entry.At($"db.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.tmp");
        Run(entry.Folder, "clone", "--no-open", "--admin-user", "not-fork", url, temporary).Output();
        File.Move(temporary, Database);
    }

    /// <summary>The file of a hash that was computed before.</summary>
    public string Checksum(string name) => Path.Combine(entry.At("checksum"), CacheEntry.Hash(name)[..2], CacheEntry.Hash(name)[2..]);

    /// <summary>A command on the clone.</summary>
    public ProgramRun In(params IReadOnlyList<string> arguments) => Run(entry.Folder, [.. arguments, "-R", Database]);

    /// <summary>The files of a check-in.</summary>
    /// <param name="artifact">Its id, in full.</param>
    public SourceTree CheckOut(string artifact)
    {
        if (!IsThere(artifact))
        {
            CacheEntry.Delete(Mark);
            CacheEntry.Delete(Checkout);
            Directory.CreateDirectory(Checkout);
            Run(Checkout, "open", "--nested", Database, artifact).Output();
            File.WriteAllLines(Mark, Marked(artifact));
        }

        var names = Run(Checkout, "ls").Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Concat(Manifests)
            .Distinct(StringComparer.Ordinal);
        return new SourceTree(names.Select(name => new FileInfo(Path.Combine(Checkout, name)))
            .Where(file => file.LinkTarget is not null || file.Exists)
            .Select(file => new TreeEntry(
                Path.GetRelativePath(Checkout, file.FullName), file.LinkTarget is null ? EntryKind.File : EntryKind.Link,
                file.LinkTarget is null && file.UnixFileMode.HasFlag(UnixFileMode.UserExecute), file.FullName)));
    }

    /// <summary>Whether the checkout is that of a check-in, and every file of it is as fossil has it, by content.</summary>
    private bool IsThere(string artifact) =>
        File.Exists(Mark) && Directory.Exists(Checkout) && new DirectoryInfo(Checkout).LinkTarget is null &&
        File.ReadAllLines(Mark).SequenceEqual(Marked(artifact), StringComparer.Ordinal) &&
        Run(Checkout, "changes", "--hash").Result() is (0, { Length: 0 }, _);

    /// <summary>Fossil does not watch over the manifests, so their hashes are kept with the id.</summary>
    private IEnumerable<string> Marked(string artifact) => Manifests.Select(name => Path.Combine(Checkout, name)).Where(File.Exists)
        .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}")
        .Prepend($"fossil {artifact}");

    private ProgramRun Run(string folder, params IReadOnlyList<string> arguments)
    {
        var environment = options.Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.Ordinal);
        (environment["LC_ALL"], environment["FOSSIL_HOME"], environment["FOSSIL_USER"]) = ("C.UTF-8", entry.Folder, "not-fork");
        return new ProgramRun("fossil", arguments) { Folder = folder, Environment = environment };
    }
}
