using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.Engines.Native;

/// <summary>A model in this process, with the context that it computes in. Used by one thread at a time.</summary>
internal sealed unsafe class NativeModel : IDisposable
{
    /// <summary>Tokens of a prompt worked out at once.</summary>
    private const int Batch = 512;

    private const int LongestName = 200;

    private readonly LlamaLibrary _library;
    private readonly Vocabulary _vocabulary;
    private readonly PromptTemplate _template;
    private readonly int? _first;

    /// <summary>The tokens that the context holds results for.</summary>
    private readonly List<int> _known = [];

    private readonly List<nint> _formerThreads = [];

    private nint _model;
    private nint _context;
    private nint _threads;

    /// <exception cref="EngineException">Not a model, or too large.</exception>
    public NativeModel(LlamaLibrary library, EngineRequest.Load request)
    {
        _library = library;
        try
        {
            var plan = new MemoryPlan(request.Memory);
            _model = LoadModel(request, plan);
            _vocabulary = new Vocabulary(Llama.Vocabulary(_model));
            _first = Llama.WantsFirstToken(_vocabulary.Handle) && Llama.FirstToken(_vocabulary.Handle) is var first and >= 0 ? first : null;
            _template = PromptTemplate.Read(_model, _vocabulary);
            _context = NewContext(request, plan);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Template => _template.Description;

    public string? Name => Metadata("general.name");

    public int ContextTokens { get; private set; }

    public List<int> Tokens(string system, string user) => _template.Wrap(system, user, _first);

    public Vocabulary Vocabulary => _vocabulary;

    /// <summary>Takes so many threads for text and prompt, waiting between tokens.</summary>
    public void UseThreads(int generation, int prompt)
    {
        // Those before are still attached until the next computation, and only then may be freed.
        _formerThreads.Add(_threads);
        _threads = _library.NewThreads(Math.Max(generation, prompt));
        if (_threads != 0)
        {
            Llama.AttachThreads(_context, _threads, 0);
        }

        Llama.SetThreads(_context, generation, prompt);
    }

    /// <summary>Forgets all results.</summary>
    public void Clear()
    {
        Llama.ClearMemory(Llama.Memory(_context), 0);
        _known.Clear();
    }

    /// <summary>Works out tokens behind those known. False if that was given up; then what was known before still is.</summary>
    /// <exception cref="EngineException">It could not be done.</exception>
    public bool TryDecode(ReadOnlySpan<int> tokens)
    {
        int result;
        fixed (int* at = tokens)
        {
            result = Llama.Decode(_context, Llama.OneSequence(at, tokens.Length));
            Llama.Synchronize(_context);
        }

        FreeFormerThreads();

        switch (result)
        {
            case 0:
                _known.AddRange(tokens);
                return true;
            case 2:
                KeepOnly(_known.Count);
                return false;
            case 1:
                throw new EngineException(EngineError.ContextOverflow, $"The context of {ContextTokens} tokens is full.");
            default:
                Clear();
                throw new EngineException(EngineError.BadModel, $"llama.cpp could not compute with this model (code {result}).");
        }
    }

    /// <summary>Completes a prompt; null if it was given up.</summary>
    /// <exception cref="EngineException">See <see cref="EngineError"/>.</exception>
    public EngineEvent.Completed? Complete(EngineRequest.Complete request, Action<string> onText)
    {
        var prompt = Tokens(request.System, request.User);
        if (prompt.Count >= ContextTokens)
        {
            throw new EngineException(EngineError.ContextOverflow, $"The prompt has {prompt.Count} tokens, and the context only "
                + $"{ContextTokens} for prompt and answer. Digest less at a time or take a larger context.");
        }

        using var sampler = new Sampler(_vocabulary, request.Grammar, request.Temperature, request.Seed);
        var start = Stopwatch.GetTimestamp();
        var cached = Reuse(prompt);
        for (var at = cached; at < prompt.Count; at += Batch)
        {
            if (WorkGate.IsCancelled || !TryDecode(CollectionsMarshal.AsSpan(prompt)[at..Math.Min(prompt.Count, at + Batch)]))
            {
                return null;
            }
        }

        var afterPrompt = Stopwatch.GetTimestamp();
        var decoder = new UTF8Encoding(false, false).GetDecoder();
        var generated = 0;
        var end = CompletionEnd.Length;
        while (generated < request.MaximumTokens)
        {
            var token = sampler.Next(new Span<float>(Llama.Logits(_context, -1), _vocabulary.Size));
            if (token == Llama.NoToken || _vocabulary.IsEnd(token))
            {
                // Without any token the answer cannot go on: with a model that knows no end, that is the end of what was asked for.
                end = token != Llama.NoToken || !_vocabulary.HasEnd ? CompletionEnd.Finished : CompletionEnd.Length;
                break;
            }

            sampler.Accept(token);
            generated++;
            Give(decoder, _vocabulary.Piece(token), flush: false, onText);
            if (_known.Count >= ContextTokens || generated == request.MaximumTokens)
            {
                break;
            }

            if (WorkGate.IsCancelled || !TryDecode([token]))
            {
                return null;
            }
        }

        Give(decoder, [], flush: true, onText);
        return new EngineEvent.Completed(request.Id, end, prompt.Count, cached, generated,
            Stopwatch.GetElapsedTime(start, afterPrompt).TotalMilliseconds, Stopwatch.GetElapsedTime(afterPrompt).TotalMilliseconds);
    }

    public void Dispose()
    {
        if (_context != 0)
        {
            Llama.FreeContext(_context);
            _context = 0;
        }

        FreeFormerThreads();
        _library.FreeThreads(_threads);
        _threads = 0;
        if (_model != 0)
        {
            Llama.FreeModel(_model);
            _model = 0;
        }
    }

    /// <summary>Keeps what this prompt shares with the one before, and tells how much.</summary>
    private int Reuse(List<int> prompt)
    {
        // The last token must be worked out again: what follows it is not kept.
        var shared = CollectionsMarshal.AsSpan(prompt)[..^1].CommonPrefixLength(CollectionsMarshal.AsSpan(_known));
        KeepOnly(shared);
        return _known.Count;
    }

    private void FreeFormerThreads()
    {
        _formerThreads.ForEach(_library.FreeThreads);
        _formerThreads.Clear();
    }

    private void KeepOnly(int count)
    {
        // Some kinds of models cannot forget a part; they forget all.
        if (Llama.RemoveFromMemory(Llama.Memory(_context), 0, count, -1))
        {
            CollectionsMarshal.SetCount(_known, count);
        }
        else
        {
            Clear();
        }
    }

    /// <summary>Hands on whole characters, and keeps the beginning of one.</summary>
    private static void Give(Decoder decoder, byte[] bytes, bool flush, Action<string> onText)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length + 4)];
        var count = decoder.GetChars(bytes, characters, flush);
        if (count > 0)
        {
            onText(new string(characters, 0, count));
        }
    }

    private static nint LoadModel(EngineRequest.Load request, MemoryPlan plan)
    {
        var parameters = Llama.DefaultModelParameters();
        parameters.GpuLayers = request.GpuLayers;
        parameters.Progress = WorkGate.Progress;
        if (request.GpuLayers == 0)
        {
            plan.CheckModel(ModelFiles.Size(request.Model));
        }

        LlamaLog.Clear();
        var model = Llama.LoadModel(request.Model, parameters);
        if (model == 0)
        {
            throw WorkGate.IsCancelled
                ? new OperationCanceledException()
                : Explain($"{request.Model} is no model that llama.cpp {Llama.Version} can load");
        }

        if (Llama.HasEncoder(model) || !Llama.HasDecoder(model) || Llama.IsDiffusion(model)
            || Llama.VocabularyType(Llama.Vocabulary(model)) == 0)
        {
            Llama.FreeModel(model);
            throw new EngineException(EngineError.BadModel,
                $"{request.Model} is not a model that continues a text; take one made for chats or instructions.");
        }

        return model;
    }

    private nint NewContext(EngineRequest.Load request, MemoryPlan plan)
    {
        var parameters = Llama.DefaultContextParameters();
        var size = request.GpuLayers == 0 ? (long)Llama.ModelSize(_model) : 0;
        parameters.Context = (uint)plan.Context(
            size, Llama.TrainedContext(_model), request.ContextTokens, CacheBytesPerToken(), Llama.Width(_model), Batch);
        parameters.Batch = parameters.PhysicalBatch = Batch;
        parameters.Outputs = 1;
        parameters.Abort = WorkGate.Abort;
        parameters.Threads = parameters.PromptThreads = request.Threads ?? request.MostThreads;
        LlamaLog.Clear();
        var context = Llama.NewContext(_model, parameters);
        if (context == 0)
        {
            throw Explain($"{request.Model} was loaded, but llama.cpp could not make a context of {parameters.Context} tokens");
        }

        ContextTokens = (int)Llama.ContextTokens(context);
        return context;
    }

    /// <summary>Two vectors for each layer, of 16-bit numbers.</summary>
    private long CacheBytesPerToken()
    {
        var architecture = Metadata("general.architecture") ?? "";
        var usual = Llama.Heads(_model) is > 0 and var heads ? Llama.Width(_model) / heads : 0;
        long Length(string key) => int.TryParse(Metadata($"{architecture}.attention.{key}"), out var length) ? length : usual;
        return Llama.Layers(_model) * (long)Llama.KeyHeads(_model) * (Length("key_length") + Length("value_length")) * sizeof(short);
    }

    private string? Metadata(string key)
    {
        var buffer = stackalloc byte[LongestName];
        return Llama.Metadata(_model, key, buffer, LongestName) > 0
            ? new string([.. (Marshal.PtrToStringUTF8((nint)buffer) ?? "").Where(c => !char.IsControl(c))])
            : null;
    }

    private static EngineException Explain(string what)
    {
        var why = LlamaLog.LastError;
        var isMemory = why.Contains("alloc", StringComparison.Ordinal) || why.Contains("memory", StringComparison.Ordinal);
        var next = isMemory ? "Take a smaller model, quantization or context." : "Take another file, or convert the model anew.";
        return new EngineException(
            isMemory ? EngineError.OutOfMemory : EngineError.BadModel, $"{what}{(why.Length > 0 ? $": {why.TrimEnd('.')}" : "")}. {next}");
    }
}
