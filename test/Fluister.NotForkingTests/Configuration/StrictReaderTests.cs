using Fluister.NotForking;
using Fluister.NotForking.Configuration;

namespace Fluister.NotForkingTests.Configuration;

/// <summary>The headers of dialect 1.</summary>
public sealed class StrictReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("not-fork-strict-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("0.5", "old")]
    [InlineData("1.5", "linux-1")]
    [InlineData("2.5", "two")]
    [InlineData("9", "else")]
    public void Conditions_nest_and_the_first_branch_that_holds_is_taken(string version, string expected) => Assert.Equal(expected, Read(
        """
        if version < 1
          subtree = old
        elsif version < 2
          if osname = linux
            subtree = linux-1
          else
            subtree = other-1
          endif
        else if version < 3
          subtree = two
        elseif version < 4
          subtree = three
        else
          subtree = else
        endif
        """,
        version).Blocks[0].Keys["subtree"]);

    [Theory]
    [InlineData("version >= 1 < 2", true)]
    [InlineData("version >= 1 < 2 and osname = netbsd", false)]
    [InlineData("version > 5 or osname = linux", true)]
    [InlineData("not version > 5", true)]
    [InlineData("not (version > 1 and osname = linux)", false)]
    [InlineData("(version > 5 or hasfile /bin/sh) and not hasfile /no/such", true)]
    [InlineData("version > 5 or version > 1 and osname = netbsd", false)]
    [InlineData("hasfile /bin/sh !/no/such", true)]
    public void Conditions_are_joined(string condition, bool holds) =>
        Assert.Equal(holds, Read($"if {condition}\nsubtree = x\nendif", "1.5").Blocks[0].Keys.ContainsKey("subtree"));

    [Theory]
    [InlineData("subtree = a\nsubtree = b", "upstream.conf:5", "set twice; the first time in line 4")]
    [InlineData("if version > 1\nsubtree = a", "upstream.conf:4", "no \"endif\"")]
    [InlineData("endif", "upstream.conf:4", "without \"if\"")]
    [InlineData("if version > 1\nelse\nelse\nendif", "upstream.conf:6", "follows the \"else\" of line 5")]
    [InlineData("if version > 1\nelse nothing\nendif", "upstream.conf:5", "there must be nothing")]
    [InlineData("if version >\nendif", "upstream.conf:4", "no comparison")]
    [InlineData("if version\nendif", "upstream.conf:4", "a comparison is missing")]
    [InlineData("if (version > 1\nendif", "upstream.conf:4", "\")\" is missing")]
    [InlineData("if version > 1)\nendif", "upstream.conf:4", "\")\" is not expected")]
    [InlineData("if colour = red\nendif", "upstream.conf:4", "must stand")]
    [InlineData("if version > 99\nif colour = red\nendif\nendif", "upstream.conf:5", "must stand")]
    [InlineData("colour = red", "upstream.conf:4", "no key \"colour\"")]
    [InlineData("subtree", "upstream.conf:4", "there must be \"= value\"")]
    [InlineData("subtree = \"x", "upstream.conf:4", "is missing")]
    [InlineData("subtree = \"x\" y", "upstream.conf:4", "there must be nothing")]
    [InlineData("subtree = \"\\q\"", "upstream.conf:4", "unknown")]
    [InlineData("subtree = x \\", "upstream.conf:4", "continues this one is missing")]
    public void Mistakes_are_told_with_their_line(string text, string place, string why)
    {
        var error = Assert.Throws<NotForkException>(() => Read(text, "1.5"));
        Assert.Equal(ExitCode.Configuration, error.Code);
        Assert.Contains(why, error.Message);
        Assert.EndsWith(place, error.Place.ToString());
    }

    [Fact]
    public void White_space_and_line_ends_do_not_matter_and_capitals_of_versions_stay()
    {
        var keys = Read("SubTree=x/y  \r\nversion-1.0-RC1 = abc\r\nbranch = \" a\\tb \"\r\nprefix \\\r\n = \\\r\n 1", "1").Blocks[0].Keys;
        Assert.Equal(("x/y", "abc", " a\tb ", "1"), (keys["subtree"], keys["version-1.0-RC1"], keys["branch"], keys["prefix"]));
    }

    [Fact]
    public void A_block_sets_keys_of_the_base_anew()
    {
        var blocks = Read("version = a b\nblock\nsubtree = x\nblock\nversion = c", "1").Blocks;
        Assert.Equal([("a", "b"), ("c", "")], blocks.Select(block => (block.VersionPrefix, block.VersionSuffix)));
    }

    [Theory]
    [InlineData("version >= 1 and osname = linux", 1)]
    [InlineData("version > 5", 0)]
    [InlineData("if version > 1\nosname = linux\nelse\nosname = netbsd\nendif", 1)]
    public void A_modification_says_when_it_holds(string header, int count)
    {
        Put("x.mod", $"{header}\nmethod = sed\n--\n");
        Assert.Equal(count, Read("", "1.5").Modifications.Count);
    }

    [Theory]
    [InlineData("dialect = 2", "no dialect \"2\"")]
    [InlineData("dialect = one", "no dialect \"one\"")]
    [InlineData("vcs = git\nrepos = x\ndialect = 1", "must be the first key")]
    public void The_dialect_is_the_first_key(string text, string why)
    {
        Put("upstream.conf", text + "\n");
        var error = Assert.Throws<NotForkException>(() => RecipeReader.Read(_folder, "p", new RecipeRequest()));
        Assert.Contains(why, error.Message);
    }

    [Fact]
    public void A_file_that_is_too_long_is_refused()
    {
        Put("upstream.conf", "");
        using (var file = File.OpenWrite(Path.Combine(_folder, "p", "upstream.conf")))
        {
            file.SetLength((64 << 20) + 1);
        }

        var error = Assert.Throws<NotForkException>(() => RecipeReader.Read(_folder, "p", new RecipeRequest()));
        Assert.Contains("longer than 64 MiB", error.Message);
    }

    private Recipe Read(string text, string version)
    {
        Put("upstream.conf", $"dialect = 1\nvcs = git\nrepos = /x\n{text}");
        return RecipeReader.Read(_folder, "p", new RecipeRequest(version) { OsName = "linux" });
    }

    private void Put(string name, string text)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "p"));
        File.WriteAllText(Path.Combine(_folder, "p", name), text);
    }
}
