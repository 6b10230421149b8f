using System.IO.Compression;
using System.Text;

namespace Fluister.NotForking.Rebuild.Comparison;

/// <summary>Looks into two files that should be the same: archives by member, assemblies by part, texts by line, others by byte.</summary>
internal static class FileComparison
{
    private const int Largest = 1 << 30;

    /// <summary>Compares two files.</summary>
    /// <returns>The first difference; null if there is none.</returns>
    public static Difference? Compare(string name, string first, string second)
    {
        foreach (var file in (string[])[first, second])
        {
            if (new FileInfo(file).Length > Largest)
            {
                return FolderHash.File(first) == FolderHash.File(second) ? null
                    : new Difference(name, "the bytes differ; it is too large to look into.");
            }
        }

        return Compare(name, File.ReadAllBytes(first), File.ReadAllBytes(second));
    }

    /// <summary>Compares the bytes of two files.</summary>
    /// <param name="name">What they are called: its end tells what they are.</param>
    /// <param name="first">Of the one.</param>
    /// <param name="second">Of the other.</param>
    public static Difference? Compare(string name, byte[] first, byte[] second)
    {
        if (first.AsSpan().SequenceEqual(second))
        {
            return null;
        }

        try
        {
            return Within(name, first, second) ?? ByteComparison.Compare(name, first, second);
        }
        catch (Exception e) when (
            e is InvalidDataException or IOException or BadImageFormatException or DecoderFallbackException or ArgumentException
            or System.Text.Json.JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return ByteComparison.Compare(name, first, second);
        }
    }

    private static Difference? Within(string name, byte[] first, byte[] second)
    {
        if (first is [0x1F, 0x8B, ..])
        {
            var inner = name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name;
            return Compare(inner, Unzipped(first), Unzipped(second)) is { } inside
                ? inside with { Where = inside.Where.Replace(inner, name, StringComparison.Ordinal) }
                : new Difference(name, "what is packed is the same; the compression differs.");
        }

        return Path.GetExtension(name) switch
        {
            ".tar" => ArchiveComparison.Compare(name, ArchiveMember.OfTar(first), ArchiveMember.OfTar(second)),
            ".zip" or ".nupkg" => ArchiveComparison.Compare(name, ArchiveMember.OfZip(first), ArchiveMember.OfZip(second)),
            ".dll" or ".exe" => AssemblyComparison.Compare(name, first, second),
            ".json" or ".xml" or ".txt" or ".nuspec" or ".rels" or ".psmdcp" or ".config" or "" when IsText(first) =>
                Lines(name, first, second),
            _ => null,
        };
    }

    private static Difference? Lines(string name, byte[] first, byte[] second)
    {
        var (one, other) = (Encoding.UTF8.GetString(first).Split('\n'), Encoding.UTF8.GetString(second).Split('\n'));
        var line = Enumerable.Range(0, Math.Min(one.Length, other.Length)).FirstOrDefault(index => one[index] != other[index], -1);
        return line < 0
            ? new Difference(name, $"one has {one.Length} lines, the other {other.Length}.")
            : new Difference($"{name}:{line + 1}", $"\"{Short(one[line])}\" in the one, \"{Short(other[line])}\" in the other.");
    }

    private static bool IsText(byte[] bytes) => !bytes.AsSpan(0, Math.Min(bytes.Length, 4096)).Contains((byte)0);

    private static string Short(string text) => text.Trim() is { Length: > 160 } trimmed ? trimmed[..160] + "..." : text.Trim();

    private static byte[] Unzipped(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        var whole = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = gzip.Read(buffer)) > 0;)
        {
            whole.Write(buffer, 0, whole.Length + read <= Largest ? read : throw new InvalidDataException("too large"));
        }

        return whole.ToArray();
    }
}
