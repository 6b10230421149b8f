using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using static Fluister.Engines.Conversion.JsonFile;

namespace Fluister.Engines.Conversion;

/// <summary>How numbers are stored in safetensors; others than these are not converted.</summary>
internal enum SafetensorsType
{
    F32,
    F16,
    BF16,
}

/// <summary>A tensor in one of the files.</summary>
/// <remarks>Of <paramref name="Shape"/>, the length of a row comes last, unlike in GGUF.</remarks>
internal sealed record SafetensorsTensor(SafetensorsType Type, long[] Shape, SafeFileHandle File, long Start, long Size);

/// <summary>The tensors of a model: of one .safetensors file, or of all that an index names.</summary>
/// <remarks>The format is described in safetensors' README: a length, a header of JSON, then the bytes of all tensors without gaps.
/// </remarks>
internal sealed class Safetensors : IDisposable
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    /// <summary>Bytes of a header; the format allows 100 MB, real ones have a few hundred kB.</summary>
    private const long LongestHeader = 16 << 20;
    private const int MaximumFiles = 1000;
    private const int MaximumRank = 4;

    private readonly List<SafeFileHandle> _files = [];
    private readonly Dictionary<string, SafetensorsTensor> _tensors = new(StringComparer.Ordinal);

    private Safetensors()
    {
    }

    /// <summary>All of them, by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors => _tensors;

    /// <summary>Opens a folder.</summary>
    /// <exception cref="InvalidDataException">Says what is wrong.</exception>
    public static Safetensors Open(string folder)
    {
        var all = new Safetensors();
        try
        {
            foreach (var name in Names(folder))
            {
                all.Add(folder, name);
            }

            return all;
        }
        catch
        {
            all.Dispose();
            throw;
        }
    }

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static IEnumerable<string> Names(string folder)
    {
        if (JsonFile.Read(folder, Index) is not { } index)
        {
            Require(File.Exists(Path.Combine(folder, Single)), $"there is neither {Single} nor {Index} in it");
            return [Single];
        }

        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in index.Members("weight_map").Select(entry => entry.Value.ToString()))
        {
            Require(name == Path.GetFileName(name) && name.EndsWith(".safetensors", StringComparison.Ordinal),
                $"{Index} names a file that cannot be one");
            names.Add(name);
            Require(names.Count <= MaximumFiles, $"{Index} names more than {MaximumFiles} files");
        }

        Require(names.Count > 0, $"{Index} names no files");
        return names;
    }

    private void Add(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        Require(File.Exists(path), $"{name} is missing");
        var file = File.OpenHandle(path);
        _files.Add(file);
        var length = RandomAccess.GetLength(file);
        Span<byte> size = stackalloc byte[sizeof(long)];
        Require(RandomAccess.Read(file, size, 0) == size.Length, $"{name} is too short");
        var header = BinaryPrimitives.ReadInt64LittleEndian(size);
        Require(header is > 0 and <= LongestHeader && header <= length - size.Length, $"{name} claims a header of {(ulong)header} bytes");
        var json = new byte[header];
        Read(file, json, size.Length);
        var start = size.Length + header;
        var ends = new List<(long Start, long End)>();
        foreach (var entry in Parse(json, name).EnumerateObject())
        {
            if (entry.Name != "__metadata__")
            {
                var tensor = Tensor(entry.Value, name, file, start, length - start);
                Require(_tensors.TryAdd(entry.Name, tensor), $"{name} has a tensor that was there before");
                ends.Add((tensor.Start, tensor.Start + tensor.Size));
            }
        }

        ends.Sort();
        for (var i = 0; i < ends.Count; i++)
        {
            Require(ends[i].Start == (i == 0 ? start : ends[i - 1].End), $"{name} has tensors that overlap, or gaps between them");
        }

        Require(ends.Count > 0 && ends[^1].End == length, $"{name} does not end with its last tensor");
    }

    private static SafetensorsTensor Tensor(JsonElement entry, string name, SafeFileHandle file, long start, long length)
    {
        var type = entry.Text("dtype") switch
        {
            "F32" => SafetensorsType.F32,
            "F16" => SafetensorsType.F16,
            "BF16" => SafetensorsType.BF16,
            var other => throw new InvalidDataException($"{name} has numbers of type {other}; F32, F16 and BF16 can be converted"),
        };
        var shape = entry.Elements("shape").Select(Number).ToArray();
        var offsets = entry.Elements("data_offsets").Select(Number).ToArray();
        Require(shape.Length is > 0 and <= MaximumRank && offsets.Length == 2, $"{name} has a tensor without a shape or a place");
        long count = type == SafetensorsType.F32 ? sizeof(float) : sizeof(ushort);
        foreach (var dimension in shape)
        {
            Require(dimension > 0 && count <= long.MaxValue / dimension, $"{name} has a tensor that is empty or too large");
            count *= dimension;
        }

        Require(offsets[0] >= 0 && offsets[0] <= offsets[1] && offsets[1] <= length && offsets[1] - offsets[0] == count,
            $"{name} has a tensor whose place does not fit its shape or the file, as after a download that broke off");
        return new SafetensorsTensor(type, shape, file, start + offsets[0], count);
    }

    private static long Number(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number) ? number : -1;

    /// <summary>Fills a buffer from a file.</summary>
    public static void Read(SafeFileHandle file, Span<byte> buffer, long at)
    {
        while (!buffer.IsEmpty)
        {
            var read = RandomAccess.Read(file, buffer, at);
            Require(read > 0, "a file became shorter while it was read");
            buffer = buffer[read..];
            at += read;
        }
    }
}
