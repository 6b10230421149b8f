using System.Diagnostics;
using System.Text.Json;
using Fluister.Engines.Endpoints;
using Fluister.Engines.Native;

namespace Fluister.Engines.LlamaServer;

/// <summary>Finds out how many threads are fastest. More are often slower: threads that wait for each other gain nothing from a processor
/// that another program has.</summary>
internal static class ThreadTuning
{
    private const string Words = "one two three four five six seven eight nine ten ";
    private const int PromptTokens = 32;
    private const int GeneratedTokens = 4;

    // A digest reads about ten times as much as it writes.
    private const double PromptShare = 10;

    // A model that takes longer to load is not loaded twice.
    private static readonly TimeSpan LongLoad = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongProbe = TimeSpan.FromSeconds(10);

    /// <summary>Tokens a second.</summary>
    internal sealed record Speed(double Prompt, double Generation)
    {
        /// <summary>Time for a token of text and what it needs of the prompt.</summary>
        public double Cost => (PromptShare / Prompt) + (1 / Generation);
    }

    /// <summary>A server that is ready.</summary>
    internal sealed record Start(ServerProcess Server, int Threads, Speed? Speed);

    /// <summary>Starts a server with the number of threads that was asked for, or with the fastest.</summary>
    public static async Task<Start> StartAsync(
        LlamaServerOptions options, string program, int contextTokens, CancellationToken cancel)
    {
        var candidates = options.Threads is { } asked ? [Math.Clamp(asked, 1, 1024)] : Candidates(Computer.Cores);
        var best = await TryAsync(candidates[0]).ConfigureAwait(false);
        foreach (var threads in candidates.Skip(1))
        {
            if (best.Load > LongLoad || best.Speed is null)
            {
                break;
            }

            // One at a time: two would need twice the memory, and slow each other down.
            await best.Server.DisposeAsync().ConfigureAwait(false);
            var other = await TryAsync(threads).ConfigureAwait(false);
            if (other.Speed is null || other.Speed.Cost >= best.Speed.Cost)
            {
                await other.Server.DisposeAsync().ConfigureAwait(false);
                best = await TryAsync(best.Threads).ConfigureAwait(false);
                break;
            }

            best = other;
        }

        return new Start(best.Server, best.Threads, best.Speed);

        async Task<(ServerProcess Server, int Threads, Speed? Speed, TimeSpan Load)> TryAsync(int threads)
        {
            var start = Stopwatch.GetTimestamp();
            var server = await ServerProcess.StartAsync(options, program, contextTokens, threads, cancel).ConfigureAwait(false);
            try
            {
                return (server, threads, await MeasureAsync(server.Channel, contextTokens, cancel).ConfigureAwait(false),
                    Stopwatch.GetElapsedTime(start));
            }
            catch
            {
                await server.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>All cores, and half of them, where others compute too.</summary>
    internal static int[] Candidates(int cores) => cores > 1 ? [cores, cores / 2] : [1];

    /// <summary>Null where it took too long or said nothing.</summary>
    private static async Task<Speed?> MeasureAsync(HttpChannel channel, int contextTokens, CancellationToken cancel)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        clock.CancelAfter(LongProbe);
        try
        {
            using var words = await channel.AskAsync("/tokenize", writer =>
            {
                writer.WriteString("content", string.Concat(Enumerable.Repeat(Words, PromptTokens)));
                writer.WriteBoolean("parse_special", false);
            }, LongProbe, clock.Token).ConfigureAwait(false);
            var list = words.RootElement.Member("tokens");
            int[] tokens = list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Take(Math.Min(PromptTokens, contextTokens / 4)).Select(token => token.Count() ?? 0)] : [];
            using var answer = await channel.AskAsync("/completion", writer =>
            {
                writer.WriteStartArray("prompt");
                foreach (var token in tokens)
                {
                    writer.WriteNumberValue(token);
                }

                writer.WriteEndArray();
                writer.WriteNumber("n_predict", GeneratedTokens);
                writer.WriteNumber("temperature", 0);
                writer.WriteBoolean("ignore_eos", true);
                writer.WriteBoolean("cache_prompt", false);
            }, LongProbe, clock.Token).ConfigureAwait(false);
            var timings = answer.RootElement.Member("timings");
            return Rate(timings.Member("prompt_n"), timings.Member("prompt_ms")) is { } prompt
                && Rate(timings.Member("predicted_n"), timings.Member("predicted_ms")) is { } generation
                ? new Speed(prompt, generation) : null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception exception)
            when (exception is EngineException or HttpRefusal or HttpRequestException or IOException or JsonException)
        {
            // It is asked in earnest next, and then says what is wrong.
            return null;
        }
    }

    private static double? Rate(JsonElement tokens, JsonElement time) =>
        tokens.Count() is > 0 and var count && time.Milliseconds() is { TotalSeconds: > 0 and var seconds } ? count / seconds : null;
}
