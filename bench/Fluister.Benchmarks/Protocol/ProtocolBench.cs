using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fluister.Benchmarks.Protocol;

/// <summary>The protocol beside the official package in Node, in one run: they take turns job by job; medians are compared.</summary>
internal static class ProtocolBench
{
    // Rounds that are thrown away: until then neither side's code is compiled as well as it will be.
    private const int WarmUp = 2;

    /// <summary>Runs: --rounds N (7), --only TEXT (jobs whose name has it), --json FILE.</summary>
    public static int Run(IReadOnlyDictionary<string, string> given)
    {
        var rounds = int.Parse(given.GetValueOrDefault("--rounds", "7"), CultureInfo.InvariantCulture);
        var only = given.GetValueOrDefault("--only", "");
        var jobs = ProtocolJobs.All.Where(job => job.Name.Contains(only, StringComparison.Ordinal)).ToList();
        var figures = jobs.ToDictionary(job => job, _ => (Ours: new List<Figure>(), Theirs: new List<Figure>()));
        using var official = Start();
        for (var round = -WarmUp; round < rounds; round++)
        {
            foreach (var job in jobs)
            {
                // Who is first changes, so that neither always comes upon the other's caches.
                var (ours, theirs) = round % 2 == 0 ? (Ours(job), Theirs(official, job)) : Swap(Theirs(official, job), Ours(job));
                if (round >= 0)
                {
                    figures[job].Ours.Add(ours);
                    figures[job].Theirs.Add(theirs);
                }
            }
        }

        official.StandardInput.Close();
        official.WaitForExit();
        Print(jobs, figures, rounds);
        if (given.GetValueOrDefault("--json") is { } file)
        {
            File.WriteAllText(file, Json(jobs, figures).ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        }

        return 0;
    }

    private static (Figure Ours, Figure Theirs) Swap(Figure theirs, Figure ours) => (ours, theirs);

    private static Process Start()
    {
        var start = new ProcessStartInfo("node", ["--expose-gc", Path.Combine(Repository.Root(), "test", "libsignal", "bench.mjs")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("Node did not start.");
    }

    private static Figure Ours(ProtocolJob job)
    {
        var run = job.Prepare(job.Count, false);
        GC.Collect();
        var (cpu, allocated, start) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(true), Stopwatch.GetTimestamp());
        run();
        var wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var spent = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        return new Figure(wall / job.Count, spent / job.Count, (double)(GC.GetTotalAllocatedBytes(true) - allocated) / job.Count);
    }

    private static Figure Theirs(Process official, ProtocolJob job)
    {
        official.StandardInput.WriteLine(new JsonObject { ["job"] = job.Name, ["count"] = job.Count }.ToJsonString());
        official.StandardInput.Flush();
        var line = official.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The official package's process has ended.");
        var answer = JsonNode.Parse(line)!;
        return new Figure((double)answer["wall"]! / job.Count, (double)answer["cpu"]! / job.Count, 0);
    }

    private static void Print(
        List<ProtocolJob> jobs, Dictionary<ProtocolJob, (List<Figure> Ours, List<Figure> Theirs)> figures, int rounds)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, {rounds} rounds after {WarmUp}; medians of microseconds an operation; "
            + "rate: ours over the official package's; bytes allocated by ours");
        Console.WriteLine($"{"",-46} {"CPU ours",9} {"official",9} {"rate",6}   "
            + $"{"wall ours",9} {"official",9} {"rate",6} {"wanted",7} {"bytes",9}");
        foreach (var job in jobs)
        {
            var (ours, theirs) = figures[job];
            var (cpu, wall) = (Median(ours.Select(f => f.Cpu)), Median(ours.Select(f => f.Wall)));
            var (theirCpu, theirWall) = (Median(theirs.Select(f => f.Cpu)), Median(theirs.Select(f => f.Wall)));
            var wanted = job.Wanted is { } bar ? $"{bar:F1}{(theirCpu / cpu >= bar ? " " : "!")}" : "";
            Console.WriteLine($"{job.Title,-46} {cpu * 1e6,9:F1} {theirCpu * 1e6,9:F1} {theirCpu / cpu,6:F2}   "
                + $"{wall * 1e6,9:F1} {theirWall * 1e6,9:F1} {theirWall / wall,6:F2} {wanted,7} {Median(ours.Select(f => f.Bytes)),9:F0}");
        }
    }

    private static JsonArray Json(List<ProtocolJob> jobs, Dictionary<ProtocolJob, (List<Figure> Ours, List<Figure> Theirs)> figures) =>
        [.. jobs.Select(job => new JsonObject
        {
            ["job"] = job.Name,
            ["title"] = job.Title,
            ["wanted"] = job.Wanted,
            ["ours"] = Json(figures[job].Ours),
            ["official"] = Json(figures[job].Theirs),
            ["bytes"] = Median(figures[job].Ours.Select(f => f.Bytes)),
        })];

    private static JsonObject Json(List<Figure> figures) => new()
    {
        ["cpu"] = new JsonArray([.. figures.Select(f => JsonValue.Create(f.Cpu))]),
        ["wall"] = new JsonArray([.. figures.Select(f => JsonValue.Create(f.Wall))]),
    };

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>Seconds of wall and CPU time, and bytes, for one operation.</summary>
    private sealed record Figure(double Wall, double Cpu, double Bytes);
}
