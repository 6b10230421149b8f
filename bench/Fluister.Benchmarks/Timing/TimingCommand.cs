using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fluister.Benchmarks.Timing;

/// <summary>Looks for secrets in running times: docs/TIMING.md.</summary>
internal static class TimingCommand
{
    private const int Quiet = 0;
    private const int Leaks = 1;
    private const int ControlMissed = 2;
    private const int WrongArguments = 64;

    private const double DefaultMinutes = 5;
    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromMilliseconds(400);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Runs: <c>[--minutes M] [--only TEXT] [--seed N] [--json]</c>. The control is always among the subjects.</summary>
    /// <returns>0 where nothing leaks, 1 where something does, 2 where even the control was not seen to leak.</returns>
    public static int Run(string[] arguments)
    {
        var (minutes, only, seed, json) = (DefaultMinutes, "", Environment.TickCount, false);
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--json":
                    json = true;
                    break;
                case "--minutes" when i + 1 < arguments.Length:
                    minutes = double.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                case "--seed" when i + 1 < arguments.Length:
                    seed = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                case "--only" when i + 1 < arguments.Length:
                    only = arguments[++i];
                    break;
                default:
                    Console.Error.WriteLine("timing [--minutes M] [--only TEXT] [--seed N] [--json]");
                    return WrongArguments;
            }
        }

        var random = new Random(seed);
        var measurements = TimingSubjects.All()
            .Where(subject => subject.IsControl || subject.Name.Contains(only, StringComparison.OrdinalIgnoreCase))
            .Select(subject => new TimingMeasurement(subject, random, Stopwatch.GetTimestamp)).ToList();
        Measure(measurements, TimeSpan.FromMinutes(minutes));
        if (json)
        {
            Console.WriteLine(Json(measurements, seed).ToJsonString(Indented));
        }
        else
        {
            Print(measurements, seed);
        }

        return measurements.Any(m => m.Subject.IsControl && m.Test.Verdict != Verdict.Leak) ? ControlMissed
            : measurements.Any(m => !m.Subject.IsControl && m.Test.Verdict == Verdict.Leak) ? Leaks
            : Quiet;
    }

    // Until code is compiled for good (30 calls, then a moment); then a batch of each in turn, so that a noisy minute is shared.
    private static void Measure(List<TimingMeasurement> measurements, TimeSpan time)
    {
        foreach (var measurement in measurements)
        {
            var warming = Stopwatch.StartNew();
            do
            {
                measurement.WarmUp(Ticks(BatchTime));
            }
            while (warming.Elapsed < WarmUpTime);
        }

        var watch = Stopwatch.StartNew();
        do
        {
            measurements.ForEach(measurement => measurement.Batch());
        }
        while (watch.Elapsed < time);
    }

    private static void Print(List<TimingMeasurement> measurements, int seed)
    {
        Console.WriteLine($"{Processor()}, {Environment.ProcessorCount} cores, .NET {Environment.Version}, seed {seed}");
        Console.WriteLine($"A leak from |t| of {LeakageTest.Leak}, suspicious from {LeakageTest.Suspicion}; "
            + "'seen from' is the difference that would have been a leak.");
        Console.WriteLine($"{"operation",-47} {"classes",-33} {"runs",9} {"median ns",9} {"seen from ns",12} {"t",8}  test, verdict");
        foreach (var m in measurements)
        {
            Console.WriteLine($"{m.Subject.Name,-47} {m.Subject.Classes,-33} {m.Test.Count,9} {Nanoseconds(m.Median),9:F0} "
                + $"{Nanoseconds(m.Test.Detectable),12:F1} {m.Test.T,8:F1}  {m.Test.Where}, {Word(m)}");
        }
    }

    private static JsonObject Json(List<TimingMeasurement> measurements, int seed) => new()
    {
        ["processor"] = Processor(),
        ["cores"] = Environment.ProcessorCount,
        ["runtime"] = Environment.Version.ToString(),
        ["seed"] = seed,
        ["leak"] = LeakageTest.Leak,
        ["suspicion"] = LeakageTest.Suspicion,
        ["subjects"] = new JsonArray([.. measurements.Select(m => new JsonObject
        {
            ["name"] = m.Subject.Name,
            ["classes"] = m.Subject.Classes,
            ["control"] = m.Subject.IsControl,
            ["runs"] = m.Test.Count,
            ["medianNanoseconds"] = Nanoseconds(m.Median),
            ["seenFromNanoseconds"] = Finite(Nanoseconds(m.Test.Detectable)),
            ["t"] = Finite(m.Test.T),
            ["test"] = m.Test.Where,
            ["verdict"] = Word(m),
        })]),
    };

    private static string Word(TimingMeasurement measurement) => (measurement.Test.Verdict, measurement.Subject.IsControl) switch
    {
        (Verdict.Leak, true) => "leaks, as it must",
        (_, true) => "NOT SEEN TO LEAK: this run says nothing",
        (Verdict.Leak, false) => "LEAK",
        (Verdict.Suspicious, false) => "suspicious",
        _ => "quiet",
    };

    private static JsonNode? Finite(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private static double Nanoseconds(double ticks) => ticks * 1e9 / Stopwatch.Frequency;

    private static string Processor()
    {
        const string Model = "model name";
        return File.Exists("/proc/cpuinfo")
            && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Model, StringComparison.Ordinal)) is { } found
            ? found[(found.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : "unknown processor";
    }
}
