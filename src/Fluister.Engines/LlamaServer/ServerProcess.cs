using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Fluister.Engines.Endpoints;
using Fluister.Engines.Sandbox;

namespace Fluister.Engines.LlamaServer;

/// <summary>A running llama-server that is shut in and has loaded its model, and the only connection to it.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    /// <summary>How long it may take to load a model.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(10);

    private readonly SandboxedProcess _process;
    private readonly ServerFolder _folder;
    private readonly ServerWords _words;
    private readonly Task _reading;

    private ServerProcess(SandboxedProcess process, ServerFolder folder, ServerWords words, Task reading, HttpChannel channel)
    {
        (_process, _folder, _words, _reading) = (process, folder, words, reading);
        Channel = channel;
    }

    /// <summary>To the server.</summary>
    public HttpChannel Channel { get; }

    /// <summary>What keeps it in, in words.</summary>
    public string Confinement => _process.Confinement;

    /// <summary>What one connects to.</summary>
    public string Socket { get; private init; } = "";

    /// <summary>Where its socket was made.</summary>
    public string Folder => _folder.Path;

    /// <summary>The number of its process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts one and waits until its model is loaded.</summary>
    public static async Task<ServerProcess> StartAsync(
        LlamaServerOptions options, string program, int contextTokens, int threads, CancellationToken cancel)
    {
        var wishes = options.Wishes.ToList();
        while (true)
        {
            var folder = ServerFolder.Create();
            try
            {
                return await StartAsync(options, program, contextTokens, threads, wishes, folder, cancel).ConfigureAwait(false);
            }
            catch (UnknownOptionException unknown) when (wishes.RemoveAll(wish => wish[0] == unknown.Message) > 0)
            {
                // An older version: without it, then.
                folder.Dispose();
            }
            catch
            {
                folder.Dispose();
                throw;
            }
        }
    }

    /// <summary>What to say when the connection broke or the answer makes no sense: most often it has ended.</summary>
    public async Task<EngineException?> WhyGoneAsync()
    {
        using var clock = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            var exitCode = await _process.WaitAsync(clock.Token).ConfigureAwait(false);
            await _reading.WaitAsync(clock.Token).ConfigureAwait(false);
            return _words.WhyGone(exitCode);
        }
        catch (OperationCanceledException)
        {
            return _process.ExitCode is { } exitCode ? _words.WhyGone(exitCode) : null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _process.DisposeAsync().ConfigureAwait(false);
        _folder.Dispose();
    }

    private static async Task<ServerProcess> StartAsync(LlamaServerOptions options, string program, int contextTokens, int threads,
        List<string[]> wishes, ServerFolder folder, CancellationToken cancel)
    {
        var model = Path.GetFullPath(options.ModelPath);
        var policy = new SandboxPolicy
        {
            AllowUnconfined = options.AllowUnconfined,
            ReadOnly = [.. Shards(model), .. Parts(program)],
            Writable = [folder.Path, .. options.GpuLayers > 0 ? Devices() : []],
            MemoryLimit = options.MemoryLimit,
        };
        string[] arguments =
        [
            "--model", model, "--host", folder.Socket, "--api-key-file", "/dev/stdin", "--parallel", "1",
            "--ctx-size", Number(contextTokens), "--threads", Number(threads), "--threads-batch", Number(threads),
            "--n-gpu-layers", Number(options.GpuLayers),
            // Half a second or so of work on a small machine: what it does before it sees that nobody waits any more.
            "--batch-size", "512",
            .. wishes.SelectMany(wish => wish),
        ];
        // Without it, it would ask the system's services for the person's folder.
        var environment = new Dictionary<string, string> { ["HOME"] = "/" };
        var process = await SandboxedProcess.StartAsync(policy, options.FluisterProgram, program, arguments, environment, cancel)
            .ConfigureAwait(false);
        var words = new ServerWords();
        var reading = Task.WhenAll(words.ReadAsync(process.Stderr), words.ReadAsync(process.Stdout));
        HttpChannel? channel = null;
        try
        {
            var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            await GiveAsync(process.Stdin, key, cancel).ConfigureAwait(false);
            using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            clock.CancelAfter(StartLimit);
            channel = await WaitAsync(process, folder, key, clock.Token).ConfigureAwait(false);
            if (channel is not null)
            {
                return new ServerProcess(process, folder, words, reading, channel) { Socket = folder.Take() };
            }

            await reading.WaitAsync(clock.Token).ConfigureAwait(false);
            throw words.UnknownOption() is { } option ? new UnknownOptionException(option)
                : words.WhyNotReady(process.ExitCode ?? -1, options.ModelPath);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            channel?.Dispose();
            await process.DisposeAsync().ConfigureAwait(false);
            throw new EngineException(EngineError.Timeout,
                $"llama-server has not loaded {options.ModelPath} within {StartLimit.TotalMinutes:0} minutes; "
                + "take a smaller model.");
        }
        catch
        {
            channel?.Dispose();
            await process.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <returns>Null when it has ended.</returns>
    private static async Task<HttpChannel?> WaitAsync(SandboxedProcess process, ServerFolder folder, string key, CancellationToken cancel)
    {
        HttpChannel? channel = null;
        for (var pause = 2; process.ExitCode is null; pause = Math.Min(pause + 2, 100))
        {
            await Task.Delay(pause, cancel).ConfigureAwait(false);
            if (!File.Exists(folder.Socket) && channel is null)
            {
                continue;
            }

            channel ??= new HttpChannel(new Uri("http://localhost"), key, HttpChannel.Socket(folder.Take()));
            try
            {
                using var answer = await channel.AskAsync("/health", body: null, StartLimit, cancel).ConfigureAwait(false);
                return channel;
            }
            catch (HttpRefusal refusal) when (refusal.Status == HttpStatusCode.ServiceUnavailable)
            {
                // It is loading.
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                // It does not listen yet, or has just ended.
            }
        }

        channel?.Dispose();
        return null;
    }

    // Through a pipe: a file could be left behind, and arguments are there for all to see.
    private static async Task GiveAsync(Stream stream, string key, CancellationToken cancel)
    {
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(key + '\n'), cancel).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    // A model may be cut into files: name-00001-of-00003.gguf.
    private static IEnumerable<string> Shards(string model)
    {
        var shard = Shard().Match(model);
        return shard.Success && Path.GetDirectoryName(model) is { } folder
            ? Directory.EnumerateFiles(folder, $"{Path.GetFileName(model)[..^shard.Length]}-*-of-{shard.Groups["count"].Value}.gguf")
            : [model];
    }

    // Programs that are unpacked somewhere have their libraries beside them, and look there for those that fit the processor.
    private static IEnumerable<string> Parts(string program)
    {
        var real = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        return Path.GetDirectoryName(real) is { } folder && Directory.EnumerateFiles(folder, "libggml*").Any() ? [real, folder] : [real];
    }

    private static IEnumerable<string> Devices() => ((string[])["dri", "kfd", "nvidia*"])
        .SelectMany(name => Directory.EnumerateFileSystemEntries("/dev", name));

    [GeneratedRegex(@"-[0-9]{5}-of-(?<count>[0-9]{5})\.gguf$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shard();

    private sealed class UnknownOptionException(string option) : Exception(option);
}
