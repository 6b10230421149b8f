using System.Globalization;

namespace Fluister.Engines.Native;

/// <summary>What fits into memory.</summary>
/// <param name="Limit">Bytes for model and context.</param>
internal sealed record MemoryPlan(long Limit)
{
    private const int LeastContext = 512;

    /// <summary>For the vocabulary, graphs and buffers of any model.</summary>
    private const long Fixed = 32L << 20;

    /// <summary>Numbers that one token takes on its way through a layer, in widths of the model; an upper bound for usual models.</summary>
    private const int Widths = 24;

    /// <summary>Before a byte of the model is read.</summary>
    /// <exception cref="EngineException">It cannot fit.</exception>
    public void CheckModel(long fileSize)
    {
        if (fileSize + Fixed > Limit)
        {
            throw new EngineException(EngineError.OutOfMemory, $"The model alone needs {Size(fileSize + Fixed)} of memory, and there are "
                + $"{Size(Limit)}. Take a smaller model or a smaller quantization, end other programs, or raise the limit.");
        }
    }

    /// <summary>Tokens of context to take.</summary>
    /// <param name="modelSize">Bytes of the model.</param>
    /// <param name="trained">Tokens that it was trained for.</param>
    /// <param name="asked">Tokens that the person asked for.</param>
    /// <param name="perToken">Bytes that a token takes in the cache.</param>
    /// <param name="width">Of the model.</param>
    /// <param name="batch">Tokens worked out at once.</param>
    /// <exception cref="EngineException">Too many.</exception>
    public int Context(long modelSize, int trained, int? asked, long perToken, int width, int batch)
    {
        var wanted = asked ?? Math.Min(trained > 0 ? trained : NativeEngineOptions.UsualContext, NativeEngineOptions.UsualContext);
        var left = Limit - modelSize - Fixed - ((long)batch * width * Widths * sizeof(float));
        var fits = perToken == 0 ? wanted : left / perToken;
        if (wanted <= fits)
        {
            return wanted;
        }

        if (asked is not null || fits < LeastContext)
        {
            var needed = Limit - left + (perToken * (asked ?? LeastContext));
            throw new EngineException(EngineError.OutOfMemory, $"The model and {asked ?? LeastContext} tokens of context need "
                + $"{Size(needed)} of memory, and there are {Size(Limit)}. Take a smaller model, quantization or context, or raise the "
                + "limit.");
        }

        return (int)fits;
    }

    private static string Size(long bytes) => bytes < 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{(bytes + (1 << 20) - 1) >> 20} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GiB");
}
