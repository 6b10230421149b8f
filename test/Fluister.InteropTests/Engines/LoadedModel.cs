using System.Text;
using Fluister.Engines.Native;

namespace Fluister.InteropTests.Engines;

/// <summary>A GGUF file in real llama.cpp, within this process: only for files that the tests made.</summary>
internal sealed unsafe class LoadedModel : IDisposable
{
    private static readonly Lock One = new();

    private readonly nint _model;

    private LoadedModel(nint model) => _model = model;

    /// <summary>Loads a file, into ordinary memory and without rearranging weights.</summary>
    internal static LoadedModel Load(string path)
    {
        lock (One)
        {
            LlamaLibrary.Load(null, false);
            var parameters = Llama.DefaultModelParameters();
            (parameters.GpuLayers, parameters.UseExtraBuffers) = (0, 0);
            var model = Llama.LoadModel(path, parameters);
            Assert.True(model != 0, "llama.cpp does not load " + Path.GetFileName(path));
            return new LoadedModel(model);
        }
    }

    /// <summary>A value of the metadata as llama.cpp prints it; null where there is none.</summary>
    internal string? Metadata(string key)
    {
        var buffer = new byte[1 << 20];
        fixed (byte* bytes = buffer)
        {
            var length = Llama.Metadata(_model, key, bytes, (nuint)buffer.Length);
            return length < 0 ? null : Encoding.UTF8.GetString(buffer, 0, length);
        }
    }

    internal int Layers => Llama.Layers(_model);

    internal int Vocabulary => Llama.VocabularySize(Llama.Vocabulary(_model));

    internal int Context => Llama.TrainedContext(_model);

    internal long Size => (long)Llama.ModelSize(_model);

    internal bool WantsFirstToken => Llama.WantsFirstToken(Llama.Vocabulary(_model));

    internal int FirstToken => Llama.FirstToken(Llama.Vocabulary(_model));

    internal bool IsEnd(int token) => Llama.IsEnd(Llama.Vocabulary(_model), token);

    /// <summary>The tokens of a text.</summary>
    internal int[] Tokenize(string text, bool parseSpecial = false)
    {
        var bytes = Encoding.UTF8.GetBytes(text + "\0");
        var tokens = new int[bytes.Length + 8];
        fixed (byte* from = bytes)
        fixed (int* to = tokens)
        {
            var count = Llama.Tokenize(
                Llama.Vocabulary(_model), from, bytes.Length - 1, to, tokens.Length, 0, parseSpecial ? (byte)1 : (byte)0);
            return tokens[..count];
        }
    }

    /// <summary>The scores of all tokens after each of <paramref name="tokens"/>, given one at a time.</summary>
    internal float[][] Logits(int[] tokens)
    {
        const int F32 = 0;
        var parameters = Llama.DefaultContextParameters();
        (parameters.Context, parameters.Threads, parameters.PromptThreads) = (512, 1, 1);
        (parameters.FlashAttention, parameters.KeyType, parameters.ValueType) = (0, F32, F32);
        var context = Llama.NewContext(_model, parameters);
        Assert.True(context != 0);
        try
        {
            return [.. tokens.Select(token =>
            {
                Assert.Equal(0, Llama.Decode(context, Llama.OneSequence(&token, 1)));
                return new Span<float>(Llama.Logits(context, -1), Vocabulary).ToArray();
            })];
        }
        finally
        {
            Llama.FreeContext(context);
        }
    }

    public void Dispose() => Llama.FreeModel(_model);
}
