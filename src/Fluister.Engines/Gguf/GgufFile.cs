namespace Fluister.Engines.Gguf;

/// <summary>What a GGUF file says about the model in it. Only the header is read.</summary>
public sealed class GgufFile
{
    private readonly Dictionary<string, object> _metadata;

    private GgufFile(string path, long length, GgufReader header)
    {
        (Path, Length, _metadata, Tensors) = (path, length, header.Metadata, header.Tensors);
        Architecture = Text("general.architecture") ?? "";
        ParameterCount = Saturated(Tensors.Aggregate(Int128.Zero, (sum, t) => sum + t.Shape.Aggregate(1L, (a, b) => a * b)));
        WeightBytes = Tensors.Sum(t => t.Size);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>The family of models: "llama", "qwen2".</summary>
    public string Architecture { get; }

    /// <summary>The model's own name; the file's where it has none.</summary>
    public string Name => Text("general.name") is { Length: > 0 } name ? name : System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The licence as its maker wrote it, mostly an identifier; null where the file names none.</summary>
    public string? License => Text("general.license.name") ?? Text("general.license");

    /// <summary>Where the licence can be read; text of the file's, never followed.</summary>
    public string? LicenseLink => Text("general.license.link");

    /// <summary>Such as "8B".</summary>
    public string? SizeLabel => Text("general.size_label");

    /// <summary>Tokens that the model was trained to keep in view; null where it does not say.</summary>
    public int? ContextLength => Count("context_length") is > 0 and var tokens ? tokens : null;

    /// <summary>How most of its numbers are stored, such as "Q4_K_M".</summary>
    public string FileType => GgufFileTypes.Name(Number("general.file_type"))
        ?? Tensors.GroupBy(t => t.Type).OrderByDescending(g => g.Sum(t => t.Size)).Select(g => g.Key.ToString()).FirstOrDefault("none");

    /// <summary>How roles are marked, in Jinja; null where the model is not made for conversation.</summary>
    public string? ChatTemplate => Text("tokenizer.chat_template");

    /// <summary>The kind of its tokens: "llama" is SentencePiece, "gpt2" byte-level BPE.</summary>
    public string VocabularyKind => Text("tokenizer.ggml.model") ?? "";

    /// <summary>Tokens that it knows.</summary>
    public long VocabularySize => (_metadata.GetValueOrDefault("tokenizer.ggml.tokens") as GgufArray)?.Count ?? 0;

    /// <summary>Numbers in all tensors.</summary>
    public long ParameterCount { get; }

    /// <summary>Bytes of all tensors.</summary>
    public long WeightBytes { get; }

    /// <summary>Tensors in their order.</summary>
    internal IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Reads and checks the header of a model of text that can be run.</summary>
    /// <exception cref="EngineException">No file, or no such model.</exception>
    public static GgufFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var file = new GgufFile(path, stream.Length, GgufReader.Read(stream));
            file.RequireModel();
            return file;
        }
        catch (InvalidDataException e)
        {
            throw new EngineException(EngineError.BadModel, $"{path} is no model that can be read: {e.Message}. Get it again, or another "
                + "file; a folder of safetensors becomes one with `fluister model convert`.", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EngineException(EngineError.NotFound, $"There is no file {path}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new EngineException(EngineError.NotFound, $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Bytes of memory that the model takes with a context of so many tokens: weights, keys and values of what it has in view, and
    /// room to compute. An estimate: a processor may want some weights in another order, and holds these twice while it loads.</summary>
    public long MemoryNeeded(int contextTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(contextTokens);
        return Saturated(WeightBytes + (Int128)CacheBytes(contextTokens) + Scratch(contextTokens));
    }

    /// <summary>Bytes of keys and values, stored as F16: for each token and layer, of the heads that have their own.</summary>
    internal long CacheBytes(int contextTokens)
    {
        const int Padding = 256;
        var heads = Math.Max(1, Count("attention.head_count") ?? 1);
        var width = (Count("embedding_length") ?? 0) / heads;
        var bytes = sizeof(ushort) * ((long)(Count("attention.key_length") ?? width) + (Count("attention.value_length") ?? width));
        Int128 keyHeads = 0;
        var layers = Count("block_count") ?? 0;
        if (Value("attention.head_count_kv") is GgufArray { Numbers: { } numbers })
        {
            keyHeads = numbers.Aggregate(keyHeads, (sum, n) => sum + Math.Clamp(n, 0, int.MaxValue));
        }
        else
        {
            keyHeads = (Int128)layers * (Count("attention.head_count_kv") ?? heads);
        }

        return Saturated(((Int128)contextTokens + Padding - 1) / Padding * Padding * keyHeads * bytes);
    }

    /// <summary>What llama.cpp sets aside for a batch of 512 tokens on their way through one layer, and for itself.</summary>
    private Int128 Scratch(int contextTokens)
    {
        const int Batch = 512;
        const int Program = 48 << 20;
        var row = (2L * (Count("feed_forward_length") ?? 0)) + (4L * (Count("embedding_length") ?? 0)) + contextTokens;
        return Program + ((Int128)Batch * sizeof(float) * row);
    }

    private void RequireModel()
    {
        if (Architecture.Length == 0 || Architecture is "clip" || Text("general.type") is { } type and not "model")
        {
            throw new InvalidDataException($"it holds no model of text but \"{Text("general.type") ?? Architecture}\"");
        }

        if (Number("split.count") is > 1 and var parts)
        {
            throw new InvalidDataException($"it is one part of {parts}; join them first, with llama.cpp's llama-gguf-split --merge");
        }

        if (VocabularySize == 0 || Tensors.Count == 0)
        {
            throw new InvalidDataException(Tensors.Count == 0 ? "it has no tensors" : "it has no vocabulary");
        }
    }

    private static long Saturated(Int128 number) => number > long.MaxValue ? long.MaxValue : (long)number;

    private object? Value(string key) => _metadata.GetValueOrDefault($"{Architecture}.{key}");

    /// <summary>A number of this architecture; null where there is none that could be.</summary>
    private int? Count(string key) => Value(key) is long and >= 0 and <= int.MaxValue and var number ? (int)number : null;

    private long? Number(string key) => _metadata.GetValueOrDefault(key) as long?;

    private string? Text(string key) => _metadata.GetValueOrDefault(key) as string;
}
