using System.Globalization;
using Fluister.Engines.Models;

namespace Fluister.Engines.Native;

/// <summary>What this computer has to spare.</summary>
internal static class Computer
{
    private const string Processors = "/sys/devices/system/cpu";

    /// <summary>Cores that this process may use; those that only share another's are not counted.</summary>
    public static int Cores { get; } = CountCores();

    /// <summary>Bytes that a model may take: what is free, and what a container or the person allows.</summary>
    public static long AvailableMemory(long? limit)
    {
        var known = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (OperatingSystem.IsLinux() && FreeMemory() is { } free)
        {
            known = Math.Min(known, free);
        }

        return Math.Min(known, limit ?? long.MaxValue);
    }

    /// <summary>SHA-256 of a file, in lower case hexadecimal.</summary>
    /// <exception cref="EngineException">It cannot be read.</exception>
    public static string Hash(string path, CancellationToken cancel)
    {
        try
        {
            return FileHash.Compute(path, copy: null, progress: null, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineError.NotFound, $"The model {path} cannot be read: {e.Message}", e);
        }
    }

    public static void CreatePrivateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Best effort: what is left is a folder that says whose it was.</summary>
    public static void RemoveFolder(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What made it fail has been told already, or was nothing that mattered.
        }
    }

    // proc(5): memory for new programs without swapping, in kB.
    private static long? FreeMemory()
    {
        try
        {
            var line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
            return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var number, ..]
                && long.TryParse(number, CultureInfo.InvariantCulture, out var kilobytes) ? kilobytes * 1024 : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int CountCores()
    {
        var allowed = Environment.ProcessorCount;
        try
        {
            var cores = Directory.EnumerateDirectories(Processors, "cpu*")
                .Select(folder => Path.Combine(folder, "topology/thread_siblings_list"))
                .Where(File.Exists).Select(File.ReadAllText).Distinct().Count();
            return cores > 0 ? Math.Min(cores, allowed) : allowed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return allowed;
        }
    }
}
