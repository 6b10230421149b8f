using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Fluister.Benchmarks;

/// <summary>A finished process: what it wrote and what it took.</summary>
/// <param name="Output">Standard output.</param>
/// <param name="Cpu">Seconds, user and system.</param>
/// <param name="Wall">Seconds.</param>
/// <param name="PeakMegabytes">Greatest resident memory, sampled to its end.</param>
internal sealed partial record Child(string Output, double Cpu, double Wall, double PeakMegabytes)
{
    private const int Children = -1;

    /// <summary>Runs to the end; nothing else may run meanwhile, as CPU time is that of all children.</summary>
    public static Child Run(string file, IReadOnlyList<string> arguments, bool keepOutput = true)
    {
        var before = CpuOfChildren();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = keepOutput ? process.StandardOutput.ReadToEndAsync() : DrainAsync(process.StandardOutput.BaseStream);
        double peak = 0;
        while (!process.WaitForExit(10))
        {
            peak = Math.Max(peak, Peak(process.Id));
        }

        process.WaitForExit();
        var wall = watch.Elapsed.TotalSeconds;
        var text = output.GetAwaiter().GetResult();
        return process.ExitCode == 0
            ? new Child(text, CpuOfChildren() - before, wall, peak)
            : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)}: "
                + $"{process.ExitCode} {errors.GetAwaiter().GetResult()}");
    }

    private static async Task<string> DrainAsync(Stream stream)
    {
        await stream.CopyToAsync(Stream.Null);
        return "";
    }

    private static double Peak(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0
                : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static double CpuOfChildren()
    {
        Span<long> usage = stackalloc long[18];
        _ = GetUsage(Children, ref MemoryMarshal.GetReference(usage));
        return usage[0] + (usage[1] / 1e6) + usage[2] + (usage[3] / 1e6);
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, ref long usage);
}

/// <summary>A folder for what the jobs write.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fluister-bench-");

    public string Path => _folder.FullName;

    /// <summary>Removes what jobs left, but for the store and one file.</summary>
    public void Clear(string except)
    {
        foreach (var entry in _folder.EnumerateFileSystemInfos().Where(entry => entry.Name != "Signal" && entry.FullName != except))
        {
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>Where the sources are.</summary>
internal static class Repository
{
    public static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Fluister.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Run the benchmark inside the repository.");
    }
}
