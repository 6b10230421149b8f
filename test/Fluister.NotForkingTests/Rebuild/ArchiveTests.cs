using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Fluister.NotForking.Rebuild.Archives;
using TarFile = Fluister.NotForking.Rebuild.Archives.TarFile;
using ZipFile = Fluister.NotForking.Rebuild.Archives.ZipFile;

namespace Fluister.NotForkingTests.Rebuild;

/// <summary>Our writers of archives, read by .NET's readers.</summary>
public sealed class ArchiveTests
{
    private static readonly DateTimeOffset s_time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static readonly string s_long = string.Concat(Enumerable.Repeat("folder/", 20)) + new string('n', 60);

    private static readonly ArchiveEntry[] s_entries =
    [
        ArchiveEntry.Of("b/é", "second\n"u8.ToArray(), ArchiveEntry.Executable),
        ArchiveEntry.Of("a", "first\n"u8.ToArray()),
        ArchiveEntry.Of(s_long, [1, 2, 3]),
        ArchiveEntry.Of(new string('x', 300), []),
        ArchiveEntry.Folder("b"),
        new("link", ArchiveEntryKind.Link, (UnixFileMode)0b111_111_111, Target: "a"),
    ];

    public static TheoryData<string, int> Contents => new()
    {
        { "nothing", 0 }, { "zeros", 70_000 }, { "noise", 200_000 }, { "words", 3_000_000 }, { "one", 1 }, { "segment", 1 << 20 },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public void What_is_compressed_is_read_back_by_dotnet(string kind, int length)
    {
        var bytes = Bytes(kind, length);
        var packed = new MemoryStream();
        using (var gzip = new GzipWriter(packed))
        {
            for (var at = 0; at < length; at += 777)
            {
                gzip.Write(bytes.AsSpan(at, Math.Min(777, length - at)));
            }
        }

        packed.Position = 0;
        var back = new MemoryStream();
        new GZipStream(packed, CompressionMode.Decompress).CopyTo(back);
        Assert.Equal(bytes, back.ToArray());
        Assert.True(kind != "words" || packed.Length < length / 3, $"{packed.Length} of {length}");
    }

    [Fact]
    public void A_gzip_header_has_no_time_name_or_system()
    {
        var packed = new MemoryStream();
        new GzipWriter(packed).Dispose();
        Assert.Equal("1f8b08000000000000ff", Convert.ToHexStringLower(packed.ToArray()[..10]));
    }

    [Fact]
    public void A_tar_file_is_sorted_and_names_one_time_and_owner()
    {
        var tar = new MemoryStream();
        TarFile.Write(tar, s_entries, s_time);
        tar.Position = 0;
        using var reader = new TarReader(tar);
        List<string> said = [];
        while (reader.GetNextEntry() is { } entry)
        {
            Assert.Equal((s_time, 0, 0, "", ""), (entry.ModificationTime, entry.Uid, entry.Gid, Owner(entry), Group(entry)));
            said.Add($"{entry.Name} {entry.EntryType} {Convert.ToString((int)entry.Mode, 8)} {entry.Length} {entry.LinkName}");
        }

        Assert.Equal(
            [
                "a RegularFile 644 6 ", "b/ Directory 755 0 ", "b/é RegularFile 755 7 ", $"{s_long} RegularFile 644 3 ",
                "link SymbolicLink 777 0 a", $"{new string('x', 300)} RegularFile 644 0 ",
            ],
            said);
    }

    /// <summary>The hash of `tar --format=ustar --sort=name --mtime=@1700000000 --owner=0 --group=0 --numeric-owner -b 1`.</summary>
    [Fact]
    public void A_tar_file_is_what_gnu_tar_writes()
    {
        var tar = new MemoryStream();
        TarFile.Write(tar, [ArchiveEntry.Folder("b"), ArchiveEntry.Of("b/c", "2\n"u8.ToArray()), ArchiveEntry.Of("a", "1\n"u8.ToArray())],
            s_time);
        Assert.Equal("694f0dbaea3bdca54763bc43e2827297474e28dec9236d1345e9b3b6d54ab34b",
            Convert.ToHexStringLower(SHA256.HashData(tar.ToArray())));
    }

    [Fact]
    public void A_zip_file_is_sorted_and_names_one_time()
    {
        var zip = new MemoryStream();
        ZipFile.Write(zip, s_entries, s_time);
        using var archive = new ZipArchive(zip);
        Assert.Equal(["a", "b/é", s_long, new string('x', 300)], archive.Entries.Select(entry => entry.FullName));
        Assert.All(archive.Entries, entry => Assert.Equal(s_time.UtcDateTime, entry.LastWriteTime.DateTime));
        Assert.Equal(0x81ED0000, (uint)archive.Entries[1].ExternalAttributes);
        Assert.Equal("second\n", new StreamReader(archive.Entries[1].Open()).ReadToEnd());
    }

    [Fact]
    public void The_order_in_which_members_come_does_not_matter()
    {
        Assert.Equal(Both(s_entries), Both([.. s_entries.Reverse()]));
        static (string, string) Both(ArchiveEntry[] entries)
        {
            var (tar, zip) = (new MemoryStream(), new MemoryStream());
            TarFile.Write(tar, entries, s_time);
            ZipFile.Write(zip, entries, s_time);
            return (Convert.ToHexString(SHA256.HashData(tar.ToArray())), Convert.ToHexString(SHA256.HashData(zip.ToArray())));
        }
    }

    private static string Owner(TarEntry entry) => entry is PosixTarEntry posix ? posix.UserName : "";

    private static string Group(TarEntry entry) => entry is PosixTarEntry posix ? posix.GroupName : "";

    private static byte[] Bytes(string kind, int length)
    {
        var random = new Random(7);
        var bytes = new byte[length];
        if (kind is "noise" or "segment")
        {
            random.NextBytes(bytes);
        }
        else if (kind == "words")
        {
            string[] words = ["upstream ", "modification ", "tree ", "lock\n", "the ", "of "];
            var text = string.Concat(Enumerable.Range(0, length / 4).Select(_ => words[random.Next(words.Length)]));
            System.Text.Encoding.ASCII.GetBytes(text.AsSpan(0, length), bytes);
        }

        return bytes;
    }
}
