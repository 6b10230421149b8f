using System.Reflection;
using System.Runtime.InteropServices;

namespace Fluister.Engines.Native;

/// <summary>llama.cpp, loaded into this process after every file of it was compared. Only the child does this.</summary>
internal sealed unsafe class LlamaLibrary
{
    private static readonly Lock Once = new();
    private static LlamaLibrary? s_loaded;

    private readonly delegate* unmanaged[Cdecl]<Llama.ThreadPoolParameters*, nint> _newThreads;
    private readonly delegate* unmanaged[Cdecl]<nint, void> _freeThreads;

    private LlamaLibrary(PinnedLibraries files, string version, string processor)
    {
        Files = files;
        Version = version;
        Processor = processor;
        var backend = Llama.Backend("CPU");
        _newThreads = (delegate* unmanaged[Cdecl]<Llama.ThreadPoolParameters*, nint>)Llama.BackendFunction(backend, "ggml_threadpool_new");
        _freeThreads = (delegate* unmanaged[Cdecl]<nint, void>)Llama.BackendFunction(backend, "ggml_threadpool_free");
    }

    public PinnedLibraries Files { get; }

    /// <summary>As the library says itself.</summary>
    public string Version { get; }

    /// <summary>The build for this processor, such as "zen4".</summary>
    public string Processor { get; }

    /// <summary>Checks and loads; once in a process.</summary>
    /// <exception cref="EngineException">Not the libraries that Fluister knows, or not for this computer.</exception>
    public static LlamaLibrary Load(string? folder, bool allowOther)
    {
        lock (Once)
        {
            return s_loaded ??= LoadFirst(PinnedLibraries.Check(folder, allowOther));
        }
    }

    /// <summary>Threads that wait for work between tokens, so that none must be started for each.</summary>
    public nint NewThreads(int count)
    {
        Llama.ThreadPoolParameters parameters;
        Llama.DefaultThreadPool(&parameters, count);
        return _newThreads is null ? 0 : _newThreads(&parameters);
    }

    public void FreeThreads(nint pool)
    {
        if (pool != 0 && _freeThreads is not null)
        {
            _freeThreads(pool);
        }
    }

    private static LlamaLibrary LoadFirst(PinnedLibraries files)
    {
        // In this order each finds what it needs already there; a search path from the environment has no say.
        var handles = new Dictionary<string, nint>
        {
            ["ggml-base"] = Open(files, files.Base),
            ["ggml"] = Open(files, files.Core),
            ["llama"] = Open(files, files.Main),
        };
        NativeLibrary.SetDllImportResolver(
            typeof(LlamaLibrary).Assembly, (string name, Assembly _, DllImportSearchPath? _) => handles.GetValueOrDefault(name));

        var version = Text(Llama.VersionText());
        if (version != Llama.Version)
        {
            throw new EngineException(
                EngineError.BadLibrary, $"The libraries in {files.Folder} are llama.cpp {version}; Fluister needs {Llama.Version}.");
        }

        CheckLayout(files);
        LlamaLog.Attach();
        Llama.InitializeBackend();
        foreach (var accelerator in files.Accelerators)
        {
            // May fail where there is no such card: then the processor does the work.
            _ = Llama.LoadBackend(Path.Combine(files.Folder, accelerator));
        }

        var best = Best(files);
        if (Llama.LoadBackend(Path.Combine(files.Folder, best)) == 0)
        {
            throw CannotLoad(files, best, null);
        }

        return new LlamaLibrary(files, version, ProcessorOf(best));
    }

    /// <summary>Which of the builds suits this processor best, as they say themselves. 0 is one that it cannot run.</summary>
    private static string Best(PinnedLibraries files)
    {
        var best = (Name: "", Score: 0);
        foreach (var name in files.Processors)
        {
            var library = Open(files, name);
            var score = NativeLibrary.TryGetExport(library, "ggml_backend_score", out var function)
                ? ((delegate* unmanaged[Cdecl]<int>)function)()
                : 1;
            best = score > best.Score ? (name, score) : best;
            NativeLibrary.Free(library);
        }

        return best.Score > 0
            ? best.Name
            : throw new EngineException(EngineError.BadLibrary, "None of llama.cpp's libraries can run on this processor.");
    }

    /// <summary>Reads the defaults back: each value at its place means that the structures here are those of the library.</summary>
    private static void CheckLayout(PinnedLibraries files)
    {
        var model = Llama.DefaultModelParameters();
        var context = Llama.DefaultContextParameters();
        var quantize = Llama.DefaultQuantizeParameters();
        var isRight = sizeof(Llama.ModelParameters) == 80 && sizeof(Llama.ContextParameters) == 160 && sizeof(Llama.Batch) == 56
            && model is { GpuLayers: -1, SplitMode: 1, LoadMode: -1, LazyMode: 1, MainGpu: 0, UseExtraBuffers: 1 }
            && model is { VocabularyOnly: 0, CheckTensors: 0, NoHost: 0, NoAllocation: 0, LoadPredictors: 0 }
            && context is { Context: 512, Batch: 2048, PhysicalBatch: 512, Sequences: 1, OutputsPerSequence: 1, FlashAttention: -1 }
            && context is { YarnExtension: -1, YarnSlow: -1, YarnContext: 0, DefragmentThreshold: -1, KeyType: 1, ValueType: 1 }
            && context is { OffloadCache: 1, NoTimings: 1, OffloadOperations: 1, WholeSlidingWindow: 1, UnifiedCache: 0, Other: 0 }
            && context.Abort == null
            && quantize is { Type: 7, AllowRequantize: 0, QuantizeOutput: 1, OnlyCopy: 0, Importance: 0, BufferSize: > 0 }
            && quantize.OutputType == quantize.EmbeddingType;
        if (!isRight)
        {
            throw new EngineException(EngineError.BadLibrary,
                $"The libraries in {files.Folder} do not keep to the layout of llama.cpp {Llama.Version}; nothing was run.");
        }
    }

    private static nint Open(PinnedLibraries files, string name)
    {
        try
        {
            return NativeLibrary.Load(Path.Combine(files.Folder, name));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw CannotLoad(files, name, e);
        }
    }

    private static EngineException CannotLoad(PinnedLibraries files, string name, Exception? inner) => new(EngineError.BadLibrary,
        $"{Path.Combine(files.Folder, name)} is the right file, but this system cannot load it; it needs glibc 2.34 or newer.", inner);

    private static string ProcessorOf(string name)
    {
        var stem = Path.GetFileNameWithoutExtension(name);
        return stem[(stem.LastIndexOf('-') + 1)..];
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
