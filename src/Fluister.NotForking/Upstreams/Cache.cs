namespace Fluister.NotForking.Upstreams;

/// <summary>The folder of the cache: one folder for each upstream, with its URL (and branch) in the file `index`.</summary>
public static class Cache
{
    /// <summary>The entries of a cache: names of folders, with what each is of ("???" where its index is empty), in their order.</summary>
    public static IReadOnlyList<(string Hash, string Index)> List(string cache) => Directory.Exists(cache)
        ? [.. Directory.EnumerateDirectories(cache).Where(folder => File.Exists(Path.Combine(folder, "index")))
            .Select(folder => (Path.GetFileName(folder), Index(folder) ?? "???")).OrderBy(entry => entry.Item1, StringComparer.Ordinal)]
        : [];

    /// <summary>Deletes entries.</summary>
    /// <param name="cache">The folder of the cache.</param>
    /// <param name="names">Names of their folders, or what they are of. All must be there, or none is deleted.</param>
    /// <param name="report">Hears of each entry before it goes: its folder's name, and what it is of.</param>
    /// <param name="wait">Hears of waiting for another run.</param>
    /// <exception cref="NotForkException">There is no such entry.</exception>
    public static void Remove(string cache, IEnumerable<string> names, Action<string, string> report, Action<string> wait)
    {
        var entries = List(cache);
        var chosen = names.Select(name => entries.FirstOrDefault(entry => entry.Hash == name) is { Hash: not null } byHash
            ? byHash : entries.FirstOrDefault(entry => entry.Index == name) is { Hash: not null } byIndex
            ? byIndex
            : throw new NotForkException(ExitCode.Usage, $"The cache has no entry \"{name}\"; `--list-cache` shows them.")).ToList();
        foreach (var (hash, index) in chosen.Distinct())
        {
            report(hash, index);
            CacheEntry.Remove(Path.Combine(cache, hash), index, wait);
        }
    }

    /// <summary>Refuses a folder that is something else than a cache.</summary>
    /// <exception cref="NotForkException">It has files of its own, or folders without an index.</exception>
    public static void Check(string cache)
    {
        if (!Directory.Exists(cache))
        {
            if (File.Exists(cache))
            {
                throw new NotForkException(ExitCode.Fetch, $"The cache \"{cache}\" is not a folder.");
            }

            return;
        }

        // What ends with .tmp is being removed, or was when its run was killed.
        foreach (var path in Directory.EnumerateFileSystemEntries(cache).Where(path => Path.GetFileName(path) != ".lock"
            && !path.EndsWith(".tmp", StringComparison.Ordinal)))
        {
            // A folder without anything is an entry whose making was interrupted.
            var isEntry = Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null &&
                (Index(path) is not null || Directory.EnumerateFileSystemEntries(path).All(inside => Path.GetFileName(inside) == "index"));
            if (!isEntry)
            {
                throw new NotForkException(
                    ExitCode.Fetch,
                    $"\"{cache}\" is not a cache, or a damaged one: \"{path}\" is no folder with an \"index\"; delete or move it.");
            }
        }
    }

    /// <summary>The first line of an index, also while a run holds it.</summary>
    private static string? Index(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, "index"));
        if (!file.Exists || file.LinkTarget is not null)
        {
            return null;
        }

        try
        {
            return File.ReadLines(file.FullName).FirstOrDefault();
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            // .NET cannot open a file without asking for a lock of its own, which fails while the entry is held.
            return new ProgramRun("head", "-n", "1", file.FullName).Text().TrimEnd('\n') is { Length: > 0 } line ? line : null;
        }
    }
}
