using System.Globalization;
using System.Text.Json.Nodes;

namespace Fluister.Benchmarks.Client;

/// <summary>The client with a long history, beside the official packages doing the same work.</summary>
internal static class ClientBench
{
    /// <summary>client [--messages 100000] [--rounds 5] [--count 2000]</summary>
    public static async Task<int> RunAsync(Dictionary<string, string> given)
    {
        int Number(string name, int otherwise) => given.TryGetValue(name, out var text)
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
        var (messages, rounds, count) = (Number("--messages", 100_000), Number("--rounds", 5), Number("--count", 2000));
        var root = Repository.Root();
        var program = Path.Combine(root, "artifacts", "app", "fluister");
        Child.Run(Path.Combine(root, "fluister"), ["--version"]);
        Console.WriteLine($"Two accounts, {messages} messages between them ...");
        await using var scene = await ClientScene.CreateAsync(messages);
        var (sends, receives, prompts) = (new List<JsonNode>(), new List<JsonNode>(), new List<double>());
        var (officialSends, officialReceives) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            sends.Add(OfChild(scene, "anna", "send", "ben", count));
            receives.Add(OfChild(scene, "ben", "receive", "anna", ClientChild.WarmUp + count));
            var official = JsonNode.Parse(Child.Run("node",
                [Path.Combine(root, "test", "libsignal", "bench-client.mjs"), $"{messages}", $"{count}"]).Output)!;
            officialSends.Add((double)official["send"]!);
            officialReceives.Add((double)official["receive"]!);
            prompts.Add(PromptTime.Measure(program, scene.Home, "anna", scene.Ids["ben"].ToString()));
        }

        Console.WriteLine($"{messages} messages in one history, {Environment.ProcessorCount} cores, medians of {rounds} rounds of {count}");
        Console.WriteLine($"start of `fluister chat` to its prompt: {Median(prompts):F0} ms");
        Console.WriteLine($"account opened and the last {sends[0]["shown"]} messages read: {Of(sends, "openMilliseconds"):F0} ms");
        Tell("send", sends, officialSends);
        Tell("receive", receives, officialReceives);
        Console.WriteLine($"received: {Of(receives, "perSecond"):F0} messages a second");
        return 0;
    }

    private static void Tell(string what, List<JsonNode> ours, List<double> official) => Console.WriteLine(
        $"{what}: CPU {Of(ours, "cpuMicroseconds"):F0} us a message, official packages {Median(official):F0} us, "
        + $"ratio {Median(ours.Zip(official, (one, other) => (double)one["cpuMicroseconds"]! / other)):F2}; "
        + $"peak {Of(ours, "peakMegabytes"):F0} MB");

    private static JsonNode OfChild(ClientScene scene, string account, string what, string person, int count) => JsonNode.Parse(Child.Run(
        Environment.ProcessPath!, ["client-child", scene.Folder(account).Path, what, scene.Ids[person].ToString(), $"{count}"]).Output)!;

    private static double Of(List<JsonNode> results, string name) => Median(results.Select(result => (double)result[name]!));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[sorted.Count / 2] + sorted[(sorted.Count - 1) / 2]) / 2;
    }
}
