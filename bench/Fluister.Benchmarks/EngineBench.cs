using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Fluister.Engines;
using Fluister.Engines.Gguf;
using Fluister.Engines.Native;
using Fluister.Tests.Engines;

namespace Fluister.Benchmarks;

/// <summary>The native engine beside llama-bench, on a model of random weights in the shape of Llama, with the same libraries and threads;
/// they take turns.</summary>
internal static class EngineBench
{
    private const int PromptTokens = 512;
    private const int TextTokens = 64;

    /// <summary>The worst case: a model of random weights wants something else at nearly every token.</summary>
    private const string Grammar = "root ::= \"[\" ([0-9]{1,3} \",\")* [0-9] \"]\"";

    public static async Task<int> RunAsync(IReadOnlyDictionary<string, string> given)
    {
        var rounds = Number(given, "--rounds", 7);
        var threads = Number(given, "--threads", 1);
        var llamaBench = given.GetValueOrDefault("--llama-bench") ?? Path.Combine(Repository.Root(), "artifacts", "llama", "llama-bench");
        using var temporary = new TemporaryFolder();
        var model = given.GetValueOrDefault("--model") ?? TestModels.LlamaShaped(
            temporary.Path, Number(given, "--megabytes", 200), Enum.Parse<GgufTensorType>(given.GetValueOrDefault("--type", "Q8_0")));

        var options = new NativeEngineOptions { ModelPath = model, Threads = threads, ContextTokens = 2048 };
        if (given.GetValueOrDefault("--fluister") is { } program)
        {
            options = options with { Program = program, Libraries = given.GetValueOrDefault("--library") };
        }

        var start = Stopwatch.GetTimestamp();
        var engine = await NativeEngine.StartAsync(options, CancellationToken.None);
        await using (engine)
        {
            Console.WriteLine($"{new FileInfo(model).Length / 1e6:F0} MB, {threads} threads, {rounds} rounds; "
                + $"{engine.Description.Version}; started in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
            var prompt = await PromptAsync(engine);
            List<double> ourPrompt = [], ourText = [], ourForm = [], theirPrompt = [], theirText = [], overhead = [];
            for (var round = 0; round < rounds; round++)
            {
                var (theirs, its) = Theirs(llamaBench, model, threads);
                theirPrompt.Add(theirs);
                theirText.Add(its);

                // Another first word each time: nothing is known from the round before.
                var read = await AskAsync(engine, $"{(char)('a' + round % 26)}{(char)('a' + round / 26)} {prompt}", 1, overhead);
                ourPrompt.Add((read.PromptTokens - read.CachedTokens) / read.PromptTime.TotalSeconds);
                ourText.Add(Speed(await AskAsync(engine, "Go on.", TextTokens + 1, overhead)));
                ourForm.Add(Speed(await AskAsync(engine, "Go on.", TextTokens + 1, overhead, Grammar)));
            }

            Console.WriteLine($"{"tokens a second",-28} {"ours",9} {"llama-bench",12} {"ratio",6}   {"best of each",22} {"ratio",6}");
            Print($"prompt of {PromptTokens} tokens", ourPrompt, theirPrompt);
            Print($"text of {TextTokens} tokens", ourText, theirText);
            Print("the same, with a grammar", ourForm, theirText);
            Console.WriteLine($"A request beside the engine's own time: median {Median(overhead):F2} ms, worst {overhead.Max():F2} ms");
        }

        return 0;
    }

    // The first token comes from the prompt.
    private static double Speed(Completion written) => (written.GeneratedTokens - 1) / written.GenerationTime.TotalSeconds;

    private static async Task<Completion> AskAsync(
        NativeEngine engine, string text, int tokens, List<double> overhead, string? grammar = null)
    {
        var start = Stopwatch.GetTimestamp();
        var completion = await engine.CompleteAsync(
            new CompletionRequest(new Prompt("", text)) { MaximumTokens = tokens, Grammar = grammar }, null, CancellationToken.None);
        overhead.Add((Stopwatch.GetElapsedTime(start) - completion.PromptTime - completion.GenerationTime).TotalMilliseconds);
        return completion;
    }

    /// <summary>A text that together with the template is as long as llama-bench's prompt, or a few tokens less.</summary>
    private static async Task<string> PromptAsync(NativeEngine engine)
    {
        var words = new List<string>();
        while (await engine.CountTokensAsync(new Prompt("", "zz " + string.Join(' ', words)), CancellationToken.None) < PromptTokens - 6)
        {
            words.Add("abcdefgh"[(words.Count % 7)..]);
        }

        return string.Join(' ', words);
    }

    private static (double Prompt, double Text) Theirs(string program, string model, int threads)
    {
        var output = Child.Run(program, ["-m", model, "-p", $"{PromptTokens}", "-n", $"{TextTokens}", "-t", $"{threads}", "-r", "1", "-o",
            "json"]).Output;
        var results = JsonNode.Parse(output)!.AsArray();
        double Speed(string kind) => (double)results.Single(result => (int)result![kind]! > 0)!["avg_ts"]!;
        return (Speed("n_prompt"), Speed("n_gen"));
    }

    private static void Print(string name, List<double> ours, List<double> theirs) => Console.WriteLine(
        $"{name,-28} {Median(ours),9:F1} {Median(theirs),12:F1} {Median(ours) / Median(theirs),6:F2}   "
        + $"{ours.Max(),9:F1} {theirs.Max(),12:F1} {ours.Max() / theirs.Max(),6:F2}");

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static int Number(IReadOnlyDictionary<string, string> given, string name, int otherwise) =>
        given.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
