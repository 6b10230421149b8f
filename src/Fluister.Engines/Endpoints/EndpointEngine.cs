using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Fluister.Engines.Endpoints;

/// <summary>An endpoint that speaks as OpenAI's does (/v1/chat/completions): llama-server, Ollama, vLLM, LM Studio and others, already
/// running and not ours. It is not trusted: neither with the tokens in the text, nor in what it answers.</summary>
public sealed class EndpointEngine : Engine
{
    private const int AssumedContext = 4096;

    // More pieces than tokens were asked for: it does not stop.
    private const int PiecesPerToken = 4;
    private const int MaximumTokenLength = 64;
    private const int MaximumModels = 10_000;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(15);

    private readonly HttpChannel _channel;
    private readonly EndpointOptions _options;
    private readonly SemaphoreSlim _turn = new(1);
    private bool _counts;

    private EndpointEngine(HttpChannel channel, EndpointAddress address, EndpointOptions options, int contextTokens)
    {
        (_channel, _options) = (channel, options);

        // Another computer is not sent the text twice.
        _counts = address.IsLocal;
        Description = new EngineDescription("endpoint", "unknown", options.Model, null, contextTokens, 0,
            address.IsLocal ? $"{address.Name}: on this computer, not started by Fluister and not confined by it"
                : $"{address.Name}: ON ANOTHER COMPUTER", null, null);
    }

    /// <inheritdoc/>
    public override EngineDescription Description { get; }

    /// <summary>What would leave this computer, as a sentence for the person; null where nothing would.</summary>
    /// <exception cref="EngineException">The address cannot be used.</exception>
    public static string? Warning(Uri address)
    {
        var place = EndpointAddress.Parse(address);
        if (place.IsLocal)
        {
            return null;
        }

        var way = place.IsEncrypted ? "encrypted on the way, but in the clear for whoever runs it"
            : "NOT ENCRYPTED: anyone on the way can read it";
        return $"The text of the selected messages, the names of those who wrote them and the times leave this computer for {place.Name} "
            + $"({way}). What is kept there, for how long and who reads it, is up to them.";
    }

    /// <summary>Connects, and asks whether it has the model.</summary>
    /// <exception cref="EngineException">NotAllowed before anything is sent: it is on another computer. NotFound: nobody answers, or no
    /// such model.</exception>
    public static async Task<EndpointEngine> ConnectAsync(EndpointOptions options, CancellationToken cancel)
    {
        var address = EndpointAddress.Parse(options.Address);
        if (!address.IsLocal && !options.AllowRemote)
        {
            throw new EngineException(EngineError.NotAllowed, $"{address.Name} is not this computer. {Warning(options.Address)} "
                + "Nothing was sent; allow remote endpoints to go on.");
        }

        var connect = address switch
        {
            { Socket: { } path } => HttpChannel.Socket(path),
            { IsLocal: true } => HttpChannel.Addresses(address.Loopback),
            _ => null,
        };
        var channel = new HttpChannel(address.Root, KeyFile.Read(options.KeyFile), connect);
        try
        {
            var context = await MeetAsync(channel, address, options, cancel).ConfigureAwait(false);
            return new EndpointEngine(channel, address, options, context);
        }
        catch (Exception exception)
        {
            channel.Dispose();
            cancel.ThrowIfCancellationRequested();
            throw exception switch
            {
                HttpRefusal refusal => EndpointErrors.Refused(refusal),
                _ when EndpointErrors.IsBroken(exception) => EndpointErrors.Broken(exception),
                _ => exception,
            };
        }
    }

    /// <summary>Counted by the endpoint where it can (llama-server); else estimated, rather too many.</summary>
    /// <inheritdoc/>
    public override async Task<int> CountTokensAsync(Prompt prompt, CancellationToken cancel)
    {
        if (_counts)
        {
            try
            {
                using var answer = await _channel.AskAsync("/chat/completions/input_tokens",
                    writer => ChatRequest.WriteMessages(writer, _options.Model, prompt), AnswerLimit, cancel).ConfigureAwait(false);
                if (answer.RootElement.Member("input_tokens").Count() is { } tokens)
                {
                    return tokens;
                }

                _counts = false;
            }
            catch (HttpRefusal)
            {
                _counts = false;
            }
            catch (Exception exception) when (EndpointErrors.IsBroken(exception))
            {
                throw EndpointErrors.Broken(exception);
            }
        }

        return Estimate(prompt);
    }

    /// <inheritdoc/>
    public override async Task<Completion> CompleteAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await AnswerAsync(request, onText, cancel).ConfigureAwait(false);
        }
        catch (Exception exception) when (cancel.IsCancellationRequested || exception is HttpRefusal || EndpointErrors.IsBroken(exception))
        {
            cancel.ThrowIfCancellationRequested();
            throw exception is HttpRefusal refusal ? EndpointErrors.Refused(refusal) : EndpointErrors.Broken(exception);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _channel.Dispose();
        _turn.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Tokens of a prompt by its bytes: three to a token, which is few for any language, and the template.</summary>
    internal static int Estimate(Prompt prompt) =>
        (int)Math.Min(int.MaxValue, (((long)Encoding.UTF8.GetByteCount(prompt.System) + Encoding.UTF8.GetByteCount(prompt.User)) / 3) + 32);

    /// <summary>Looks for the model in the list of models.</summary>
    /// <returns>Its context.</returns>
    private static async Task<int> MeetAsync(
        HttpChannel channel, EndpointAddress address, EndpointOptions options, CancellationToken cancel)
    {
        JsonElement model = default;
        try
        {
            using var answer = await channel.AskAsync("/models", body: null, AnswerLimit, cancel).ConfigureAwait(false);
            var list = answer.RootElement.Member("data");
            var names = new List<string>();
            foreach (var one in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Take(MaximumModels) : [])
            {
                var name = one.Member("id").Text() ?? "";
                names.Add(name);
                if (name == options.Model)
                {
                    model = one.Clone();
                }
            }

            if (model.ValueKind == JsonValueKind.Undefined && names.Count > 0)
            {
                var some = names.Where(name => name.Length <= 80 && name.All(letter => letter is >= ' ' and <= '~')).Take(5);
                throw new EngineException(EngineError.NotFound,
                    $"{address.Name} has no model of that name; it has {string.Join(", ", some)}.");
            }
        }
        catch (HttpRefusal refusal)
            when (refusal.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
        {
            // Some have no list.
        }

        // llama-server, vLLM, LM Studio; others do not say.
        return options.ContextTokens ?? Positive(model.Member("meta").Member("n_ctx")) ?? Positive(model.Member("max_model_len"))
            ?? Positive(model.Member("loaded_context_length")) ?? AssumedContext;
    }

    private static int? Positive(JsonElement element) => element.Count() is > 0 and var number ? number : null;

    private async Task<Completion> AnswerAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var (pieces, most) = (0, ((long)request.MaximumTokens * PiecesPerToken) + 64);
        string? end = null;
        JsonElement usage = default, timings = default;
        var start = Stopwatch.GetTimestamp();
        var first = start;
        await foreach (var document in _channel.StreamAsync("/chat/completions",
            writer => ChatRequest.Write(writer, _options.Model, request), Silence, cancel).ConfigureAwait(false))
        {
            var root = document.RootElement;
            if (root.Member("error").ValueKind == JsonValueKind.Object)
            {
                throw HttpRefusal.From(HttpStatusCode.OK, root);
            }

            var choice = root.Member("choices").First();
            if (choice.Member("delta").Member("content").Text() is { Length: > 0 } piece)
            {
                first = pieces == 0 ? Stopwatch.GetTimestamp() : first;
                if (++pieces > most || text.Length + piece.Length > most * MaximumTokenLength)
                {
                    throw new EngineException(EngineError.Protocol,
                        $"The endpoint wrote more than {request.MaximumTokens} tokens could be.");
                }

                text.Append(piece);
                onText?.Invoke(piece);
            }

            end = choice.Member("finish_reason").Text() ?? end;
            usage = root.Member("usage").ValueKind == JsonValueKind.Object ? root.Member("usage").Clone() : usage;
            timings = root.Member("timings").ValueKind == JsonValueKind.Object ? root.Member("timings").Clone() : timings;
        }

        if (end is null)
        {
            throw new EngineException(EngineError.Crashed,
                "The endpoint stopped in the middle of its answer; see what it says where it runs.");
        }

        return new Completion(text.ToString(), end == "length" ? CompletionEnd.Length : CompletionEnd.Finished,
            usage.Member("prompt_tokens").Count() ?? Estimate(request.Prompt),
            usage.Member("prompt_tokens_details").Member("cached_tokens").Count() ?? 0,
            usage.Member("completion_tokens").Count() ?? pieces,
            timings.Member("prompt_ms").Milliseconds() ?? Stopwatch.GetElapsedTime(start, first),
            timings.Member("predicted_ms").Milliseconds() ?? Stopwatch.GetElapsedTime(first));
    }
}
