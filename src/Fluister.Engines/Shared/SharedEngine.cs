using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Fluister.Engines.Endpoints;
using Fluister.Engines.Native;

namespace Fluister.Engines.Shared;

/// <summary>An engine that another process lends: the other end of <see cref="EngineListener"/>.</summary>
/// <remarks>What it says is not believed further than what any model says: lines, texts and numbers are bounded.</remarks>
public sealed class SharedEngine : Engine
{
    private const int MostTextPerToken = 256;
    private const int LongestName = 1000;
    private static readonly TimeSpan Greeting = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(100);

    private readonly Stream _stream;
    private readonly LineReader _lines;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly string _path;
    private EngineDescription? _description;
    private int _last;
    private bool _isBroken;

    private SharedEngine(Stream stream, string path) => (_stream, _lines, _path) = (stream, new LineReader(stream), path);

    /// <inheritdoc/>
    public override EngineDescription Description => _description!;

    /// <summary>Connects to one.</summary>
    /// <param name="path">Of the socket.</param>
    /// <param name="cancel">Stops at once.</param>
    /// <exception cref="EngineException">Nobody is there, or somebody else.</exception>
    public static async Task<SharedEngine> ConnectAsync(string path, CancellationToken cancel)
    {
        var whole = SocketPath.Of(path);
        SharedEngine? engine = null;
        try
        {
            engine = new SharedEngine(await HttpChannel.Socket(whole)(cancel).ConfigureAwait(false), whole);
            engine._description = await engine.NextAsync(Greeting, cancel).ConfigureAwait(false) is EngineEvent.Described { Engine: { } it }
                && IsPossible(it) ? it : throw engine.Unknown(null);
            return engine;
        }
        catch (Exception e)
        {
            if (engine is not null)
            {
                await engine.DisposeAsync().ConfigureAwait(false);
            }

            if (e is SocketException)
            {
                throw new EngineException(
                    EngineError.NotFound, $"No engine listens on {whole}. Start one with `fluister engine listen`.", e);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task<int> CountTokensAsync(Prompt prompt, CancellationToken cancel)
    {
        var counted = await AskAsync<EngineEvent.Counted>(
            id => new EngineRequest.Count(id, prompt.System, prompt.User), null, cancel).ConfigureAwait(false);
        return counted.Tokens;
    }

    /// <inheritdoc/>
    public override async Task<Completion> CompleteAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel)
    {
        var text = new StringBuilder();
        void Take(string piece)
        {
            if (text.Length + piece.Length > (request.MaximumTokens + 1L) * MostTextPerToken)
            {
                throw new EngineException(EngineError.Protocol, $"The engine wrote more than {request.MaximumTokens} tokens could be.");
            }

            text.Append(piece);
            onText?.Invoke(piece);
        }

        var done = await AskAsync<EngineEvent.Completed>(
            id => new EngineRequest.Complete(id, request.Prompt.System, request.Prompt.User, request.MaximumTokens, request.Grammar,
                request.Temperature, request.Seed), Take, cancel).ConfigureAwait(false);
        return new Completion(text.ToString(), done.End, done.PromptTokens, done.CachedTokens, done.GeneratedTokens,
            Time(done.PromptMilliseconds), Time(done.GenerationMilliseconds));
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private async Task<T> AskAsync<T>(Func<int, EngineRequest> request, Action<string>? onText, CancellationToken cancel)
        where T : EngineEvent
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var id = ++_last;
            await SendAsync(request(id), cancel).ConfigureAwait(false);
            try
            {
                while (true)
                {
                    switch (await NextAsync(Silence, cancel).ConfigureAwait(false))
                    {
                        case { } late when late.Id != id:
                            continue;
                        case T last:
                            return last;
                        case EngineEvent.Failed { Error: { } error } failed:
                            throw new EngineException(error, failed.Message);
                        case EngineEvent.Text { Piece: { } piece } when onText is not null:
                            onText(piece);
                            continue;
                        case EngineEvent.Progress:
                            continue;
                        default:
                            throw Unknown(null);
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or EngineException { Error: EngineError.Protocol })
            {
                await GiveUpAsync(id).ConfigureAwait(false);
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task GiveUpAsync(int id)
    {
        using var patience = new CancellationTokenSource(Farewell);
        try
        {
            await SendAsync(new EngineRequest.Cancel(id), patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException)
        {
            // It does not listen any more; the next question will be told so.
        }
    }

    private async Task SendAsync(EngineRequest request, CancellationToken cancel)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(request, EngineJson.Lines.EngineRequest);
        if (line.Length >= LineReader.LongestLine)
        {
            throw new EngineException(EngineError.ContextOverflow, $"The prompt has {line.Length >> 20} MiB, more than any context holds.");
        }

        try
        {
            ObjectDisposedException.ThrowIf(_isBroken, this);
            _isBroken = true;
            await _stream.WriteAsync((byte[])[.. line, (byte)'\n'], cancel).ConfigureAwait(false);
            _isBroken = false;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Gone(e);
        }
    }

    private async Task<EngineEvent> NextAsync(TimeSpan limit, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(limit);
        try
        {
            var line = await _lines.ReadAsync(patience.Token).ConfigureAwait(false) ?? throw Gone(null);
            return JsonSerializer.Deserialize(line.Span, EngineJson.Lines.EngineEvent) ?? throw Unknown(null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new EngineException(EngineError.Timeout, $"What listens on {_path} says nothing; is it an engine of Fluister's? "
                + "An OpenAI-compatible endpoint needs --model.");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Gone(e);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or NotSupportedException)
        {
            throw Unknown(e);
        }
    }

    private static bool IsPossible(EngineDescription engine) => engine is { ContextTokens: > 0, Threads: >= 0 }
        && ((string?[])[engine.Kind, engine.Version, engine.Model, engine.Confinement]).All(text => text?.Length is <= LongestName)
        && engine.ModelSha256?.Length is null or 64;

    private static TimeSpan Time(double milliseconds) =>
        milliseconds is >= 0 and < 1e10 ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.Zero;

    private EngineException Gone(Exception? inner) =>
        new(EngineError.Crashed, $"The engine on {_path} is gone in the middle of its work; what it said last is where it ran.", inner);

    private EngineException Unknown(Exception? inner) =>
        new(EngineError.Protocol, $"What listens on {_path} does not speak as an engine of this version of Fluister does.", inner);
}
