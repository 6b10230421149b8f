namespace Fluister.NotForking.Commands;

/// <summary>`--list-cache` and `--remove-cache`.</summary>
internal static class CacheCommands
{
    /// <summary>Shows what is in the cache: "HASH  ADDRESS" lines.</summary>
    public static int List(Settings settings)
    {
        foreach (var (hash, index) in Entries(settings))
        {
            Console.Out.WriteLine($"{hash}  {index}");
        }

        return (int)ExitCode.Done;
    }

    /// <summary>Removes entries by hash or address.</summary>
    /// <exception cref="NotForkException">There is no such entry; none is removed then.</exception>
    public static int Remove(Settings settings, IReadOnlyList<string> names)
    {
        var entries = Entries(settings);
        var removed = names.Select(name => entries.FirstOrDefault(entry => entry.Hash == name || entry.Index == name)).ToList();
        if (removed.FindIndex(entry => entry.Hash is null) is >= 0 and var unknown)
        {
            throw new NotForkException(ExitCode.Usage, $"The cache has no \"{names[unknown]}\"; `--list-cache` shows what it has.");
        }

        foreach (var (hash, index) in removed.Distinct())
        {
            Console.Out.WriteLine($"Removing   {hash}  {index}");
            Directory.Delete(Path.Combine(settings.CacheFolder, hash), recursive: true);
        }

        return (int)ExitCode.Done;
    }

    private static List<(string Hash, string Index)> Entries(Settings settings) =>
        !Directory.Exists(settings.CacheFolder) ? [] : [.. Directory.GetDirectories(settings.CacheFolder)
            .Where(folder => File.Exists(Path.Combine(folder, "index")))
            .Select(folder => (Path.GetFileName(folder), File.ReadLines(Path.Combine(folder, "index")).FirstOrDefault("???")))
            .OrderBy(entry => entry.Item1, StringComparer.Ordinal)];
}
