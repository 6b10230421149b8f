using System.Runtime.InteropServices;
using Fluister.Engines.Gguf;

namespace Fluister.Engines.Conversion;

/// <summary>Writes one tensor of safetensors as one of GGUF, a few megabytes at a time.</summary>
internal static class TensorConversion
{
    private const int ChunkNumbers = 1 << 20;
    private const int BlockNumbers = 32;

    /// <summary>Writes all rows.</summary>
    /// <param name="tensor">Where they are.</param>
    /// <param name="type">F32, F16, BF16 or Q8_0.</param>
    /// <param name="headWidth">0, or the rows of a head whose halves become neighbours: 0, n/2, 1, n/2 + 1 and so on.</param>
    /// <param name="output">Gets the bytes.</param>
    /// <param name="cancel">Stops between two chunks.</param>
    public static void Write(SafetensorsTensor tensor, GgufTensorType type, int headWidth, Stream output, CancellationToken cancel)
    {
        // A list of numbers is a matrix with rows of one.
        var columns = tensor.Shape.Length > 1 ? (int)tensor.Shape[^1] : 1;
        var rows = tensor.Shape.Aggregate(1L, (a, b) => a * b) / columns;
        var numberSize = tensor.Type == SafetensorsType.F32 ? sizeof(float) : sizeof(ushort);
        var chunk = (int)Math.Clamp(ChunkNumbers / columns, 1, rows);
        if (headWidth > 0)
        {
            chunk = Math.Max(1, chunk / headWidth) * headWidth;
        }

        var source = new byte[chunk * columns * numberSize];
        var numbers = new float[chunk * columns];
        var target = new byte[numbers.Length * sizeof(float)];
        for (long row = 0; row < rows; row += chunk)
        {
            cancel.ThrowIfCancellationRequested();
            var count = (int)Math.Min(chunk, rows - row);
            var bytes = source.AsSpan(0, count * columns * numberSize);
            Safetensors.Read(tensor.File, bytes, tensor.Start + (row * columns * numberSize));
            for (var r = 0; r < count; r++)
            {
                Decode(tensor.Type, bytes.Slice(From(r, headWidth) * columns * numberSize, columns * numberSize),
                    numbers.AsSpan(r * columns, columns));
            }

            output.Write(target, 0, Encode(numbers.AsSpan(0, count * columns), type, target));
        }
    }

    private static int From(int row, int headWidth)
    {
        if (headWidth == 0)
        {
            return row;
        }

        var (head, within) = Math.DivRem(row, headWidth);
        return (head * headWidth) + (within % 2 * (headWidth / 2)) + (within / 2);
    }

    private static void Decode(SafetensorsType type, ReadOnlySpan<byte> bytes, Span<float> numbers)
    {
        switch (type)
        {
            case SafetensorsType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(numbers));
                break;
            case SafetensorsType.F16:
                var halves = MemoryMarshal.Cast<byte, Half>(bytes);
                for (var i = 0; i < numbers.Length; i++)
                {
                    numbers[i] = (float)halves[i];
                }

                break;
            default:
                var words = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < numbers.Length; i++)
                {
                    numbers[i] = BitConverter.UInt32BitsToSingle((uint)words[i] << 16);
                }

                break;
        }
    }

    private static int Encode(ReadOnlySpan<float> numbers, GgufTensorType type, Span<byte> bytes)
    {
        switch (type)
        {
            case GgufTensorType.F32:
                MemoryMarshal.AsBytes(numbers).CopyTo(bytes);
                return numbers.Length * sizeof(float);
            case GgufTensorType.F16:
                var halves = MemoryMarshal.Cast<byte, Half>(bytes);
                for (var i = 0; i < numbers.Length; i++)
                {
                    halves[i] = (Half)numbers[i];
                    JsonFile.Require(Half.IsFinite(halves[i]), "some of its numbers are too large for f16; convert with --type bf16");
                }

                return numbers.Length * sizeof(ushort);
            case GgufTensorType.BF16:
                var words = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < numbers.Length; i++)
                {
                    words[i] = Brain(numbers[i]);
                }

                return numbers.Length * sizeof(ushort);
            default:
                var (_, size) = type.Block();
                for (var i = 0; i < numbers.Length / BlockNumbers; i++)
                {
                    Quantize(numbers.Slice(i * BlockNumbers, BlockNumbers), bytes.Slice(i * size, size));
                }

                return numbers.Length / BlockNumbers * size;
        }
    }

    /// <summary>The upper half of a float, rounded to the nearest, to even between two.</summary>
    private static ushort Brain(float number)
    {
        var bits = BitConverter.SingleToUInt32Bits(number);
        return float.IsNaN(number) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>A block of Q8_0: a scale as F16, and 32 whole numbers between -127 and 127.</summary>
    private static void Quantize(ReadOnlySpan<float> numbers, Span<byte> block)
    {
        var largest = 0f;
        foreach (var number in numbers)
        {
            largest = Math.Max(largest, Math.Abs(number));
        }

        var scale = largest / sbyte.MaxValue;
        JsonFile.Require(Half.IsFinite((Half)scale), "some of its numbers are too large for q8_0; convert with --type bf16");
        MemoryMarshal.Write(block, (Half)scale);
        var inverse = scale > 0 ? 1 / scale : 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            block[sizeof(ushort) + i] = (byte)(sbyte)MathF.Round(numbers[i] * inverse, MidpointRounding.AwayFromZero);
        }
    }
}
