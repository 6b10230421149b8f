using System.Text;

namespace Fluister.Engines.Native;

/// <summary>A model that a confined child of this process computes, with the libraries that came with Fluister.</summary>
public sealed class NativeEngine : Engine
{
    private readonly EngineChild _child;
    private readonly SemaphoreSlim _turn = new(1, 1);

    private NativeEngine(EngineChild child, EngineDescription description) => (_child, Description) = (child, description);

    /// <inheritdoc/>
    public override EngineDescription Description { get; }

    /// <summary>The child's process, for tests that end it.</summary>
    internal int ProcessId => _child.ProcessId;

    /// <inheritdoc cref="EngineChild.PassedOver"/>
    internal int PassedOver => _child.PassedOver;

    /// <summary>Starts the child and loads the model.</summary>
    /// <exception cref="EngineException">See <see cref="EngineError"/>.</exception>
    public static async Task<NativeEngine> StartAsync(NativeEngineOptions options, CancellationToken cancel)
    {
        var model = ExistingModel(options.ModelPath);
        var memory = Computer.AvailableMemory(options.MemoryLimit);
        var child = await EngineChild.StartAsync(options, model, writableFolder: null, cancel).ConfigureAwait(false);
        try
        {
            // The hash is worked out before the model loads: the child measures its speed, and reads what is then in memory.
            var hash = options.ModelSha256 ?? await Task.Run(() => Computer.Hash(model, cancel), cancel).ConfigureAwait(false);
            var opened = await child.AskAsync<EngineEvent.Opened>(
                id => new EngineRequest.Open(id, options.Libraries, options.AllowOtherLibraries), null, cancel).ConfigureAwait(false);
            child.IsLoading = true;
            var loaded = await child.AskAsync<EngineEvent.Loaded>(
                id => new EngineRequest.Load(id, model, options.ContextTokens, options.Threads, Computer.Cores, options.GpuLayers, memory),
                null, cancel).ConfigureAwait(false);
            child.IsLoading = false;
            var version = $"llama.cpp {opened.Version} ({opened.Platform}, {opened.Processor}; {loaded.Template})";
            var name = loaded.Name is { Length: > 0 } own ? own : Path.GetFileNameWithoutExtension(model);
            return new NativeEngine(child, new EngineDescription("native", version, name, hash, loaded.ContextTokens, loaded.Threads,
                child.Confinement, loaded.PromptSpeed, loaded.GenerationSpeed));
        }
        catch
        {
            await child.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes a smaller model of one: its numbers in fewer bits.</summary>
    /// <param name="options">The model, and how to run the child.</param>
    /// <param name="output">A GGUF file that does not exist yet.</param>
    /// <param name="type">Such as "Q4_K_M"; see <see cref="QuantizationTypes"/>.</param>
    /// <param name="progress">Gets the share that is done, from 0 to 1.</param>
    /// <param name="cancel">Leaves no file.</param>
    /// <exception cref="EngineException">See <see cref="EngineError"/>.</exception>
    public static async Task QuantizeAsync(
        NativeEngineOptions options, string output, string type, Action<double>? progress, CancellationToken cancel)
    {
        var model = ExistingModel(options.ModelPath);
        if (!QuantizationTypes.TryGetValue(type, out var number))
        {
            throw new EngineException(
                EngineError.NotFound, $"There is no type {type}; there are {string.Join(", ", QuantizationTypes.Keys)}.");
        }

        var target = Path.GetFullPath(output);
        var folder = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}-{Guid.NewGuid():N}");
        var half = Path.Combine(folder, "model.gguf");
        try
        {
            // A folder of its own, so that nothing else can be written.
            Computer.CreatePrivateFolder(folder);
            var child = await EngineChild.StartAsync(options, model, folder, cancel).ConfigureAwait(false);
            await using (child.ConfigureAwait(false))
            {
                await child.AskAsync<EngineEvent.Opened>(
                    id => new EngineRequest.Open(id, options.Libraries, options.AllowOtherLibraries), null, cancel).ConfigureAwait(false);
                child.IsLoading = true;
                void Tell(EngineEvent answer)
                {
                    if (answer is EngineEvent.Progress { Share: { } share })
                    {
                        progress?.Invoke(share);
                    }
                }

                await child.AskAsync<EngineEvent.Done>(
                    id => new EngineRequest.Quantize(id, model, half, number, options.Threads ?? Computer.Cores), Tell, cancel)
                    .ConfigureAwait(false);
            }

            File.Move(half, target, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineError.NotAllowed, $"{target} could not be written: {e.Message}", e);
        }
        finally
        {
            Computer.RemoveFolder(folder);
        }
    }

    /// <summary>What <see cref="QuantizeAsync"/> can make, and llama.cpp's numbers for it.</summary>
    internal static IReadOnlyDictionary<string, int> QuantizationTypes { get; } = new Dictionary<string, int>(
        StringComparer.OrdinalIgnoreCase)
    {
        ["Q2_K"] = 10,
        ["Q3_K_S"] = 11,
        ["Q3_K_M"] = 12,
        ["Q3_K_L"] = 13,
        ["Q4_0"] = 2,
        ["Q4_K_S"] = 14,
        ["Q4_K_M"] = 15,
        ["Q5_0"] = 8,
        ["Q5_K_S"] = 16,
        ["Q5_K_M"] = 17,
        ["Q6_K"] = 18,
        ["Q8_0"] = 7,
        ["IQ4_XS"] = 30,
        ["IQ4_NL"] = 25,
        ["F16"] = 1,
        ["BF16"] = 32,
    };

    /// <summary>Starts the child, has it check and load the libraries, and ends it.</summary>
    /// <exception cref="EngineException">What is wrong.</exception>
    internal static async Task<(EngineEvent.Opened Library, string Confinement)> CheckAsync(
        NativeEngineOptions options, CancellationToken cancel)
    {
        var child = await EngineChild.StartAsync(options, model: null, writableFolder: null, cancel).ConfigureAwait(false);
        await using (child.ConfigureAwait(false))
        {
            var opened = await child.AskAsync<EngineEvent.Opened>(
                id => new EngineRequest.Open(id, options.Libraries, options.AllowOtherLibraries), null, cancel).ConfigureAwait(false);
            return (opened, child.Confinement);
        }
    }

    /// <inheritdoc/>
    public override async Task<int> CountTokensAsync(Prompt prompt, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var counted = await _child.AskAsync<EngineEvent.Counted>(
                id => new EngineRequest.Count(id, prompt.System, prompt.User), null, cancel).ConfigureAwait(false);
            return counted.Tokens;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override async Task<Completion> CompleteAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var text = new StringBuilder();
            void Take(EngineEvent answer)
            {
                if (answer is EngineEvent.Text { Piece: var piece })
                {
                    text.Append(piece);
                    onText?.Invoke(piece);
                }
            }

            var done = await _child.AskAsync<EngineEvent.Completed>(
                id => new EngineRequest.Complete(id, request.Prompt.System, request.Prompt.User, request.MaximumTokens, request.Grammar,
                    request.Temperature, request.Seed), Take, cancel).ConfigureAwait(false);
            return new Completion(text.ToString(), done.End, done.PromptTokens, done.CachedTokens, done.GeneratedTokens,
                TimeSpan.FromMilliseconds(done.PromptMilliseconds), TimeSpan.FromMilliseconds(done.GenerationMilliseconds));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _child.DisposeAsync();

    private static string ExistingModel(string path)
    {
        var file = new FileInfo(path);
        return !file.Exists ? throw new EngineException(EngineError.NotFound, $"There is no model {path}.")
            // Pipes and devices, too, which a reader might wait for without end.
            : file.Length == 0 ? throw new EngineException(EngineError.BadModel, $"{path} is empty; take a GGUF file.")
            : file.FullName;
    }
}
