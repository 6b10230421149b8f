using System.Text.RegularExpressions;
using Fluister.Engines;

namespace Fluister.Tests.Summaries;

/// <summary>Answers as a test says; counts a token for every four characters. What engines do is tested with real ones.</summary>
internal sealed class ScriptedEngine(Func<CompletionRequest, string> answer, int context = 4096, string model = "scripted") : Engine
{
    public List<CompletionRequest> Requests { get; } = [];

    public override EngineDescription Description { get; } =
        new("native", "1", model, null, context, 1, "nothing: it is part of the test", 1000, 100);

    public override Task<int> CountTokensAsync(Prompt prompt, CancellationToken cancel) => Task.FromResult(Count(prompt));

    public override Task<Completion> CompleteAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Requests.Add(request);
        var text = answer(request);
        onText?.Invoke(text);
        var (prompt, generated) = (Count(request.Prompt), text.Length / 4);
        return Task.FromResult(new Completion(text, CompletionEnd.Finished, prompt, 0, generated, TimeSpan.FromMilliseconds(prompt),
            TimeSpan.FromMilliseconds(10 * generated)));
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The numbered lines of a prompt: number, speaker, text.</summary>
    public static List<(int Number, string Speaker, string Text)> Lines(CompletionRequest request) =>
        Regex.Matches(request.Prompt.User, @"^\[(\d+)\] (.+?)(?: \(\d\d:\d\d\))?: (.*)$", RegexOptions.Multiline)
            .Select(x => (int.Parse(x.Groups[1].Value), x.Groups[2].Value, x.Groups[3].Value)).ToList();

    /// <summary>Repeats the first words of some lines: a model that says nothing of its own.</summary>
    public static string Echo(CompletionRequest request, int points = 2) => Answer(Lines(request).OrderByDescending(x => x.Text.Length)
        .Take(points).Select(x => (x.Speaker, string.Join(' ', x.Text.TrimEnd('…').Split(' ').Take(12)), new[] { x.Number })).ToArray());

    public static string Answer(params (string Who, string Text, int[] Cites)[] points) => System.Text.Json.JsonSerializer.Serialize(new
    {
        points = points.Select(x => new { who = x.Who, text = x.Text, cites = x.Cites }),
    });

    private static int Count(Prompt prompt) => (prompt.System.Length + prompt.User.Length) / 4;
}
