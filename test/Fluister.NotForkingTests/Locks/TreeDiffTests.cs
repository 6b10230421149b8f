using System.Text;
using Fluister.NotForking.Locks;
using Fluister.NotForking.Trees;

namespace Fluister.NotForkingTests.Locks;

/// <summary>What `diff` writes, applied by the program patch and by git.</summary>
public sealed class TreeDiffTests
{
    private static readonly string[] Names =
    [
        "a", "b c", "folder/d", "folder/deep/e", "quote\"d", "back\\slash", "tab\there", "umläut", "-dash", "link", "other link",
    ];

    [Theory]
    [InlineData("patch", "-p1", "-s", "--no-backup-if-mismatch", "-i", "../patch")]
    [InlineData("git", "apply", "--whitespace=nowarn", "../patch")]
    public void Diff_then_patch_is_identity(string program, params string[] arguments)
    {
        var random = new Random(20);
        for (var round = 0; round < 12; round++)
        {
            using var folder = new ScratchFolder();
            folder.Do("git", "init", "-q", "old");
            Make(folder, "old", random);
            Make(folder, "new", random);
            var output = new MemoryStream();
            TreeDiff.Write(Tree(folder, "old"), Tree(folder, "new"), output);
            if (output.Length > 0)
            {
                folder.Write("patch", output.ToArray());
                folder.Do("sh", ["-c", $"cd old && {program} {string.Join(' ', arguments)}"]);
            }

            Assert.Equal(Described(folder, "new"), Described(folder, "old"));
        }
    }

    [Fact]
    public void Binary_files_modes_and_links_are_said_as_git_says_them()
    {
        using var folder = new ScratchFolder();
        folder.Write("old/binary", [1, 0, 2]);
        folder.Write("old/gone", [0]);
        folder.Write("old/kind", "text\n");
        folder.Write("old/run", "x\n");
        folder.Write("new/binary", [1, 0, 3]);
        folder.Write("new/run", "x\n");
        folder.Do("chmod", "+x", "new/run");
        folder.Do("ln", "-s", "run", "new/kind");
        var output = new MemoryStream();
        Assert.Equal(4, TreeDiff.Write(Tree(folder, "old"), Tree(folder, "new"), output));
        Assert.Equal(
            """
            diff --git a/binary b/binary
            Binary files a/binary and b/binary differ
            diff --git a/gone b/gone
            deleted file mode 100644
            Binary files a/gone and /dev/null differ
            diff --git a/kind b/kind
            deleted file mode 100644
            --- a/kind
            +++ /dev/null
            @@ -1 +0,0 @@
            -text
            diff --git a/kind b/kind
            new file mode 120000
            --- /dev/null
            +++ b/kind
            @@ -0,0 +1 @@
            +run
            \ No newline at end of file
            diff --git a/run b/run
            old mode 100644
            new mode 100755

            """,
            Encoding.UTF8.GetString(output.ToArray()));
    }

    private static IEnumerable<TreeEntry> Tree(ScratchFolder folder, string name) =>
        FolderTree.Read(folder.Path(name)).Where(entry => !entry.Path.StartsWith(".git/", StringComparison.Ordinal));

    private static string[] Described(ScratchFolder folder, string name)
    {
        var hash = new TreeHash();
        return [.. Tree(folder, name).Select(entry => $"{entry.Path}: {hash.Content(entry)}").Order(StringComparer.Ordinal)];
    }

    private static void Make(ScratchFolder folder, string name, Random random)
    {
        Directory.CreateDirectory(folder.Path(name));
        foreach (var file in Names.Where(_ => random.Next(4) > 0))
        {
            var lines = Enumerable.Range(0, random.Next(30)).Select(line => random.Next(6) == 0 ? $"{random.Next(9)}\n" : $"line {line}\n");
            var text = string.Concat(lines);
            if (file.EndsWith("link", StringComparison.Ordinal))
            {
                File.CreateSymbolicLink(folder.Path($"{name}/{file}"), $"target {random.Next(3)}");
                continue;
            }

            folder.Write($"{name}/{file}", random.Next(4) == 0 ? text.TrimEnd('\n') : text);
            if (random.Next(3) == 0)
            {
                File.SetUnixFileMode(folder.Path($"{name}/{file}"), (UnixFileMode)0b111_101_101);
            }
        }
    }
}
