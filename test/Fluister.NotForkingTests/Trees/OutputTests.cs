using System.Security.Cryptography;
using System.Text;
using Fluister.NotForking;

namespace Fluister.NotForkingTests.Trees;

/// <summary>OUT/NAME: what is written, what is left alone, what is refused.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly TreeFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_links_and_modes_are_written_with_an_index_in_the_old_tool_s_format()
    {
        _folder.Install(_folder.Tree(("b/run", "!go"), ("b.txt", "ü\n"), ("a", "->b/run"), ("empty", "")));
        Assert.Equal("a=->b/run\nb.txt=ü\n\nb/run=x!go\nempty=", _folder.Contents());
        static string Hash(string text) => Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(
            $"l 5 a\0b/run\0f 3 b.txt\0{Hash("ü\n")}\0f 3 b/run\0{Hash("!go")}\0f 0 empty\0{Hash("")}\0",
            File.ReadAllText(Path.Combine(_folder.Out, ".index", "name")));
        var index = Directory.GetFileSystemEntries(Path.Combine(_folder.Out, ".index"));
        Assert.Equal([".lock.name", "name"], index.Select(Path.GetFileName).Order());
    }

    [Fact]
    public void What_stays_keeps_its_time_what_changes_is_replaced_what_goes_is_deleted_and_foreign_files_survive()
    {
        _folder.Install(_folder.Tree(("same", "1"), ("changed", "1"), ("gone/deep/file", "1"), ("turned", "1"), ("made", "1")));
        var then = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_folder.At("same"), then);
        File.SetLastWriteTimeUtc(_folder.At("turned"), then);
        File.WriteAllText(_folder.At("object.o"), "mine");
        File.Delete(_folder.At("made"));
        _folder.Install(_folder.Tree(("same", "1"), ("changed", "2"), ("turned", "1"), ("made", "1")).ConvertAll(
            entry => entry with { IsExecutable = entry.Path == "turned" }));
        Assert.Equal("changed=2\nmade=1\nobject.o=mine\nsame=1\nturned=x1", _folder.Contents());
        Assert.Equal([then, then], new[] { "same", "turned" }.Select(name => File.GetLastWriteTimeUtc(_folder.At(name))));
        Assert.False(Directory.Exists(_folder.At("gone")));
    }

    [Fact]
    public void A_file_becomes_a_folder_and_a_link_becomes_a_file_and_back()
    {
        _folder.Install(_folder.Tree(("a", "file"), ("b/c/d", "deep"), ("e", "->a")));
        Directory.CreateDirectory(_folder.At("b/c/empty"));
        _folder.Install(_folder.Tree(("a/x", "1"), ("b", "flat"), ("e", "file")));
        Assert.Equal("a/x=1\nb=flat\ne=file", _folder.Contents());
        _folder.Install(_folder.Tree(("a", "->e"), ("b/c/d", "deep"), ("e", "->b")));
        Assert.Equal("a=->e\nb/c/d=deep\ne=->b", _folder.Contents());
    }

    [Theory]
    [InlineData("edited", "a")]
    [InlineData("link", "a")]
    [InlineData("retargeted", "link")]
    [InlineData("foreign", "new")]
    [InlineData("foreign folder", "new/x")]
    [InlineData("folder is a link", "dir")]
    [InlineData("no index", "")]
    public void What_somebody_changed_is_not_touched(string what, string at)
    {
        _folder.Install(_folder.Tree(("a", "1"), ("dir/b", "1"), ("link", "->a")));
        switch (what)
        {
            case "edited":
                File.WriteAllText(_folder.At("a"), "2");
                break;
            case "link":
                File.Delete(_folder.At("a"));
                File.CreateSymbolicLink(_folder.At("a"), "dir/b");
                break;
            case "retargeted":
                File.Delete(_folder.At("link"));
                File.CreateSymbolicLink(_folder.At("link"), "dir");
                break;
            case "foreign":
                File.WriteAllText(_folder.At("new"), "mine");
                break;
            case "foreign folder":
                Directory.CreateDirectory(_folder.At("new"));
                File.WriteAllText(_folder.At("new/x"), "mine");
                break;
            case "folder is a link":
                Directory.Move(_folder.At("dir"), _folder.Beside("elsewhere"));
                Directory.CreateSymbolicLink(_folder.At("dir"), _folder.Beside("elsewhere"));
                break;
            default:
                File.Delete(Path.Combine(_folder.Out, ".index", "name"));
                break;
        }

        var before = _folder.Contents();
        var tree = _folder.Tree(("a", "3"), ("dir/b", "3"), ("new", "3"), ("link", "->b"));
        var error = Assert.Throws<NotForkException>(() => _folder.Install(tree));
        Assert.Equal((ExitCode.OutputGuard, before), (error.Code, _folder.Contents()));
        Assert.Contains(_folder.At(at).TrimEnd('/'), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".index")]
    [InlineData("name")]
    [InlineData(".index/.lock.name")]
    [InlineData(".index/.work.name")]
    [InlineData("name/dir")]
    public void A_planted_link_is_never_written_through(string planted)
    {
        var target = _folder.Beside("target");
        Directory.CreateDirectory(target);
        var path = Path.Combine(_folder.Out, planted);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (planted == "name/dir")
        {
            _folder.Install([]);
        }

        File.CreateSymbolicLink(path, target);
        var error = Assert.Throws<NotForkException>(() => _folder.Install(_folder.Tree(("dir/file", "1"))));
        Assert.Equal(ExitCode.OutputGuard, error.Code);
        Assert.Empty(Directory.GetFileSystemEntries(target));
    }

    [Fact]
    public void A_file_that_is_a_folder_too_is_refused()
    {
        var error = Assert.Throws<NotForkException>(() => _folder.Install(_folder.Tree(("a", "1"), ("a/b", "2"))));
        Assert.Equal(ExitCode.Configuration, error.Code);
        Assert.Contains("\"a/b\"", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("")));
    }

    [Fact]
    public void A_file_that_cannot_be_read_leaves_the_output_as_it_was()
    {
        _folder.Install(_folder.Tree(("a", "1"), ("b", "1")));
        var tree = _folder.Tree(("a", "2"), ("b", "2"));
        File.Delete(tree[1].Location);
        Assert.Equal(ExitCode.System, Assert.Throws<NotForkException>(() => _folder.Install(tree)).Code);
        Assert.Equal("a=1\nb=1", _folder.Contents());
        Assert.False(Directory.Exists(Path.Combine(_folder.Out, ".index", ".work.name")));
    }

    [Fact]
    public void An_interrupted_run_of_the_old_tool_is_understood()
    {
        _folder.Install(_folder.Tree(("a", "1"), ("b", "1")));
        var index = Path.Combine(_folder.Out, ".index", "name");
        File.Move(index, index + ".old");
        using (var other = new TreeFolder())
        {
            other.Install(other.Tree(("a", "2"), ("b", "2")));
            File.Copy(Path.Combine(other.Out, ".index", "name"), index + ".new");
        }

        File.WriteAllText(_folder.At("a"), "2");
        _folder.Install(_folder.Tree(("a", "3"), ("c", "3")));
        Assert.Equal("a=3\nc=3", _folder.Contents());
        Assert.False(File.Exists(index + ".old") || File.Exists(index + ".new"));
    }
}
