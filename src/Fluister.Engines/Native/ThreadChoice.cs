using System.Diagnostics;

namespace Fluister.Engines.Native;

/// <summary>How many threads are fastest, and how fast: more are slower where others compute too, or memory is the limit.</summary>
/// <param name="Generation">Threads for text.</param>
/// <param name="Prompt">Threads for prompts.</param>
/// <param name="GenerationSpeed">Tokens a second; null where there was no time to tell.</param>
/// <param name="PromptSpeed">Tokens a second, in a short prompt; longer ones go faster.</param>
internal sealed record ThreadChoice(int Generation, int Prompt, double? GenerationSpeed, double? PromptSpeed)
{
    /// <summary>Measuring takes no longer than this twice, once for text and once for prompts.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(600);

    private const int Tries = 4;
    private const int PromptTokens = 32;

    /// <summary>Measures, and leaves the model set to the fastest.</summary>
    public static ThreadChoice Measure(NativeModel model, int? fixedThreads, int most)
    {
        int[] candidates = fixedThreads is { } given ? [given] : [.. Candidates(most)];

        // The first token also brings the model into memory. That takes as long as it takes.
        model.UseThreads(candidates[0], candidates[0]);
        model.TryDecode([0]);
        var generation = Fastest(model, candidates, 1);
        var prompt = Fastest(model, candidates, PromptTokens);
        model.Clear();
        var choice = new ThreadChoice(
            generation.Threads, prompt.Speed is null ? generation.Threads : prompt.Threads, generation.Speed, prompt.Speed);
        model.UseThreads(choice.Generation, choice.Prompt);
        return choice;
    }

    private static IEnumerable<int> Candidates(int most) =>
        new[] { most, most - 1, most / 2, 1 }.Where(count => count >= 1).Distinct().OrderDescending();

    private static (int Threads, double? Speed) Fastest(NativeModel model, int[] candidates, int tokens)
    {
        var batch = new int[tokens];
        var best = (Threads: candidates[0], Speed: (double?)null);
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < candidates.Length; i++)
        {
            model.UseThreads(candidates[i], candidates[i]);
            var share = (Budget - Stopwatch.GetElapsedTime(begun)) / (candidates.Length - i);
            WorkGate.SetDeadline(share);
            var turn = Stopwatch.GetTimestamp();
            for (var attempt = 0; attempt < Tries && Stopwatch.GetElapsedTime(turn) < share; attempt++)
            {
                model.Clear();
                var start = Stopwatch.GetTimestamp();
                if (!model.TryDecode(batch))
                {
                    break;
                }

                var speed = tokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
                best = speed > (best.Speed ?? 0) ? (candidates[i], speed) : best;
            }

            WorkGate.SetDeadline(null);
        }

        return best;
    }
}
