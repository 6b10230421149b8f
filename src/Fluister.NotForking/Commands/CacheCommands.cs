using Fluister.NotForking.Upstreams;

namespace Fluister.NotForking.Commands;

/// <summary>`--list-cache` and `--remove-cache`.</summary>
internal static class CacheCommands
{
    /// <summary>Shows what is in the cache: "HASH  ADDRESS" lines.</summary>
    public static int List(Settings settings)
    {
        foreach (var (hash, index) in Cache.List(settings.CacheFolder))
        {
            Console.Out.WriteLine($"{hash}  {index}");
        }

        return (int)ExitCode.Done;
    }

    /// <summary>Removes entries by hash or address.</summary>
    /// <exception cref="NotForkException">There is no such entry; none is removed then.</exception>
    public static int Remove(Settings settings, IReadOnlyList<string> names)
    {
        Cache.Remove(
            settings.CacheFolder, names, (hash, index) => Console.Out.WriteLine($"Removing   {hash}  {index}"), settings.Upstreams.Report);
        return (int)ExitCode.Done;
    }
}
