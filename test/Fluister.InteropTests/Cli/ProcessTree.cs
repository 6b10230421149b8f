using System.Globalization;

namespace Fluister.InteropTests.Cli;

/// <summary>Processes below another, as /proc tells of them.</summary>
internal static class ProcessTree
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>All that are below it now.</summary>
    public static IReadOnlyList<int> Below(int process)
    {
        var parents = Directory.EnumerateDirectories("/proc").Select(x => Path.GetFileName(x))
            .Where(x => char.IsAsciiDigit(x[0])).Select(x => (Id: int.Parse(x, CultureInfo.InvariantCulture), Fields: Fields(x)))
            .Where(x => x.Fields.Length > 0).Select(x => (x.Id, Parent: int.Parse(x.Fields[1], CultureInfo.InvariantCulture))).ToList();
        var below = new List<int> { process };
        for (var i = 0; i < below.Count; i++)
        {
            below.AddRange(parents.Where(x => x.Parent == below[i]).Select(x => x.Id));
        }

        return below[1..];
    }

    /// <summary>Waits until one below it has computed for a while, and returns all that are below it.</summary>
    public static IReadOnlyList<int> WaitForWork(int process, long ticks)
    {
        for (var start = DateTime.UtcNow; DateTime.UtcNow - start < Patience; Thread.Sleep(5))
        {
            var below = Below(process);
            if (below.Any(x => Ticks(x) >= ticks))
            {
                return below;
            }
        }

        throw new TimeoutException("No engine computed.");
    }

    /// <summary>Waits until none of them is there.</summary>
    public static void WaitForEnd(IReadOnlyList<int> processes)
    {
        for (var start = DateTime.UtcNow; processes.Any(IsAlive); Thread.Sleep(5))
        {
            Assert.True(DateTime.UtcNow - start < Patience, "A process is left: " + string.Join(", ", processes.Where(IsAlive)));
        }
    }

    private static bool IsAlive(int process) => Fields($"{process}") is { Length: > 0 } fields && fields[0] is not ("Z" or "X");

    private static long Ticks(int process) => Fields($"{process}") is { Length: > 0 } fields
        ? long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture) : -1;

    /// <summary>proc(5): state, parent, ... after the name, which may hold anything; none where it is gone.</summary>
    private static string[] Fields(string process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
