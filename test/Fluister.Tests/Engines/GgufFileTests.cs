using System.Text;
using Fluister.Engines;
using Fluister.Engines.Gguf;
using Fluister.Tests.Exports;

namespace Fluister.Tests.Engines;

/// <summary>Reading headers that anybody may have made.</summary>
public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_header_says_what_was_written()
    {
        var file = GgufFile.Open(TestModels.Tiny(_folder.Path, new TestModelOptions { Name = "tiny", ContextTokens = 4096 }));
        Assert.Equal(("llama", "tiny", "cc0-1.0", 4096), (file.Architecture, file.Name, file.License, file.ContextLength));
        Assert.Equal(("F32", "llama"), (file.FileType, file.VocabularyKind));
        Assert.Equal(ChatTemplate.ChatMl.Jinja, file.ChatTemplate);
        Assert.Equal(new TestVocabulary(ChatTemplate.ChatMl).Count, file.VocabularySize);
        Assert.Equal(21, file.Tensors.Count);
        Assert.Equal(file.ParameterCount * sizeof(float), file.WeightBytes);
        Assert.InRange(file.Length - file.WeightBytes, 1, 100_000);
    }

    [Fact]
    public void Values_of_all_kinds_come_back()
    {
        var values = new Dictionary<string, object>
        {
            ["a"] = (byte)200,
            ["b"] = (sbyte)-100,
            ["c"] = (ushort)60000,
            ["d"] = (short)-30000,
            ["e"] = 4_000_000_000u,
            ["f"] = -2_000_000_000,
            ["g"] = 1.5f,
            ["h"] = true,
            ["i"] = "größer",
            ["j"] = new[] { 3u, 5u },
            ["k"] = 1UL << 40,
            ["l"] = -(1L << 40),
            ["m"] = 2.5,
        };
        var writer = new GgufWriter();
        foreach (var (key, value) in values)
        {
            writer.Set(key, value);
        }

        using var stream = new MemoryStream();
        writer.Write(stream);
        stream.Position = 0;
        var read = GgufReader.Read(stream).Metadata;
        Assert.Equal(
            [200L, -100L, 60000L, -30000L, 4_000_000_000L, -2_000_000_000L, 1.5f, true, "größer", 1L << 40, -(1L << 40), 2.5],
            read.Values.Where(value => value is not GgufArray));
        Assert.Equal([3, 5], ((GgufArray)read["j"]).Numbers!);
    }

    // Llama 3.2 1B: 16 layers, 8 heads of keys and as many of values, 64 wide, two bytes each.
    [Fact]
    public void The_cache_of_keys_and_values_is_what_the_shape_gives()
    {
        var file = GgufFile.Open(TestModels.LlamaShaped(_folder.Path, 310, GgufTensorType.Q4_0));
        var layers = file.Tensors.Count(t => t.Name.EndsWith("attn_k.weight", StringComparison.Ordinal));
        Assert.Equal(8192L * layers * 8 * 64 * 2 * 2, file.CacheBytes(8192));
        Assert.Equal(file.CacheBytes(8192), file.CacheBytes(8191));
        Assert.InRange(file.WeightBytes, 250_000_000, 330_000_000);
        Assert.InRange(file.MemoryNeeded(8192) - file.WeightBytes - file.CacheBytes(8192), 50 << 20, 400 << 20);
    }

    public static TheoryData<string, string> Broken => new()
    {
        { "magic", "does not begin as GGUF files do" },
        { "version 1", "version 1" },
        { "big-endian", "big-endian" },
        { "tensors", "tensors, and 65536 is the most" },
        { "values", "values, and 4096 is the most" },
        { "text", "bytes of text" },
        { "nested", "unknown or nested type 9" },
        { "array", "elements, and" },
        { "twice", "occurs twice" },
        { "alignment", "no power of two" },
        { "type", "unknown type 77" },
        { "overflow", "larger than numbers can say" },
        { "gap", "does not begin where the one before it ends" },
        { "cut", "ends before its tensors do" },
        { "header", "in the middle of its header" },
        { "adapter", "no model of text but \"adapter\"" },
        { "split", "one part of 3" },
        { "vocabulary", "no vocabulary" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_is_wrong_is_said(string what, string message)
    {
        var path = _folder.In("broken.gguf");
        File.WriteAllBytes(path, Make(what));
        var e = Assert.Throws<EngineException>(() => GgufFile.Open(path));
        Assert.Equal(EngineError.BadModel, e.Error);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_said() =>
        Assert.Equal(EngineError.NotFound, Assert.Throws<EngineException>(() => GgufFile.Open(_folder.In("none.gguf"))).Error);

    [Fact]
    public void No_header_crashes_hangs_or_takes_memory()
    {
        const int Mutations = 3000;
        const long Most = 64 << 20;
        var whole = File.ReadAllBytes(TestModels.Canned(_folder.Path, "Short.", new TestModelOptions { Name = "seed" }));
        var header = (int)GgufFile.Open(_folder.In("seed.gguf")).Tensors[0].Start;
        var random = new Random(7);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = whole.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                // Mostly among the numbers at the start and the tensors at the end; the vocabulary is long and dull.
                var at = random.Next(3) switch { 0 => random.Next(600), 1 => header - 1 - random.Next(900), _ => random.Next(header) };
                bytes[at] = random.Next(4) switch
                {
                    0 => 0xFF,
                    1 => 0,
                    2 => (byte)(bytes[at] ^ (1 << random.Next(8))),
                    _ => (byte)random.Next(256),
                };
            }

            var length = random.Next(8) == 0 ? random.Next(bytes.Length) : bytes.Length;
            using var stream = new MemoryStream(bytes, 0, length);
            try
            {
                GgufReader.Read(stream);
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < Most, $"Mutation {i}");
            before = GC.GetAllocatedBytesForCurrentThread();
        }

        Assert.InRange(refused, Mutations / 4, Mutations - 1);
    }

    private static byte[] Make(string what)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        void Text(string text)
        {
            writer.Write((long)Encoding.UTF8.GetByteCount(text));
            writer.Write(Encoding.UTF8.GetBytes(text));
        }

        void Value(string key, string value)
        {
            Text(key);
            writer.Write(8);
            Text(value);
        }

        void Head(int version, long tensors, long values)
        {
            writer.Write(what == "magic" ? "GGML"u8 : "GGUF"u8);
            writer.Write(version);
            writer.Write(tensors);
            writer.Write(values);
        }

        void Tensor(string name, int type, long offset, params long[] shape)
        {
            Text(name);
            writer.Write(shape.Length);
            shape.ToList().ForEach(writer.Write);
            writer.Write(type);
            writer.Write(offset);
        }

        switch (what)
        {
            case "version 1": Head(1, 0, 0); break;
            case "big-endian": Head(3 << 24, 0, 0); break;
            case "tensors": Head(3, long.MaxValue, 0); break;
            case "values": Head(3, 0, -1); break;
            case "text": Head(3, 0, 1); Text("k"); writer.Write(8); writer.Write(long.MaxValue); break;
            case "nested": Head(3, 0, 1); Text("k"); writer.Write(9); writer.Write(9); writer.Write(1L); break;
            case "array": Head(3, 0, 1); Text("k"); writer.Write(9); writer.Write(4); writer.Write(1L << 40); break;
            case "twice": Head(3, 0, 2); Value("k", ""); Value("k", ""); break;
            case "alignment": Head(3, 0, 1); Text("general.alignment"); writer.Write(4); writer.Write(48); break;
            case "type": Head(3, 1, 0); Tensor("t", 77, 0, 32); break;
            case "overflow": Head(3, 1, 0); Tensor("t", 0, 0, 1L << 32, 1L << 32); break;
            case "gap": Head(3, 2, 0); Tensor("t", 0, 0, 8); Tensor("u", 0, 64, 8); writer.Write(new byte[500]); break;
            case "cut": Head(3, 1, 0); Tensor("t", 0, 0, 1000); writer.Write(new byte[500]); break;
            case "header": Head(3, 0, 1); Text("k"); break;
            case "adapter": Head(3, 0, 2); Value("general.architecture", "llama"); Value("general.type", "adapter"); break;
            case "split":
                Head(3, 0, 2);
                Value("general.architecture", "llama");
                Text("split.count");
                writer.Write(2);
                writer.Write((ushort)3);
                break;
            default:
                Head(3, 1, 1);
                Value("general.architecture", "llama");
                Tensor("t", 0, 0, 8);
                writer.Write(new byte[500]);
                break;
        }

        return stream.ToArray();
    }

    public void Dispose() => _folder.Dispose();
}
