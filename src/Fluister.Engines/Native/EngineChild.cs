using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Fluister.Engines.Sandbox;

namespace Fluister.Engines.Native;

/// <summary>The parent's side of `fluister engine`: a question, its answers, and what to say when the child is gone.</summary>
internal sealed class EngineChild : IAsyncDisposable
{
    /// <summary>A child that has not said anything for so long, not even that it is at work, hangs.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    /// <summary>What the child needs beside the model: .NET, the libraries, what it is asked and what it answers.</summary>
    private const long OwnMemory = 256L << 20;

    private const string OwnHeap = "0xC000000"; // 192 MiB, hexadecimal as .NET wants it
    private const int MostErrorText = 1 << 16;
    private const int OutOfMemoryKill = 137;
    private const string Assertion = "GGML_ASSERT(";

    private readonly SandboxedProcess _process;
    private readonly Channel<EngineEvent> _events = Channel.CreateUnbounded<EngineEvent>();
    private readonly StringBuilder _errors = new();
    private readonly SemaphoreSlim _errorsEnded = new(0);
    private int _last;
    private int _current;
    private bool _isEnded;

    private EngineChild(SandboxedProcess process)
    {
        _process = process;
        _ = CollectErrorsAsync();
        _ = ReadAsync();
    }

    public string Confinement => _process.Confinement;

    public int ProcessId => _process.Id;

    /// <summary>Answers that came after nobody waited for them any more.</summary>
    public int PassedOver { get; private set; }

    /// <summary>What breaks the child now is the model's doing.</summary>
    public bool IsLoading { get; set; }

    /// <summary>Starts it, shut in: it reads its own program, the libraries and the model, and writes nothing.</summary>
    /// <param name="options">How.</param>
    /// <param name="model">A file that it may read.</param>
    /// <param name="writableFolder">The only folder that it may write into, if any.</param>
    /// <param name="cancel">Ends it again.</param>
    /// <exception cref="EngineException">It could not be started or shut in.</exception>
    public static async Task<EngineChild> StartAsync(
        NativeEngineOptions options, string? model, string? writableFolder, CancellationToken cancel)
    {
        var usesGraphics = options.GpuLayers != 0;
        var policy = new SandboxPolicy
        {
            AllowUnconfined = options.AllowUnconfined,
            ReadOnly =
            [
                .. model is null ? [] : ModelFiles.All(model),
                options.Libraries ?? PinnedLibraries.OwnFolder,
                .. usesGraphics ? Graphics.Folders : [],
            ],
            Writable = [.. writableFolder is null ? [] : (string[])[writableFolder], .. usesGraphics ? Graphics.Devices() : []],
            MemoryLimit = options.MemoryLimit + OwnMemory,
        };
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_EnableDiagnostics"] = "0",
            ["DOTNET_gcConcurrent"] = "0",
            ["DOTNET_GCHeapHardLimit"] = OwnHeap,
        };
        foreach (var name in usesGraphics ? Graphics.Settings : [])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                environment[name] = value;
            }
        }

        return new EngineChild(await SandboxedProcess.StartAsync(
            policy, options.Program, options.Program, ["engine"], environment, cancel).ConfigureAwait(false));
    }

    /// <summary>Asks, and waits for the last answer.</summary>
    /// <param name="request">Makes the question with the number that it is given.</param>
    /// <param name="onAnswer">Gets those before the last.</param>
    /// <param name="cancel">Returns at once; the child gives up soon after, and its answers are passed over.</param>
    /// <exception cref="EngineException">The child said so, or is gone.</exception>
    public async Task<T> AskAsync<T>(Func<int, EngineRequest> request, Action<EngineEvent>? onAnswer, CancellationToken cancel)
        where T : EngineEvent
    {
        cancel.ThrowIfCancellationRequested();
        var id = ++_last;
        Volatile.Write(ref _current, id);
        var isAnswered = false;
        try
        {
            await SendAsync(request(id), cancel).ConfigureAwait(false);
            while (true)
            {
                var answer = await NextAsync(cancel).ConfigureAwait(false);
                if (answer.Id != id)
                {
                    continue;
                }

                isAnswered = answer.IsLast;
                switch (answer)
                {
                    case T last:
                        return last;
                    case EngineEvent.Failed { Error: { } error } failed:
                        throw new EngineException(error, failed.Message);
                    case { IsLast: false }:
                        onAnswer?.Invoke(answer);
                        break;
                    default:
                        throw new EngineException(EngineError.Protocol, "The engine answered what it was not asked.");
                }
            }
        }
        finally
        {
            Volatile.Write(ref _current, 0);
            if (!isAnswered)
            {
                await GiveUpAsync(id).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isEnded)
        {
            return;
        }

        _isEnded = true;
        _process.Kill();
        await _process.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SendAsync(EngineRequest request, CancellationToken cancel)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(request, EngineJson.Lines.EngineRequest);
        if (line.Length >= LineReader.LongestLine)
        {
            throw new EngineException(EngineError.ContextOverflow,
                $"The prompt has {line.Length >> 20} MiB, more than any context holds. Digest less at a time.");
        }

        try
        {
            await _process.Stdin.WriteAsync((byte[])[.. line, (byte)'\n'], cancel).ConfigureAwait(false);
            await _process.Stdin.FlushAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw await ExplainAsync().ConfigureAwait(false);
        }
    }

    private async Task GiveUpAsync(int id)
    {
        try
        {
            await SendAsync(new EngineRequest.Cancel(id), CancellationToken.None).ConfigureAwait(false);
        }
        catch (EngineException)
        {
            // It is gone, and with it what it was doing.
        }
    }

    private async Task<EngineEvent> NextAsync(CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Silence);
        try
        {
            return await _events.Reader.ReadAsync(patience.Token).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw await ExplainAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            _process.Kill();
            throw new EngineException(
                EngineError.Timeout, $"The engine did nothing for {Silence.TotalMinutes:F0} minutes and was ended. Take a smaller model.");
        }
    }

    /// <summary>Reads answers until the child ends; those that nobody waits for any more are dropped.</summary>
    private async Task ReadAsync()
    {
        await Task.Yield();
        var lines = new LineReader(_process.Stdout);
        try
        {
            while (await lines.ReadAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
            {
                if (JsonSerializer.Deserialize(line.Span, EngineJson.Lines.EngineEvent) is not { } answer)
                {
                    break;
                }

                if (answer.Id == Volatile.Read(ref _current))
                {
                    _events.Writer.TryWrite(answer);
                }
                else
                {
                    PassedOver++;
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException or ObjectDisposedException)
        {
            // Whatever it says after that cannot be understood.
            _process.Kill();
        }

        _events.Writer.TryComplete();
    }

    /// <summary>The beginning of standard error; the rest is read and dropped, so that the child never waits for a reader.</summary>
    private async Task CollectErrorsAsync()
    {
        await Task.Yield();
        var buffer = new byte[4096];
        try
        {
            while (await _process.Stderr.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
            {
                if (_errors.Length < MostErrorText)
                {
                    _errors.Append(Encoding.Latin1.GetString(buffer, 0, count));
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // As the end.
        }

        _errorsEnded.Release();
    }

    private async Task<EngineException> ExplainAsync()
    {
        using var patience = new CancellationTokenSource(Farewell);
        int code;
        try
        {
            code = await _process.WaitAsync(patience.Token).ConfigureAwait(false);
            await _errorsEnded.WaitAsync(patience.Token).ConfigureAwait(false);
            _errorsEnded.Release();
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            return new EngineException(EngineError.Crashed, "The engine stopped answering and was ended.");
        }
        catch (InvalidOperationException) when (_isEnded)
        {
            return new EngineException(EngineError.Crashed, "The engine was ended while it was at work.");
        }

        var said = _errors.ToString();
        var how = code > 128 ? string.Create(CultureInfo.InvariantCulture, $"signal {code - 128}") : $"code {code}";
        if (code == OutOfMemoryKill)
        {
            return new EngineException(IsLoading ? EngineError.OutOfMemory : EngineError.Crashed, "The engine was ended from outside "
                + $"({how}), as the system does when memory runs out. Take a smaller model or context, or end other programs.");
        }

        // What follows is from llama.cpp's source, not from a prompt.
        var at = said.IndexOf(Assertion, StringComparison.Ordinal);
        var why = at < 0 ? "" : $" at {said[at..].Split('\n')[0].Trim()}";
        return IsLoading
            ? new EngineException(EngineError.BadModel, $"The model broke the engine ({how}{why}). Its file is damaged or hostile; take "
                + "another.")
            : new EngineException(EngineError.Crashed, $"The engine ended in the middle of its work ({how}{why}).");
    }
}
