using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;

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

        return members;
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
