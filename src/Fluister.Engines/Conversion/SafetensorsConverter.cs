using Fluister.Engines.Conversion.Tokenizers;
using Fluister.Engines.Gguf;
using static Fluister.Engines.Conversion.JsonFile;

namespace Fluister.Engines.Conversion;

/// <summary>Makes a GGUF file of a folder as models are published in: config.json, safetensors, and a tokenizer.</summary>
/// <remarks>For Llama and its relatives. What would come out different from the original is refused rather than converted almost right.
/// The folder may come from anybody; memory holds the vocabulary and a few megabytes of one tensor.</remarks>
internal static class SafetensorsConverter
{
    /// <summary>Types that can be written, by their names on the command line.</summary>
    public static IReadOnlyDictionary<string, GgufTensorType> Types { get; } = new Dictionary<string, GgufTensorType>
    {
        ["f16"] = GgufTensorType.F16,
        ["bf16"] = GgufTensorType.BF16,
        ["f32"] = GgufTensorType.F32,
        ["q8_0"] = GgufTensorType.Q8_0,
    };

    /// <summary>Converts.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="type">How matrices are stored; lists of numbers always as F32.</param>
    /// <param name="output">Gets the file.</param>
    /// <param name="progress">Told how many bytes of how many are written; may be null.</param>
    /// <param name="cancel">Stops within a few megabytes.</param>
    /// <exception cref="EngineException">There is no such model, or it cannot be converted.</exception>
    public static void Convert(
        string folder, GgufTensorType type, Stream output, Action<long, long>? progress = null, CancellationToken cancel = default)
    {
        if (!Directory.Exists(folder))
        {
            throw new EngineException(EngineError.NotFound, $"There is no folder {folder}. Give the one with config.json and the "
                + "safetensors of a model that you have.");
        }

        try
        {
            var config = ModelConfig.Read(folder);
            using var tensors = Safetensors.Open(folder);
            var writer = new GgufWriter();
            Describe(writer, config, folder, type);
            WriteTokens(writer, config, folder);
            Add(writer, config, tensors, type, progress, cancel);
            writer.Write(output);
        }
        catch (InvalidDataException e)
        {
            throw new EngineException(EngineError.BadModel, $"The model in {folder} cannot be converted: {e.Message}.", e);
        }
    }

    private static void Describe(GgufWriter writer, ModelConfig config, string folder, GgufTensorType type)
    {
        var architecture = config.Architecture;
        writer.Set("general.architecture", architecture);
        writer.Set("general.type", "model");
        writer.Set("general.name", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))));
        ModelCard.Write(writer, folder);
        writer.Set("general.file_type", (uint)GgufFileTypes.Number(type.ToString())!);
        writer.Set("general.quantization_version", 2u);
        writer.Set($"{architecture}.block_count", (uint)config.Layers);
        writer.Set($"{architecture}.context_length", (uint)config.Context);
        writer.Set($"{architecture}.embedding_length", (uint)config.Width);
        writer.Set($"{architecture}.feed_forward_length", (uint)config.FeedForward);
        writer.Set($"{architecture}.attention.head_count", (uint)config.Heads);
        writer.Set($"{architecture}.attention.head_count_kv", (uint)config.KeyHeads);
        writer.Set($"{architecture}.attention.key_length", (uint)config.HeadWidth);
        writer.Set($"{architecture}.attention.value_length", (uint)config.HeadWidth);
        writer.Set($"{architecture}.attention.layer_norm_rms_epsilon", config.NormEpsilon);
        writer.Set($"{architecture}.rope.freq_base", config.RopeBase);
        writer.Set($"{architecture}.rope.dimension_count", (uint)config.HeadWidth);
        writer.Set($"{architecture}.vocab_size", (uint)config.Vocabulary);
        RopeScaling.Describe(writer, config);
    }

    private static void WriteTokens(GgufWriter writer, ModelConfig config, string folder)
    {
        var settings = Read(folder, "tokenizer_config.json") ?? Parse("{}"u8.ToArray(), "settings");
        var tokenizer = Read(folder, "tokenizer.json");
        if (tokenizer is { } json && BytePairs.Is(json))
        {
            var tokens = BytePairs.Write(writer, json, config.Vocabulary);
            SpecialTokens.Write(writer, tokens, folder, settings, json, config.Json);
        }
        else
        {
            Require(File.Exists(Path.Combine(folder, SentencePieces.FileName)), tokenizer is null
                ? $"there is neither tokenizer.json nor {SentencePieces.FileName} in it"
                : $"its tokenizer.json has no byte-level BPE, and {SentencePieces.FileName}, which would serve, is missing");
            var tokens = SentencePieces.Write(writer, folder, settings, config.Vocabulary);
            SpecialTokens.Write(writer, tokens, folder, settings, null, config.Json);
        }
    }

    private static void Add(GgufWriter writer, ModelConfig config, Safetensors tensors, GgufTensorType type,
        Action<long, long>? progress, CancellationToken cancel)
    {
        var names = TensorNames.Of(config).ToList();
        var known = names.Select(name => name.Source).ToHashSet(StringComparer.Ordinal);
        var unknown = tensors.Tensors.Keys.FirstOrDefault(name => !known.Contains(name) && !TensorNames.IsNeedless(name, config));
        Require(unknown is null, $"it has a tensor {unknown}, which a model of {config.Json.Elements("architectures").First()} has not");
        long done = 0, total = tensors.Tensors.Values.Sum(tensor => tensor.Size);
        foreach (var name in names)
        {
            if (!tensors.Tensors.TryGetValue(name.Source, out var tensor))
            {
                Require(!name.IsRequired, $"its tensor {name.Source} is missing");
                continue;
            }

            Require(tensor.Shape.AsSpan().SequenceEqual(name.Shape), $"its tensor {name.Source} has a shape that its config.json does not "
                + "give it");
            var shape = name.Shape.Reverse().ToArray();
            writer.Add(name.Target, TypeOf(shape, type), shape, output =>
            {
                TensorConversion.Write(tensor, TypeOf(shape, type), name.IsPermuted ? config.HeadWidth : 0, output, cancel);
                progress?.Invoke(done += tensor.Size, total);
            });
        }

        if (RopeScaling.Divisors(config) is { } divisors)
        {
            writer.Add("rope_freqs.weight", GgufTensorType.F32, [divisors.Length],
                output => output.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(divisors.AsSpan())));
        }
    }

    /// <summary>Lists of numbers are few, and matter: F32. Rows that are no whole blocks cannot be quantized.</summary>
    private static GgufTensorType TypeOf(long[] shape, GgufTensorType type) => shape.Length == 1 ? GgufTensorType.F32
        : shape[0] % type.Block().Numbers == 0 ? type : GgufTensorType.F16;
}
