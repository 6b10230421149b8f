using Fluister.NotForking.Upstreams;

namespace Fluister.NotForking.Commands;

/// <summary>`--list-cache` and `--remove-cache`.</summary>
internal static class CacheCommands
{
    /// <summary>Shows what is in the cache: "HASH  ADDRESS" lines.</summary>
    public static int List(Settings settings, TextWriter output)
    {
        foreach (var (hash, index) in Cache.List(settings.CacheFolder))
        {
            output.WriteLine($"{hash}  {index}");
        }

        return (int)ExitCode.Done;
    }

    /// <summary>Removes entries by hash or address.</summary>
    /// <exception cref="NotForkException">There is no such entry; none is removed then.</exception>
    public static int Remove(Settings settings, TextWriter output, IReadOnlyList<string> names)
    {
        Cache.Remove(
            settings.CacheFolder, names, (hash, index) => output.WriteLine($"Removing   {hash}  {index}"), settings.Upstreams.Warn);
        return (int)ExitCode.Done;
    }
}
