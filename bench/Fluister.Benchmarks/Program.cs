using System.Globalization;
using System.Text.Json.Nodes;
using Fluister.Benchmarks;
using Fluister.Benchmarks.Client;
using Fluister.Benchmarks.Protocol;
using Fluister.Benchmarks.Server;
using Fluister.Benchmarks.Store;
using Fluister.Benchmarks.Timing;

// Side by side with the official SQLCipher package, in one run, on a store that it made:
//
//   dotnet run --project bench/Fluister.Benchmarks --configuration Release -- [--messages 200000] [--rounds 5] [--store DIR --key HEX]
//
//
// The native engine beside llama-bench, which eng/prepare builds:
//
//   ... -- engine [--megabytes 200] [--type Q8_0] [--threads 1] [--rounds 7] [--model FILE] [--llama-bench FILE]
//
// The protocol beside the official libsignal package:
//
//   ... -- protocol [--rounds 7] [--only TEXT] [--json FILE]
//
// Whether secrets can be told from running times (docs/TIMING.md):
//
//   ... -- timing [--minutes 5] [--only TEXT] [--seed N] [--json]
//
// The home server beside the floor of its own stack, on this machine:
//
//   ... -- server [--help]
//   ... -- federation [--help]
//   ... -- server-idle [--sockets 10000] [--http1 | --http2]
//
// The client with a long history beside the official packages:
//
//   ... -- client [--messages 100000] [--rounds 5] [--count 2000]
//
// The client's store with a long history:
//
//   ... -- store [--messages 100000]
//
// CPU is user and system time of the whole process, peak is its resident memory; medians over the rounds, which take turns.
var given = new Dictionary<string, string>(StringComparer.Ordinal);
var isEngine = args is ["engine", ..];
var isProtocol = args is ["protocol", ..];
var isClient = args is ["client", ..];
for (var i = isEngine || isProtocol || isClient ? 1 : 0; i + 1 < args.Length; i += 2)
{
    given[args[i]] = args[i + 1];
}

if (isEngine)
{
    return await EngineBench.RunAsync(given);
}

if (isClient)
{
    return await ClientBench.RunAsync(given);
}

if (args is ["client-child", var account, var what, var person, var count])
{
    return await ClientChild.RunAsync(account, what, person, int.Parse(count, CultureInfo.InvariantCulture));
}

if (isProtocol)
{
    return ProtocolBench.Run(given);
}

if (args is ["timing", .. var options])
{
    return TimingCommand.Run(options);
}

if (args is ["server" or "server-floor" or "federation", ..])
{
    return await ServerBench.RunAsync(args);
}

if (args is ["server-idle", ..])
{
    return await IdleBench.RunAsync(args);
}

if (args is ["store", ..])
{
    return StoreBench.Run(args);
}

if (args is ["scan", var database, var key])
{
    return OurScan.Run(database, key);
}

var root = Repository.Root();
var rounds = int.Parse(given.GetValueOrDefault("--rounds", "5"), CultureInfo.InvariantCulture);
var messages = given.GetValueOrDefault("--messages", "200000");
using var temporary = new TemporaryFolder();
var store = given.GetValueOrDefault("--store");
var storeKey = given.GetValueOrDefault("--key");
if (store is null)
{
    Console.WriteLine($"Making a store of {messages} messages with the official package ...");
    store = Path.Combine(temporary.Path, "Signal");
    var made = Child.Run("node", [Path.Combine(root, "test", "official", "make-profile.mjs"), "--out", store, "--generation", "1830",
        "--messages", messages, "--conversations", "81", "--plain-text-only", "--no-expected"]);
    storeKey = (string)JsonNode.Parse(made.Output)!["key"]!;
}

var app = Path.Combine(root, "fluister");
Child.Run(app, ["--version"]);
var self = Environment.ProcessPath!;
var databasePath = Path.Combine(store, "sql", "db.sqlite");
var scan = Path.Combine(root, "test", "official", "scan.mjs");
string Out() => Path.Combine(temporary.Path, Path.GetRandomFileName());

var ours = new List<JsonNode>();
var theirs = new List<JsonNode>();
for (var round = 0; round < rounds; round++)
{
    ours.Add(JsonNode.Parse(Child.Run(self, ["scan", databasePath, storeKey!]).Output)!);
    theirs.Add(JsonNode.Parse(Child.Run("node", [scan, "--profile", store, "--key", storeKey!]).Output)!["rounds"]![0]!);
}

Console.WriteLine($"{messages} messages, {new FileInfo(databasePath).Length / 1e6:F0} MB, "
    + $"{Environment.ProcessorCount} cores, {rounds} rounds");
Console.WriteLine($"{"read, CPU ms of the scan itself",-44} {"ours",8} {"official",9} {"ratio",7}");
foreach (var (name, text) in (IEnumerable<(string, string)>)
    [("sum", "lengths of all json and body, full scan"), ("rows", "all rows delivered to the program")])
{
    var (a, b) = (Median(ours.Select(o => (double)o[name]!["cpu"]!)), Median(theirs.Select(t => (double)t[name]!["cpu"]!)));
    if ((long)ours[0][name]!["count"]! != (long)theirs[0][name]!["count"]!)
    {
        throw new InvalidOperationException($"{name}: the two do not count the same rows.");
    }

    Console.WriteLine($"{text,-44} {a,8:F0} {b,9:F0} {a / b,7:F2}");
}

var index = Out();
(string Name, Func<string[]> Arguments)[] jobs =
[
    ("archive list", () => ["archive", "list"]),
    ("export Markdown and JSON Lines, one run", () => ["archive", "export", "--format", "md,jsonl", "--out", Out()]),
    ("export HTML", () => ["archive", "export", "--format", "html", "--out", Out()]),
    ("export JSON Lines to a pipe", () => ["archive", "export"]),
    ("export CSV to a pipe", () => ["archive", "export", "--format", "csv"]),
    ("export text to a pipe", () => ["archive", "export", "--format", "text"]),
    ("export JSON Lines, encrypted (age)", () =>
        ["archive", "export", "--encrypt-to", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
        "--out", Out() + ".age"]),
    ("search, reading all", () => ["archive", "search", "cartographer", "--limit", "5"]),
    ("search, making the index first", () =>
        { File.Delete(index); return ["archive", "search", "cartographer", "--limit", "5", "--index", index]; }),
    ("search, by the index", () => ["archive", "search", "cartographer", "--limit", "5", "--index", index]),
    ("digest of the largest conversation", () => ["digest", "--conversation", "Family weekend", "--since", "2020-01-01"]),
];
Console.WriteLine($"{"fluister, whole process",-44} {"CPU s",8} {"wall s",9} {"peak MB",7}");
foreach (var (name, arguments) in jobs)
{
    var results = new List<Child>();
    for (var round = 0; round < rounds; round++)
    {
        string[] line = arguments();
        results.Add(Child.Run(app, [.. line, "--source", store], keepOutput: false));
        temporary.Clear(except: index);
    }

    Console.WriteLine($"{name,-44} {Median(results.Select(r => r.Cpu)),8:F2} "
        + $"{Median(results.Select(r => r.Wall)),9:F2} {Median(results.Select(r => r.PeakMegabytes)),7:F0}");
}

return 0;

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToList();
    return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
}
