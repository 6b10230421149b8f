namespace Fluister.Simulation.Network;

/// <summary>The curves of a run.</summary>
internal static class ReportCurves
{
    private const int LatencySpan = 5;
    private const double Megabyte = 1e6;

    /// <summary>All plots: by name, and in each by what a curve shows.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<double[]>>> Of(NetworkOutcome outcome) =>
        new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<double[]>>>
        {
            ["Messages a second"] = new Dictionary<string, IReadOnlyList<double[]>>
            {
                ["written"] = Counted(outcome.Written),
                ["copies delivered"] = Counted(outcome.Delivered),
            },
            ["Latency across servers, ms"] = Courses(outcome.Across),
            ["Latency within a server, ms"] = Courses(outcome.Within),
            ["Items that wait for peers"] = PerServer(outcome, server => server.Outbox),
            ["Memory, MB"] = With(
                PerServer(outcome, server => server.Memory / Megabyte), "people", outcome, sample => sample.PeopleMemory / Megabyte),
            ["Processor, seconds a second"] = With(
                PerServer(outcome, server => server.Cpu), "people", outcome, sample => sample.PeopleCpu),
        };

    private static List<double[]> Counted(SortedDictionary<int, int> course) => course.Count == 0 ? []
        : [.. Enumerable.Range(0, course.Keys.Last() + 1).Select(second => (double[])[second, course.GetValueOrDefault(second)])];

    private static Dictionary<string, IReadOnlyList<double[]>> Courses(Latencies latencies) =>
        new double[] { 50, 99 }.ToDictionary(
            percent => $"p{percent}",
            percent => (IReadOnlyList<double[]>)[.. latencies.Course(percent, LatencySpan).Select(point => Pair(point.At, point.Value))]);

    private static Dictionary<string, IReadOnlyList<double[]>> PerServer(NetworkOutcome outcome, Func<ServerSample, double> value) =>
        Enumerable.Range(0, outcome.Options.Servers).ToDictionary(
            server => $"server {(char)('a' + server)}",
            server => (IReadOnlyList<double[]>)[.. outcome.Samples.Select(sample => Pair(sample.At, value(sample.Servers[server])))]);

    private static Dictionary<string, IReadOnlyList<double[]>> With(
        Dictionary<string, IReadOnlyList<double[]>> curves, string name, NetworkOutcome outcome, Func<Sample, double> value) =>
        new(curves) { [name] = [.. outcome.Samples.Select(sample => Pair(sample.At, value(sample)))] };

    private static double[] Pair(double at, double value) => [Math.Round(at, 1), Math.Round(value, 2)];
}
