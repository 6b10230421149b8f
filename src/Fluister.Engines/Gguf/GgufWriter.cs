using System.Buffers.Binary;
using System.Text;

namespace Fluister.Engines.Gguf;

/// <summary>Writes a GGUF file, version 3: metadata, the list of tensors, then the tensors one after the other, so that memory holds no
/// more than the one being written.</summary>
/// <remarks>The format is described in ggml's docs/gguf.md: everything little-endian, tensors at multiples of the alignment.</remarks>
public sealed class GgufWriter
{
    private const int Alignment = 32;

    private readonly List<(string Key, object Value)> _metadata = [];
    private readonly List<(string Name, GgufTensorType Type, long[] Shape, Action<Stream> Write)> _tensors = [];

    /// <summary>Adds a value: a bool, a number, a string, or an array of one kind of these.</summary>
    public void Set(string key, object value) => _metadata.Add((key, value));

    /// <summary>Adds a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">How its numbers are stored.</param>
    /// <param name="shape">The length of a row first.</param>
    /// <param name="write">Writes all its bytes; called when its turn comes.</param>
    internal void Add(string name, GgufTensorType type, long[] shape, Action<Stream> write) => _tensors.Add((name, type, shape, write));

    /// <summary>Writes the whole file.</summary>
    public void Write(Stream output)
    {
        var header = new MemoryStream();
        header.Write("GGUF"u8);
        Number(header, 3u);
        Number(header, (ulong)_tensors.Count);
        Number(header, (ulong)_metadata.Count);
        foreach (var (key, value) in _metadata)
        {
            Text(header, key);
            Number(header, (uint)GgufValueTypes.Of(value));
            Value(header, value);
        }

        long offset = 0;
        foreach (var (name, type, shape, _) in _tensors)
        {
            Text(header, name);
            Number(header, (uint)shape.Length);
            foreach (var length in shape)
            {
                Number(header, (ulong)length);
            }

            Number(header, (uint)type);
            Number(header, (ulong)offset);
            offset = Aligned(offset + type.Size(shape));
        }

        Pad(header, header.Length);
        header.WriteTo(output);
        foreach (var (name, type, shape, write) in _tensors)
        {
            var size = type.Size(shape);
            using var counted = new CountingStream(output);
            write(counted);
            if (counted.Written != size)
            {
                throw new InvalidOperationException($"Tensor {name} has {counted.Written} bytes instead of {size}.");
            }

            Pad(output, size);
        }
    }

    private static long Aligned(long length) => checked(length + Alignment - 1) / Alignment * Alignment;

    private static void Pad(Stream stream, long length) => stream.Write(stackalloc byte[(int)(Aligned(length) - length)]);

    private static void Value(MemoryStream header, object value)
    {
        switch (value)
        {
            case string text: Text(header, text); break;
            case Array array:
                Number(header, (uint)GgufValueTypes.OfElement(array));
                Number(header, (ulong)array.Length);
                foreach (var element in array)
                {
                    Value(header, element!);
                }

                break;
            case bool truth: header.WriteByte(truth ? (byte)1 : (byte)0); break;
            case byte number: header.WriteByte(number); break;
            case sbyte number: header.WriteByte((byte)number); break;
            case ushort number: Number(header, number); break;
            case short number: Number(header, (ushort)number); break;
            case uint number: Number(header, number); break;
            case int number: Number(header, (uint)number); break;
            case float number: Number(header, BitConverter.SingleToUInt32Bits(number)); break;
            case ulong number: Number(header, number); break;
            case long number: Number(header, (ulong)number); break;
            case double number: Number(header, BitConverter.DoubleToUInt64Bits(number)); break;
            default: throw new ArgumentException("Not a value of GGUF.", nameof(value));
        }
    }

    private static void Text(Stream stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Number(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void Number(Stream stream, ushort number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, number);
        stream.Write(bytes);
    }

    private static void Number(Stream stream, uint number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        stream.Write(bytes);
    }

    private static void Number(Stream stream, ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        stream.Write(bytes);
    }
}
