using System.Formats.Tar;
using Fluister.NotForking;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>Archives, honest ones and others: a refused one leaves nothing behind.</summary>
public sealed class ArchiveUnpackingTests
{
    public static TheoryData<string, string> Hostile => new()
    {
        { "../evil", "../evil" },
        { "a/../../evil", "a/../../evil" },
        { "/absolute", "/absolute" },
        { "line end", "line" },
        { "link out", "out" },
        { "absolute link", "out" },
        { "link through links", "l2" },
        { "below a link", "in/evil" },
        { "below a file", "file/evil" },
        { "over a link", "out2" },
        { "hard link out", "hard" },
        { "hard link to a link", "hard" },
        { "hard link to what comes later", "hard" },
        { "twice", "file" },
        { "fifo", "pipe" },
        { "device", "disk" },
        { "sparse", "sparse" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_entry_is_refused_by_name(string kind, string name)
    {
        using var tar = new TarFile();
        tar.File("top", "fine\n");
        _ = kind switch
        {
            "line end" => tar.Add(new UstarTarEntry(TarEntryType.RegularFile, "line\nend")),
            "link out" => tar.Link("out", "../outside"),
            "absolute link" => tar.Link("out", "/etc"),
            "link through links" => tar.Folder("d/e").Link("d/e/l1", ".").Link("l2", "d/e/l1/l1/../../../../x"),
            "below a link" => tar.Folder("d").Link("in", "d").File("in/evil", "x"),
            "below a file" => tar.File("file", "x").File("file/evil", "x"),
            "over a link" => tar.Link("out2", "top").File("out2", "x"),
            "hard link out" => tar.HardLink("hard", "/etc/passwd"),
            "hard link to a link" => tar.Link("l", "top").HardLink("hard", "l"),
            "hard link to what comes later" => tar.HardLink("hard", "later").File("later", "x"),
            "twice" => tar.File("file", "x").File("file", "y"),
            "fifo" => tar.Add(new PaxTarEntry(TarEntryType.Fifo, "pipe")),
            "device" => tar.Add(new PaxTarEntry(TarEntryType.BlockDevice, "disk")),
            "sparse" => tar.Add(new PaxTarEntry(TarEntryType.RegularFile, "sparse", [new("GNU.sparse.major", "1")])),
            _ => tar.File(kind, "x"),
        };
        using var at = new UpstreamCase();
        var refused = Refused(at, tar.Gzip());
        Assert.Equal(ExitCode.Verification, refused.Code);
        Assert.Contains($"\"{name}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("truncated tar")]
    [InlineData("truncated gzip")]
    [InlineData("truncated bzip2")]
    [InlineData("damaged gzip")]
    [InlineData("empty")]
    [InlineData("no archive")]
    [InlineData("zip")]
    [InlineData("nested too deep")]
    public void A_damaged_archive_is_refused(string kind)
    {
        using var tar = new TarFile();
        tar.File("a", new string('x', 5000)).File("b", "y");
        var whole = tar.Bytes();
        var gzip = TarFile.Gzip(whole);
        using var at = new UpstreamCase();
        var bytes = kind switch
        {
            "truncated tar" => whole[..2000],
            "truncated gzip" => gzip[..^12],
            "truncated bzip2" => Compressed(at, "bzip2", whole)[..^12],
            "damaged gzip" => [.. gzip[..^6], (byte)(gzip[^6] ^ 1), .. gzip[^5..]],
            "empty" => [],
            "no archive" => "<html>404</html>"u8.ToArray(),
            "zip" => [(byte)'P', (byte)'K', 3, 4, .. new byte[600]],
            _ => Enumerable.Range(0, 5).Aggregate(whole, (inner, _) => TarFile.Gzip(inner)),
        };
        Assert.Equal(ExitCode.Fetch, Refused(at, bytes).Code);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_bomb_is_refused(int layers)
    {
        using var tar = new TarFile();
        var bytes = tar.Zeros("zeros", 80 << 20).Gzip();
        using var at = new UpstreamCase();
        var refused = Refused(at, layers == 1 ? bytes : TarFile.Gzip(bytes));
        Assert.Equal(ExitCode.Verification, refused.Code);
        Assert.Contains("\"zeros\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_between_two_compressions_is_refused()
    {
        // The head of a gzip file, whose name in it never ends: what unpacks that writes nothing, however much it reads.
        var bytes = new byte[80 << 20];
        Array.Fill(bytes, (byte)'a');
        ((ReadOnlySpan<byte>)[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]).CopyTo(bytes);
        using var at = new UpstreamCase();
        Assert.Equal(ExitCode.Verification, Refused(at, TarFile.Gzip(bytes)).Code);
    }

    [Fact]
    public void Copies_by_hard_links_are_bounded()
    {
        using var tar = new TarFile();
        tar.File("a", string.Concat(Enumerable.Range(0, 1 << 18).Select(number => $"{number:X8}")));
        for (var copy = 0; copy < 40; copy++)
        {
            tar.HardLink($"c{copy}", "a");
        }

        using var at = new UpstreamCase();
        Assert.Contains("hard links", Refused(at, tar.Bytes()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("gzip", 0)]
    [InlineData("bzip2", 0)]
    [InlineData("gzip bzip2 gzip", 0)]
    [InlineData("xz", 1)]
    public void Files_links_modes_and_names_are_those_of_the_archive(string layers, int dialect)
    {
        using var tar = new TarFile();
        var longName = new string('n', 120);
        var bytes = tar.Folder("./").Folder("./d").Folder("./d").File("./d/é", "1\n").File("d/run", "2\n", isExecutable: true)
            .Link("d/link", "../top").Link("dangling", "not/there").HardLink("d/copy", "./d/run")
            .File("top", "3\n").File(longName, "4\n").Bytes();
        using var at = new UpstreamCase();
        foreach (var program in layers.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes = Compressed(at, program, bytes);
        }

        File.WriteAllBytes(at.Path("p.tar"), bytes);
        string[] lines = ["vcs = download", $"source-1.0 = file://{at.Path("p.tar")}"];
        var expected = $"d/copy x 2\\n\nd/link -> ../top\nd/run x 2\\n\nd/é - 1\\n\ndangling -> not/there\n{longName} - 4\\n\ntop - 3\\n\n";
        Assert.Equal(expected, UpstreamCase.Tree(at.Open([.. dialect > 0 ? (string[])["dialect = 1"] : [], .. lines])));
        if (dialect > 0)
        {
            // What dialect 1 unpacked does not make dialect 0 know xz.
            Assert.Contains("dialect = 1", UpstreamCase.Refused(() => UpstreamCase.Tree(at.Open(lines))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Bytes_after_the_end_of_a_compressed_archive_are_passed_over()
    {
        using var tar = new TarFile();
        using var at = new UpstreamCase();
        File.WriteAllBytes(at.Path("p.tar"), [.. tar.File("a", "x\n").Gzip(), 1, 2, 3]);
        Assert.Equal("a - x\\n\n", UpstreamCase.Tree(at.Open("vcs = download", $"source-1 = file:{at.Path("p.tar")}")));
    }

    private static byte[] Compressed(UpstreamCase at, string program, byte[] bytes)
    {
        File.WriteAllBytes(at.Path("raw"), bytes);
        at.Run(program, "-kf", "raw");
        return File.ReadAllBytes(Directory.GetFiles(at.Root, "raw.*").Single(file => file.EndsWith(program switch
        {
            "gzip" => ".gz",
            "bzip2" => ".bz2",
            _ => ".xz",
        }, StringComparison.Ordinal)));
    }

    private static NotForkException Refused(UpstreamCase at, byte[] bytes)
    {
        File.WriteAllBytes(at.Path("p.tar"), bytes);
        var refused = UpstreamCase.Refused(() => UpstreamCase.Tree(at.Open("vcs = download", $"source-1.0 = file:{at.Path("p.tar")}")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(at.Entry, "download")));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(at.Root), path => path.Contains("evil", StringComparison.Ordinal));
        return refused;
    }
}
