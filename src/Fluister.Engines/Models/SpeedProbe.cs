using System.Globalization;
using System.Text;

namespace Fluister.Engines.Models;

/// <summary>How fast an engine is with a model: by one short completion like those of a digest.</summary>
internal static class SpeedProbe
{
    private const int Lines = 12;
    private const int TextTokens = 16;

    /// <summary>Tokens a second, of a prompt and of text; null where there were too few to tell.</summary>
    /// <exception cref="EngineException">The engine failed.</exception>
    public static async Task<(double? Prompt, double? Text)> MeasureAsync(Engine engine, CancellationToken cancel)
    {
        var user = new StringBuilder();
        for (var i = 1; i <= Lines; i++)
        {
            user.Append(CultureInfo.InvariantCulture, $"[{i}] Anna: Shall we meet on day {i} at the station? Bring the tickets.\n");
        }

        // Once for a model that is not in memory yet, once to measure.
        await engine.CompleteAsync(new CompletionRequest(new Prompt("Answer.", "Yes?")) { MaximumTokens = 1 }, null, cancel)
            .ConfigureAwait(false);
        var request = new CompletionRequest(new Prompt("Sum up what was said.", user.ToString())) { MaximumTokens = TextTokens };
        var done = await engine.CompleteAsync(request, null, cancel).ConfigureAwait(false);
        return (Speed(done.PromptTokens - done.CachedTokens, done.PromptTime), Speed(done.GeneratedTokens, done.GenerationTime));
    }

    private static double? Speed(int tokens, TimeSpan time) => tokens > 0 && time > TimeSpan.Zero ? tokens / time.TotalSeconds : null;
}
