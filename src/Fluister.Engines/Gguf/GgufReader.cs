using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.Engines.Gguf;

/// <summary>A tensor in a file: where its bytes are, and what they mean.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its numbers are stored.</param>
/// <param name="Shape">The length of a row first.</param>
/// <param name="Start">First byte in the file.</param>
/// <param name="Size">Bytes.</param>
internal sealed record GgufTensor(string Name, GgufTensorType Type, long[] Shape, long Start, long Size);

/// <summary>An array in the metadata; its values are kept only where they are few numbers.</summary>
internal sealed record GgufArray(GgufValueType Type, long Count, long[]? Numbers);

/// <summary>Reads the header of a GGUF file, which anybody may have made: no count, length or offset is believed.</summary>
/// <remarks>As strict as llama.cpp 0.5 is, and stricter: what passes here has no size that overflows, no tensor beyond the end of the file
/// and no value that would take more memory than the limits below.</remarks>
internal sealed class GgufReader
{
    /// <summary>Real models have a few dozen.</summary>
    public const int MaximumValues = 4096;

    /// <summary>Real models have at most a few thousand.</summary>
    public const int MaximumTensors = 65536;

    /// <summary>Bytes of a key; the format's own limit.</summary>
    public const int MaximumKey = 65535;

    /// <summary>Bytes of a text that is kept; the longest chat templates have some ten thousand.</summary>
    public const int MaximumText = 1 << 20;

    /// <summary>Bytes of all texts that are kept.</summary>
    public const int MaximumTexts = 8 << 20;

    /// <summary>Elements of an array; the largest vocabularies have some 260,000 tokens and twice as many merges.</summary>
    public const int MaximumArray = 8 << 20;

    /// <summary>Numbers of an array that is kept: one for each layer.</summary>
    public const int MaximumNumbers = 4096;

    /// <summary>Bytes of the header; the largest real ones have some 20 MB.</summary>
    public const long MaximumHeader = 512 << 20;

    private const int MaximumName = 63;
    private const int MaximumRank = 4;
    private const int MaximumAlignment = 1 << 20;

    private readonly BoundedReader _file;
    private int _texts;

    private GgufReader(BoundedReader file) => _file = file;

    public uint Version { get; private set; }

    public Dictionary<string, object> Metadata { get; } = [];

    public List<GgufTensor> Tensors { get; } = [];

    /// <summary>Reads a header.</summary>
    /// <exception cref="InvalidDataException">Says what is wrong.</exception>
    public static GgufReader Read(Stream stream)
    {
        var reader = new GgufReader(new BoundedReader(stream, Math.Min(stream.Length, MaximumHeader)));
        reader.ReadAll(stream.Length);
        return reader;
    }

    private void ReadAll(long length)
    {
        Span<byte> magic = stackalloc byte[4];
        _file.Read(magic);
        Require(magic.SequenceEqual("GGUF"u8), "it does not begin as GGUF files do");
        Version = _file.UInt32();
        Require((Version & 0xFFFF) != 0, "it is big-endian");
        Require(Version is 2 or 3, $"it has version {Version} of the format; versions 2 and 3 can be read");
        var tensors = _file.Count(MaximumTensors, "tensors");
        var values = _file.Count(MaximumValues, "values");
        for (long i = 0; i < values; i++)
        {
            var key = Text(MaximumKey);
            Require(key.Length > 0 && !Metadata.ContainsKey(key), "a key is empty or occurs twice");
            Metadata.Add(key, Value((GgufValueType)_file.UInt32()));
        }

        for (long i = 0; i < tensors; i++)
        {
            Tensors.Add(Tensor());
        }

        Place(length);
    }

    private object Value(GgufValueType type) => type switch
    {
        GgufValueType.String => Text(MaximumText),
        GgufValueType.Array => Array(),
        _ => Number(type),
    };

    private object Number(GgufValueType type)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        var size = type.Size();
        Require(size > 0, $"a value has the unknown type {(uint)type}");
        _file.Read(bytes[..size]);
        var bits = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return type switch
        {
            GgufValueType.Bool => bits != 0,
            GgufValueType.Float32 => BitConverter.UInt32BitsToSingle((uint)bits),
            GgufValueType.Float64 => BitConverter.UInt64BitsToDouble(bits),
            GgufValueType.Int8 => (long)(sbyte)bits,
            GgufValueType.Int16 => (long)(short)bits,
            GgufValueType.Int32 => (long)(int)bits,
            GgufValueType.Int64 => (long)bits,
            GgufValueType.UInt64 => (long)Math.Min(bits, long.MaxValue),
            _ => (long)bits,
        };
    }

    private GgufArray Array()
    {
        var type = (GgufValueType)_file.UInt32();
        var count = _file.Count(MaximumArray, "elements");
        if (type == GgufValueType.String)
        {
            for (long i = 0; i < count; i++)
            {
                _file.Skip(_file.Count(MaximumText, "bytes of text"));
            }

            return new GgufArray(type, count, null);
        }

        Require(type.Size() > 0, $"an array has elements of the unknown or nested type {(uint)type}");
        if (count > MaximumNumbers || type is GgufValueType.Float32 or GgufValueType.Float64 or GgufValueType.Bool)
        {
            _file.Skip(count * type.Size());
            return new GgufArray(type, count, null);
        }

        var numbers = new long[count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (long)Number(type);
        }

        return new GgufArray(type, count, numbers);
    }

    /// <summary>A tensor whose <see cref="GgufTensor.Start"/> still counts from the first one.</summary>
    private GgufTensor Tensor()
    {
        var name = Text(MaximumName);
        var rank = _file.UInt32();
        Require(rank <= MaximumRank, $"a tensor has {rank} dimensions");
        var shape = new long[rank];
        long count = 1;
        for (var i = 0; i < rank; i++)
        {
            shape[i] = _file.Int64();
            Require(shape[i] > 0 && count <= long.MaxValue / shape[i], "a tensor is empty or larger than numbers can say");
            count *= shape[i];
        }

        var type = (GgufTensorType)_file.UInt32();
        var (numbers, bytes) = type.Block();
        Require(numbers > 0, $"a tensor has the unknown type {(uint)type}");
        Require((rank > 0 ? shape[0] : 1) % numbers == 0, "a tensor's rows are not whole blocks");
        Require(count / numbers <= long.MaxValue / bytes, "a tensor is larger than numbers can say");
        return new GgufTensor(name, type, shape, _file.Int64(), count / numbers * bytes);
    }

    /// <summary>Tensors follow each other, in order, without gaps but for the alignment; so llama.cpp wants them.</summary>
    private void Place(long length)
    {
        var alignment = Metadata.GetValueOrDefault("general.alignment", 32L) as long? ?? 0;
        Require(alignment is > 0 and <= MaximumAlignment && (alignment & (alignment - 1)) == 0, "its alignment is no power of two");
        long Aligned(long at) => (at + alignment - 1) & -alignment;
        var start = Aligned(_file.Position);
        long expected = 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ref var tensor in CollectionsMarshal.AsSpan(Tensors))
        {
            Require(names.Add(tensor.Name), "two tensors have the same name");
            Require(tensor.Start == expected, "a tensor does not begin where the one before it ends");
            Require(start + expected <= length && tensor.Size <= length - start - expected,
                "it ends before its tensors do, as a download does that broke off");
            expected = Aligned(expected + tensor.Size);
            tensor = tensor with { Start = start + tensor.Start };
        }
    }

    private string Text(int maximum)
    {
        var length = (int)_file.Count(maximum, "bytes of text");
        Require((_texts += length) <= MaximumTexts, "its texts are too long");
        var bytes = new byte[length];
        _file.Read(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private static void Require(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
