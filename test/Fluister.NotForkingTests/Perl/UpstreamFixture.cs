using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Fluister.NotForkingTests.Perl;

/// <summary>Small upstreams, the same in every run: two git repositories and an archive.</summary>
internal sealed class UpstreamFixture
{
    private const string Person = "A <a@example.org>";

    /// <summary>Makes them.</summary>
    /// <param name="folder">Where.</param>
    public UpstreamFixture(string folder)
    {
        Repository = Import(Path.Combine(folder, "one.git"), First());
        Older = Import(Path.Combine(folder, "two.git"), Second());
        Archive = Path.Combine(folder, "p-1.0.tar.gz");
        using var gzip = new GZipStream(File.Create(Archive), CompressionLevel.Optimal);
        using var tar = new TarWriter(gzip, TarEntryFormat.Ustar);
        foreach (var (path, mode, content) in Tree("1.0"))
        {
            var entry = mode == "120000"
                ? new UstarTarEntry(TarEntryType.SymbolicLink, "p-1.0/" + path) { LinkName = content }
                : new UstarTarEntry(TarEntryType.RegularFile, "p-1.0/" + path)
                {
                    DataStream = new MemoryStream(Encoding.Latin1.GetBytes(content)),
                };
            entry.Mode = mode == "100755" ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100;
            entry.ModificationTime = DateTimeOffset.UnixEpoch;
            tar.WriteEntry(entry);
        }
    }

    /// <summary>Versions v0.9 to v3.0, 1.5 and rel-1.0-final.</summary>
    public string Repository { get; }

    /// <summary>Versions v0.1 and v0.9, another v1.0 and a v0.5 that only it has.</summary>
    public string Older { get; }

    /// <summary>p-1.0.tar.gz with everything below "p-1.0/".</summary>
    public string Archive { get; }

    /// <summary>Puts their addresses in the place of $REPO, $OLDER and $ARCHIVE.</summary>
    public string Fill(string text) => text.Replace("$REPO", Repository).Replace("$OLDER", Older).Replace("$ARCHIVE", "file://" + Archive);

    /// <summary>Takes them out of a text again.</summary>
    public string Empty(string text) => text.Replace(Repository, "$REPO").Replace(Older, "$OLDER").Replace("file://" + Archive, "$ARCHIVE");

    private static IEnumerable<(string Path, string Mode, string Content)> Tree(string version) =>
    [
        (".hidden", "100644", "dot one\n"),
        ("Makefile", "100644", $"VERSION = {version}\nall: main\n\tcc -o main src/main.c\n"),
        ("a.txt", "100644", "alpha\nbeta\ngamma\n"),
        ("bytes.bin", "100644", "one\0two\u00FF\u00E9\u0085\u00A0one\n"),
        ("crlf.txt", "100644", "one\r\ntwo\r\nthree\r\n"),
        ("deep/er/x.txt", "100644", "one two one\n"),
        ("docs/guide.md", "100644", "# Guide\n\nSee http://one.example/one and one.example.\n"),
        ("empty", "100644", ""),
        ("lib/link.txt", "120000", "../a.txt"),
        ("link", "120000", "a.txt"),
        ("nonl.txt", "100644", "first\nlast one"),
        ("run.sh", "100755", "#!/bin/sh\necho one\n"),
        ("src/.conf", "100644", "key = one\n"),
        ("src/lines.txt", "100644", string.Concat(Enumerable.Range(1, 40).Select(line => $"line {line}\n"))),
        ("src/main.c", "100644", MainFile(version)),
        ("src/util.c", "100644", string.Join('\n', ((string[])["one", "two", "three"]).Index()
            .Select(one => $"int {one.Item}(void)\n{{\n\treturn {one.Index + 1};\n}}\n"))),
        ("src/util.h", "100644", "int one(void);\nint two(void);\n"),
        ("sub/tree/a.txt", "100644", "sub one\n"),
        ("sub/tree/src/main.c", "100644", "/* sub one */\n"),
        ("with space.txt", "100644", "one\n"),
        ("\u00C3\u00BC.txt", "100644", "one \u00C3\u00BC\n"),
    ];

    private static string MainFile(string version) =>
        $"#include \"util.h\"\n\n/* one, version {version} */\nint main(void)\n{{\n\treturn one() + two();\n}}\n" +
        (version == "2.0" ? "\n/* new in two */\n" : "");

    private static string First()
    {
        var stream = new StringBuilder();
        var versions = (string[])["0.9", "1.0", "1.1-alpha", "1.1", "1.10", "2.0"];
        foreach (var (index, version) in versions.Index())
        {
            Commit(stream, "refs/heads/main", index + 1, Tree(version), isFirst: index == 0);
            stream.Append($"reset refs/tags/v{version}\nfrom :{index + 1}\n\n");
        }

        stream.Append("reset refs/tags/1.5\nfrom :3\n\nreset refs/tags/rel-1.0-final\nfrom :2\n\nreset refs/tags/other\nfrom :2\n\n");
        Commit(stream, "refs/heads/stable", 20, Tree("stable"), isFirst: false, from: 2);
        stream.Append("reset refs/tags/v1.0.1\nfrom :20\n\n");
        stream.Append($"tag v3.0\nfrom :6\ntagger {Person} 1700009999 +0000\ndata 4\nnew\n\n");
        return stream.ToString();
    }

    private static string Second()
    {
        var stream = new StringBuilder();
        foreach (var (index, version) in ((string[])["0.1", "0.5", "0.9", "1.0"]).Index())
        {
            Commit(stream, "refs/heads/main", index + 1, Tree("older " + version), isFirst: index == 0);
            stream.Append($"reset refs/tags/v{version}\nfrom :{index + 1}\n\n");
        }

        return stream.ToString();
    }

    private static void Commit(
        StringBuilder stream,
        string branch,
        int mark,
        IEnumerable<(string Path, string Mode, string Content)> tree,
        bool isFirst,
        int? from = null)
    {
        stream.Append($"commit {branch}\nmark :{mark}\ncommitter {Person} {1_700_000_000 + (mark * 3600)} +0000\ndata 2\nc\n");
        stream.Append(isFirst ? "" : $"from :{from ?? mark - 1}\n").Append("deleteall\n");
        foreach (var (path, mode, content) in tree)
        {
            stream.Append($"M {mode} inline {path}\ndata {content.Length}\n{content}\n");
        }

        stream.Append('\n');
    }

    private static string Import(string folder, string stream)
    {
        Git("init", "-q", "--bare", "-b", "main", folder)(null);
        Git("-C", folder, "fast-import", "--quiet")(Encoding.Latin1.GetBytes(stream));
        return folder;
    }

    private static Action<byte[]?> Git(params string[] arguments) => input =>
    {
        var start = new ProcessStartInfo("git", arguments) { RedirectStandardInput = true, UseShellExecute = false };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var git = Process.Start(start)!;
        git.StandardInput.BaseStream.Write(input);
        git.StandardInput.Close();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    };
}
