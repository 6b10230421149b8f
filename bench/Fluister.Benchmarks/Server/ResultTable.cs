using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fluister.Benchmarks.Server;

/// <summary>All rounds' figures, and how they are told.</summary>
internal sealed class ResultTable(BenchOptions options, List<string> order)
{
    private readonly Dictionary<string, Dictionary<string, List<Load>>> _modes = [];

    /// <summary>Bytes of the server's memory for each idle connection, where they were measured.</summary>
    public double? IdleBytes { get; set; }

    /// <summary>What is not installed, and how it would be.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>Who has failed, and why; what they did before counts.</summary>
    public Dictionary<string, string> Failures { get; } = [];

    /// <summary>Adds a round.</summary>
    public void Add(string mode, string name, Load load)
    {
        _modes.TryAdd(mode, []);
        _modes[mode].TryAdd(name, []);
        _modes[mode][name].Add(load);
    }

    /// <summary>Tables, one for each mode.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores that client and servers share; ");
        text.Append(CultureInfo.InvariantCulture, $"{options.Pairs} pairs, ");
        text.Append(CultureInfo.InvariantCulture, $"medians of {options.Rounds} rounds of {options.Time.TotalSeconds:0.#} s ")
            .AppendLine("that take turns.");
        if (IdleBytes is { } bytes)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"An idle TLS WebSocket takes {bytes / 1024:F1} KiB of the server's memory.");
        }

        Missing.ForEach(missing => text.AppendLine(CultureInfo.InvariantCulture, $"Not installed was {missing}."));
        foreach (var (name, failure) in Failures)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{name} failed: {failure}");
        }

        var to = options.IsFederated ? "to local" : "to floor";
        foreach (var (mode, names) in _modes)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture,
                $"| {mode} | msg/s | {to} | p50 ms | p99 ms | max ms | us/msg | {to} | us/msg, client | unsent |");
            text.AppendLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
            foreach (var (name, figures) in Figures(names))
            {
                text.Append(CultureInfo.InvariantCulture, $"| {name} |");
                foreach (var (_, format, value) in figures)
                {
                    text.Append(' ').Append(value?.ToString(format, CultureInfo.InvariantCulture)).Append(" |");
                }

                text.AppendLine();
            }
        }

        return text.ToString();
    }

    /// <summary>The same, with the rounds that they are medians of.</summary>
    public JsonObject ToJson()
    {
        var modes = new JsonObject();
        foreach (var (mode, names) in _modes)
        {
            var all = new JsonObject();
            foreach (var (name, figures) in Figures(names))
            {
                var one = new JsonObject(figures.Select(figure => KeyValuePair.Create(figure.Name, (JsonNode?)figure.Value)));
                one["rounds"] = JsonSerializer.SerializeToNode(names[name]);
                all[name] = one;
            }

            modes[mode] = all;
        }

        return new JsonObject
        {
            ["cores"] = Environment.ProcessorCount,
            ["pairs"] = options.Pairs,
            ["bytesPerIdleSocket"] = IdleBytes,
            ["missing"] = JsonSerializer.SerializeToNode(Missing),
            ["failures"] = JsonSerializer.SerializeToNode(Failures),
            ["modes"] = modes,
        };
    }

    // In the subjects' order, the columns of the tables.
    private IEnumerable<(string Name, (string Name, string Format, double? Value)[] Figures)> Figures(
        Dictionary<string, List<Load>> names)
    {
        foreach (var (name, loads) in names.OrderBy(entry => order.IndexOf(entry.Key)))
        {
            double? Of(Func<Load, double?> figure) => Median(loads.Select(figure));
            yield return (name,
            [
                ("messagesPerSecond", "N0", Of(load => load.PerSecond)),
                ("ratioToFloor", "0.00", Ratio(names, loads, load => load.PerSecond)),
                ("p50Milliseconds", "0.0", Of(load => load.P50)),
                ("p99Milliseconds", "0.0", Of(load => load.P99)),
                ("maximumMilliseconds", "0", Of(load => load.Most)),
                ("serverCpuMicroseconds", "0", Of(load => load.CpuPerMessage)),
                ("cpuRatioToFloor", "0.00", Ratio(names, loads, load => load.CpuPerMessage)),
                ("clientCpuMicroseconds", "0", Of(load => load.ClientCpu * 1e6 / load.Messages)),
                ("unsent", "0", loads.Sum(load => load.Unsent)),
            ]);
        }
    }

    // None where there are no figures.
    private static double? Median(IEnumerable<double?> values)
    {
        var sorted = values.OfType<double>().Order().ToList();
        return sorted.Count == 0 ? null : (sorted[sorted.Count / 2] + sorted[(sorted.Count - 1) / 2]) / 2;
    }

    // Of each round's own ratio: what disturbed a round disturbed both.
    private double? Ratio(Dictionary<string, List<Load>> names, List<Load> loads, Func<Load, double> figure) =>
        names.TryGetValue(options.Floor, out var floor)
            ? Median(loads.Zip(floor, (load, least) => (double?)figure(load) / figure(least)))
            : null;
}
