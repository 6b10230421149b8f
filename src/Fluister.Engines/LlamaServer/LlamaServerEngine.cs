using System.Net;
using System.Text;
using System.Text.Json;
using Fluister.Engines.Endpoints;
using Fluister.Engines.Models;

namespace Fluister.Engines.LlamaServer;

/// <summary>llama-server of llama.cpp as our own child: without a network, on a Unix domain socket that nobody else can reach, with tokens
/// instead of text as prompts.</summary>
public sealed class LlamaServerEngine : Engine
{
    private const string ProgramName = "llama-server";
    private const int DefaultContext = 8192;
    private const int MaximumTextPerToken = 256;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(30);

    private readonly ServerProcess _server;
    private readonly PromptTokens _tokens;
    private readonly SemaphoreSlim _turn = new(1);

    private LlamaServerEngine(ServerProcess server, PromptTokens tokens, EngineDescription description)
    {
        (_server, _tokens) = (server, tokens);
        Description = description;
    }

    /// <inheritdoc/>
    public override EngineDescription Description { get; }

    /// <summary>The number of the server's process.</summary>
    internal int ProcessId => _server.Id;

    /// <summary>What one connects to, and the folder that it was made in.</summary>
    internal (string Path, string Folder) Socket => (_server.Socket, _server.Folder);

    /// <summary>Starts one and loads its model.</summary>
    /// <exception cref="EngineException">What is missing, or why it ended.</exception>
    public static async Task<LlamaServerEngine> StartAsync(LlamaServerOptions options, CancellationToken cancel)
    {
        var program = Find(options.Program);
        if (!File.Exists(options.ModelPath))
        {
            throw new EngineException(EngineError.NotFound,
                $"There is no model {options.ModelPath}; `fluister model list` names those there are.");
        }

        // Beside the start: it reads the whole file, which the server then finds in memory.
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var hash = options.ModelSha256 is { } known ? Task.FromResult(known)
            : Task.Run(() => FileHash.Compute(options.ModelPath, copy: null, progress: null, enough.Token), enough.Token);
        try
        {
            var start = await ThreadTuning.StartAsync(options, program, options.ContextTokens ?? DefaultContext, cancel)
                .ConfigureAwait(false);
            try
            {
                var (tokens, description) = await MeetAsync(options, start, cancel).ConfigureAwait(false);
                return new LlamaServerEngine(start.Server, tokens, description with { ModelSha256 = await hash.ConfigureAwait(false) });
            }
            catch (Exception exception)
            {
                var why = IsBroken(exception) ? await WhyAsync(start.Server, exception).ConfigureAwait(false) : exception;
                await start.Server.DisposeAsync().ConfigureAwait(false);
                cancel.ThrowIfCancellationRequested();
                throw why;
            }
        }
        finally
        {
            await enough.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override Task<int> CountTokensAsync(Prompt prompt, CancellationToken cancel) =>
        InTurnAsync(async () => (await _tokens.OfAsync(prompt, cancel).ConfigureAwait(false)).Count, cancel);

    /// <inheritdoc/>
    public override Task<Completion> CompleteAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel) =>
        InTurnAsync(() => AnswerAsync(request, onText, cancel), cancel);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    /// <summary>The tokens that the server gets, for those who want to look.</summary>
    internal Task<List<int>> TokensAsync(Prompt prompt, CancellationToken cancel) =>
        InTurnAsync(() => _tokens.OfAsync(prompt, cancel), cancel);

    /// <summary>Asks a new server what it is.</summary>
    private static async Task<(PromptTokens Tokens, EngineDescription Description)> MeetAsync(
        LlamaServerOptions options, ThreadTuning.Start start, CancellationToken cancel)
    {
        var channel = start.Server.Channel;
        using var props = await channel.AskAsync("/props", body: null, AnswerLimit, cancel).ConfigureAwait(false);
        var root = props.RootElement;
        var context = root.Member("default_generation_settings").Member("n_ctx").Count() is > 0 and var count
            ? count
            : throw new EngineException(EngineError.Protocol, "llama-server does not tell its context; take a newer one.");
        var tokens = await PromptTokens.ReadAsync(channel, root.Member("eos_token").Text() ?? "", cancel).ConfigureAwait(false);
        return (tokens, new EngineDescription(ProgramName, Name(root.Member("build_info").Text()),
            Path.GetFileNameWithoutExtension(options.ModelPath), ModelSha256: null, context, start.Threads, start.Server.Confinement,
            start.Speed?.Prompt, start.Speed?.Generation));
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception exception) when (cancel.IsCancellationRequested || IsBroken(exception))
        {
            // Whichever of the things that then go wrong was first.
            cancel.ThrowIfCancellationRequested();
            throw await WhyAsync(_server, exception).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Completion> AnswerAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel)
    {
        var tokens = await _tokens.OfAsync(request.Prompt, cancel).ConfigureAwait(false);
        if (tokens.Count >= Description.ContextTokens)
        {
            throw Overflow(tokens.Count, Description.ContextTokens);
        }

        var text = new StringBuilder();
        await foreach (var document in _server.Channel.StreamAsync("/completion", writer => Write(writer, request, tokens), Silence, cancel)
            .ConfigureAwait(false))
        {
            var root = document.RootElement;
            if (root.Member("error").ValueKind == JsonValueKind.Object)
            {
                throw HttpRefusal.From(HttpStatusCode.OK, root);
            }

            if (root.Member("content").Text() is { Length: > 0 } piece)
            {
                if (text.Length + piece.Length > (request.MaximumTokens + 1L) * MaximumTextPerToken)
                {
                    throw new EngineException(EngineError.Protocol,
                        $"llama-server wrote more than {request.MaximumTokens} tokens could be.");
                }

                text.Append(piece);
                onText?.Invoke(piece);
            }

            if (root.Member("stop").True())
            {
                var timings = root.Member("timings");
                return new Completion(text.ToString(),
                    root.Member("stop_type").Text() == "limit" ? CompletionEnd.Length : CompletionEnd.Finished, tokens.Count,
                    timings.Member("cache_n").Count() ?? 0, root.Member("tokens_predicted").Count() ?? 0,
                    timings.Member("prompt_ms").Milliseconds() ?? default, timings.Member("predicted_ms").Milliseconds() ?? default);
            }
        }

        throw new IOException("The answer has no end.");
    }

    private static void Write(Utf8JsonWriter writer, CompletionRequest request, List<int> tokens)
    {
        writer.WriteStartArray("prompt");
        foreach (var token in tokens)
        {
            writer.WriteNumberValue(token);
        }

        writer.WriteEndArray();
        writer.WriteNumber("n_predict", Math.Max(request.MaximumTokens, 1));
        writer.WriteNumber("temperature", request.Temperature);

        // The highest number would mean any.
        writer.WriteNumber("seed", request.Seed & int.MaxValue);
        writer.WriteBoolean("cache_prompt", true);
        writer.WriteBoolean("stream", true);
        if (request.Grammar is { } grammar)
        {
            writer.WriteString("grammar", grammar);
        }
        else if (request.JsonSchema is { } schema)
        {
            writer.WritePropertyName("json_schema");
            writer.WriteRawValue(schema);
        }

        // Else the last event repeats the prompt.
        writer.WriteStartArray("response_fields");
        foreach (var field in (ReadOnlySpan<string>)["content", "stop", "stop_type", "tokens_predicted", "timings"])
        {
            writer.WriteStringValue(field);
        }

        writer.WriteEndArray();
    }

    private static string Find(string? named)
    {
        if (named is not null)
        {
            return File.Exists(named) ? Path.GetFullPath(named)
                : throw new EngineException(EngineError.NotFound, $"There is no program {named}; name llama-server's whole path.");
        }

        var name = OperatingSystem.IsWindows() ? ProgramName + ".exe" : ProgramName;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new EngineException(EngineError.NotFound,
                "There is no llama-server in PATH; install llama.cpp, name the program, or take the "
            + "engine that comes with Fluister (--engine native).");
    }

    private static string Name(string? version) =>
        version is { Length: > 0 and <= 60 }
            && version.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '+' or '_') ? version : "unknown";

    private static bool IsBroken(Exception exception) => exception is HttpRequestException or IOException or JsonException or HttpRefusal;

    private static async Task<Exception> WhyAsync(ServerProcess server, Exception exception) => exception switch
    {
        HttpRefusal { IsOverflow: true } refusal => Overflow(refusal.PromptTokens, refusal.ContextTokens),
        HttpRefusal refusal => new EngineException(EngineError.Protocol,
            $"llama-server refuses the request ({refusal.Summary}); take another version "
            + "of it.", refusal),
        JsonException => new EngineException(EngineError.Protocol,
            "What llama-server answers is no JSON; take another version of it.", exception),
        _ => await server.WhyGoneAsync().ConfigureAwait(false)
            ?? new EngineException(EngineError.Crashed,
                "llama-server closed the connection in the middle of its work; try again.", exception),
    };

    private static EngineException Overflow(int? tokens, int? context) =>
        new(EngineError.ContextOverflow,
            $"The prompt has {tokens} tokens, which with an answer do not fit into the context of {context}; take a "
            + "larger context, or less text.");
}
