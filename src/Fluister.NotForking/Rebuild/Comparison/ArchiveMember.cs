using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Fluister.NotForking.Rebuild.Comparison;

/// <summary>A member of an archive, with all that an archive says of it.</summary>
/// <param name="Path">Its name.</param>
/// <param name="Facts">What it is, by name of the fact: "mode", "time".</param>
/// <param name="Content">Its bytes.</param>
internal sealed record ArchiveMember(string Path, IReadOnlyList<(string Fact, string Value)> Facts, byte[] Content)
{
    private const long Largest = 1 << 30;

    /// <summary>The members of a tar file, in its order.</summary>
    public static List<ArchiveMember> OfTar(byte[] bytes)
    {
        List<ArchiveMember> members = [];
        using var reader = new TarReader(new MemoryStream(bytes));
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            members.Add(new ArchiveMember(
                entry.Name,
                [
                    ("kind", $"{entry.EntryType}"), ("mode", Convert.ToString((int)entry.Mode, 8)), ("owner", $"{entry.Uid}:{entry.Gid}"),
                    ("time", entry.ModificationTime.ToString("u", CultureInfo.InvariantCulture)), ("target", entry.LinkName),
                ],
                Read(entry.DataStream)));
        }

        return ByRole(members);
    }

    /// <summary>The blobs of an image by what they are, since their names are their hashes: else one sees only that all differ.</summary>
    private static List<ArchiveMember> ByRole(List<ArchiveMember> members)
    {
        if (members.Find(member => member.Path == "manifest.json") is not { } manifest)
        {
            return members;
        }

        using var json = JsonDocument.Parse(manifest.Content);
        var image = json.RootElement[0];
        var roles = image.GetProperty("Layers").EnumerateArray()
            .Select((layer, index) => (Path: layer.GetString()!, Role: $"layer {index + 1}.tar"))
            .Append((image.GetProperty("Config").GetString()!, "configuration.json"))
            .DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal);
        return
        [
            .. members.Select(member => roles.TryGetValue(member.Path, out var role) ? member with { Path = role }
                : member.Path.StartsWith("blobs/sha256/", StringComparison.Ordinal) && member.Content.Length > 0
                    ? member with { Path = "image manifest.json" } : member)
                .OrderBy(member => !member.Path.StartsWith("layer ", StringComparison.Ordinal)),
        ];
    }

    /// <summary>The members of a zip file, in its order.</summary>
    public static List<ArchiveMember> OfZip(byte[] bytes)
    {
        using var archive = new ZipArchive(new MemoryStream(bytes));
        List<ArchiveMember> members = [];
        foreach (var entry in archive.Entries)
        {
            using var content = entry.Open();
            members.Add(new ArchiveMember(
                entry.FullName,
                [
                    ("time", entry.LastWriteTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
                    ("attributes", entry.ExternalAttributes.ToString("x8", CultureInfo.InvariantCulture)),
                ],
                Read(content)));
        }

        return members;
    }

    private static byte[] Read(Stream? stream)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; stream is not null && (read = stream.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, bytes.Length + read <= Largest ? read : throw new InvalidDataException("too large"));
        }

        return bytes.ToArray();
    }
}
