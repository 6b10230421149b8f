using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams.Archives;

/// <summary>An archive as it lies unpacked in the cache: `NAME.dir`, with `NAME.sums`, which says of which archive it is and what
/// every file must be. What was changed, or is half there, is unpacked again.</summary>
/// <param name="folder">The folder in the cache.</param>
/// <param name="name">NAME.</param>
internal sealed class UnpackedArchive(string folder, string name)
{
    private const string Heading = "not-fork unpacked 1";

    private string Tree => Path.Combine(folder, name + ".dir");

    private string Sums => Path.Combine(folder, name + ".sums");

    /// <summary>Unpacks an archive, unless it lies there already.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="hash">Its SHA-256.</param>
    /// <param name="shown">Its name for errors.</param>
    /// <param name="dialect">0 knows no xz.</param>
    /// <param name="prefix">How many folders the names lose at their beginning; names with fewer are left out.</param>
    public SourceTree Of(FileStream file, string hash, string shown, int dialect, int prefix)
    {
        var entries = Known(hash, dialect) ?? Unpack(file, hash, shown, dialect);
        return new SourceTree(Stripped(entries, prefix, shown));
    }

    /// <summary>Unpacks an archive to an empty folder.</summary>
    /// <returns>Its entries, and whether it is compressed by xz.</returns>
    /// <exception cref="NotForkException">It is damaged, hostile, empty, or no archive.</exception>
    public static (IReadOnlyList<ArchiveEntry> Entries, bool HasXz) UnpackTo(FileStream file, string folder, string shown, int dialect)
    {
        file.Position = 0;
        Stream tar;
        bool hasXz;
        try
        {
            (tar, hasXz) = ArchiveLayers.Open(file, dialect);
        }
        catch (InvalidDataException e)
        {
            throw new NotForkException(ExitCode.Fetch, $"The archive {shown} {e.Message}.", inner: e);
        }
        catch (ArchiveBombException e)
        {
            throw new NotForkException(ExitCode.Verification, $"The archive {shown} is refused: {e.Message}.", inner: e);
        }

        using (tar)
        {
            return (new ArchiveUnpacking(shown, folder).Unpack(tar), hasXz);
        }
    }

    private IReadOnlyList<ArchiveEntry> Unpack(FileStream file, string hash, string shown, int dialect)
    {
        CacheEntry.Sweep(folder);
        var mark = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var temporary = Path.Combine(folder, $"{name}.dir.{mark}.tmp");
        try
        {
            Directory.CreateDirectory(temporary);
            var (entries, hasXz) = UnpackTo(file, temporary, shown, dialect);
            CacheEntry.Delete(Sums);
            CacheEntry.Delete(Tree);
            Directory.Move(temporary, Tree);
            Write(Sums + $".{mark}.tmp", hash, hasXz, entries);
            File.Move(Sums + $".{mark}.tmp", Sums, overwrite: true);
            return entries;
        }
        finally
        {
            CacheEntry.Delete(temporary);
        }
    }

    private static void Write(string file, string hash, bool hasXz, IReadOnlyList<ArchiveEntry> entries)
    {
        using var writer = new StreamWriter(file, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        writer.WriteLine($"{Heading} {hash} {(hasXz ? 1 : 0)}");
        foreach (var entry in entries)
        {
            writer.WriteLine($"{entry.Mode} {entry.Hash} {entry.Name}");
        }

        writer.WriteLine("end");
    }

    /// <summary>The entries, if all of them lie there as the archive of that hash has them.</summary>
    private List<ArchiveEntry>? Known(string hash, int dialect)
    {
        if (!File.Exists(Sums) || !Directory.Exists(Tree) || new DirectoryInfo(Tree).LinkTarget is not null)
        {
            return null;
        }

        var lines = File.ReadAllLines(Sums);
        if (lines is not [var first, .., "end"] || (first != $"{Heading} {hash} 0" && (dialect == 0 || first != $"{Heading} {hash} 1")))
        {
            return null;
        }

        var entries = new List<ArchiveEntry>(lines.Length);
        foreach (var line in lines[1..^1])
        {
            var words = line.Split(' ', 3);
            if (words is not [var mode, var sum, var path] || !IsAsItWas(mode, sum, Path.Combine(Tree, ArchiveEntry.Plain(path))))
            {
                return null;
            }

            entries.Add(new ArchiveEntry(mode, sum, path));
        }

        return entries;
    }

    private static bool IsAsItWas(string mode, string hash, string path)
    {
        var file = new FileInfo(path);
        switch (mode)
        {
            case ArchiveEntry.Folder:
                return file.LinkTarget is null && Directory.Exists(path);
            case ArchiveEntry.Link:
                return file.LinkTarget is { } target && ArchiveUnpacking.Hash(target) == hash;
            default:
                if (!file.Exists || file.LinkTarget is not null ||
                    file.UnixFileMode.HasFlag(UnixFileMode.UserExecute) != (mode == ArchiveEntry.Program))
                {
                    return false;
                }

                using (var content = file.OpenRead())
                {
                    return Convert.ToHexStringLower(SHA256.HashData(content)) == hash;
                }
        }
    }

    private IEnumerable<TreeEntry> Stripped(IReadOnlyList<ArchiveEntry> entries, int prefix, string shown)
    {
        string? found = null;
        foreach (var entry in entries)
        {
            var start = 0;
            for (var left = prefix; left > 0 && start >= 0; left--)
            {
                start = entry.Name.IndexOf('/', start) + 1;
                start = start == 0 ? -1 : start;
            }

            if (start < 0)
            {
                continue;
            }

            found ??= entry.Name[..start];
            if (found != entry.Name[..start])
            {
                throw new NotForkException(
                    ExitCode.Fetch,
                    $"The archive {shown} has the prefixes \"{found}\" and \"{entry.Name[..start]}\": " +
                    "with `prefix` all names must begin alike.");
            }

            var path = ArchiveEntry.Plain(entry.Name[start..]);
            if (path.Length > 0 && entry.Mode != ArchiveEntry.Folder)
            {
                yield return new TreeEntry(
                    path, entry.Mode == ArchiveEntry.Link ? EntryKind.Link : EntryKind.File, entry.Mode == ArchiveEntry.Program,
                    Path.Combine(Tree, ArchiveEntry.Plain(entry.Name)));
            }
        }
    }
}
