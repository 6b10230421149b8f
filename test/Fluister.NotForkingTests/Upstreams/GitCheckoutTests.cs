using Fluister.NotForking;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>The files that a git version has, and the cache that they lie in.</summary>
public sealed class GitCheckoutTests
{
    [Fact]
    public void Files_are_as_git_checks_them_out()
    {
        using var at = new UpstreamCase();
        at.Write("up/.gitattributes", "*.bat eol=crlf\n*.id ident\n*.big filter=lfs\n*.odd filter=odd\n");
        at.Write("up/a.bat", "one\ntwo\n");
        at.Write("up/a.odd", "odd\n");
        at.Write("up/a.big", "big\n");
        at.Write("up/-option", "x\n");
        at.Write("up/sub/é \"quoted\"", "x\n");
        at.Write("up/run", "#!/bin/sh\n");
        File.SetUnixFileMode(at.Path("up/run"), (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(at.Path("up/link"), "../outside");
        at.Commit();
        at.Git("update-index", "--add", "--cacheinfo", "160000,0123456789012345678901234567890123456789,module");
        at.Git("commit", "-q", "-m", "a module");
        at.Git("tag", "1.0");
        Assert.Equal(
            "-option - x\\n\n.gitattributes - *.bat eol=crlf\\n*.id ident\\n*.big filter=lfs\\n*.odd filter=odd\\n\n" +
            "a.bat - one\\r\\ntwo\\r\\n\n" +
            "a.big - big\\n\na.odd - odd\\n\nlink -> ../outside\nrun x #!/bin/sh\\n\nsub/é \"quoted\" - x\\n\n",
            UpstreamCase.Tree(at.OpenGit()));
    }

    [Fact]
    public void Line_ends_of_this_computer_do_not_matter()
    {
        using var at = new UpstreamCase();
        at.Write("config", "[core]\n\tautocrlf = true\n\thooksPath = hooks\n[filter \"lfs\"]\n\tsmudge = tr a b\n\trequired = true\n");
        at.Write("up/.gitattributes", "* text=auto\nb filter=lfs\n");
        at.Write("up/b", "aaa\n");
        at.Commit("1.0");
        at.Options = at.Options with
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["GIT_CONFIG_GLOBAL"] = at.Path("config"),
                ["GIT_DIR"] = "/nowhere",
            },
        };
        Assert.EndsWith("b - aaa\\n\n", UpstreamCase.Tree(at.OpenGit()), StringComparison.Ordinal);
    }

    [Fact]
    public void One_version_follows_another_with_its_own_attributes()
    {
        using var at = new UpstreamCase();
        at.Write("up/keep", "same\n");
        at.Write("up/gone", "x\n");
        at.Commit("1");
        File.Delete(at.Path("up/gone"));
        at.CommitFile("new/a", "y\n", "2");
        at.CommitFile(".gitattributes", "keep eol=crlf\n", "3");
        using var selection = at.OpenGit();
        foreach (var (version, expected) in (ReadOnlySpan<(string, string)>)[
            ("1", "gone - x\\n\nkeep - same\\n\n"), ("2", "keep - same\\n\nnew/a - y\\n\n"),
            ("3", ".gitattributes - keep eol=crlf\\n\nkeep - same\\r\\n\nnew/a - y\\n\n"), ("1", "gone - x\\n\nkeep - same\\n\n")])
        {
            Assert.Equal(expected, UpstreamCase.Text(selection.CheckOut(selection.Find(version)).Tree));
        }
    }

    [Theory]
    [InlineData("content")]
    [InlineData("same size and time")]
    [InlineData("mode")]
    [InlineData("gone")]
    [InlineData("link")]
    [InlineData("folder")]
    [InlineData("mark")]
    [InlineData("index")]
    public void An_edited_cache_does_not_reach_the_tree(string edit)
    {
        using var at = new UpstreamCase();
        at.Write("up/sub/a", "good\n");
        at.CommitFile("b", "good\n", "1.0");
        var before = UpstreamCase.Tree(at.OpenGit());
        var file = Path.Combine(at.Entry, "vcs/sub/a");
        switch (edit)
        {
            case "content":
                File.AppendAllText(file, "evil\n");
                break;
            case "same size and time":
                var time = File.GetLastWriteTimeUtc(file);
                File.WriteAllText(file, "evil\n");
                File.SetLastWriteTimeUtc(file, time);
                break;
            case "mode":
                File.SetUnixFileMode(file, (UnixFileMode)0b111_111_111);
                break;
            case "gone":
                File.Delete(file);
                break;
            case "link":
                File.Move(file, at.Path("a"));
                File.CreateSymbolicLink(file, at.Path("a"));
                break;
            case "folder":
                Directory.Move(Path.Combine(at.Entry, "vcs/sub"), at.Path("sub"));
                File.WriteAllText(at.Path("sub/a"), "evil\n");
                Directory.CreateSymbolicLink(Path.Combine(at.Entry, "vcs/sub"), at.Path("sub"));
                break;
            case "mark":
                File.WriteAllText(Path.Combine(at.Entry, "vcsdata"), "1.0");
                File.WriteAllText(file, "evil\n");
                break;
            default:
                File.WriteAllText(Path.Combine(at.Entry, "vcsindex"), "nonsense");
                break;
        }

        Assert.Equal(before, UpstreamCase.Tree(at.OpenGit()));
    }

    [Fact]
    public void What_a_killed_run_left_is_repaired()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        using (var selection = at.OpenGit("version-1.0 = " + at.Ask("rev-parse", "HEAD")))
        {
            Assert.Equal(["1.0"], selection.Versions);
        }

        // Killed in the clone: half of it lies there under its temporary name.
        var entry = Directory.CreateDirectory(at.Path("cache/" + CacheEntry.Hash(at.Path("up")))).FullName;
        Assert.Equal("a - 1\\n\n", UpstreamCase.Tree(at.OpenGit()));
        Directory.Move(Path.Combine(entry, "main_clone"), Path.Combine(entry, "main_clone.1.tmp"));
        Assert.Equal("a - 1\\n\n", UpstreamCase.Tree(at.OpenGit()));
        Assert.False(Directory.Exists(Path.Combine(entry, "main_clone.1.tmp")));

        // Killed in the checkout: some files, a lock of git's, no mark.
        File.Delete(Path.Combine(entry, "vcsdata"));
        File.WriteAllText(Path.Combine(entry, "vcsindex.lock"), "");
        File.WriteAllText(Path.Combine(entry, "vcs/a"), "half");
        Assert.Equal("a - 1\\n\n", UpstreamCase.Tree(at.OpenGit()));
    }

    [Fact]
    public void New_versions_come_when_updates_are_wanted_and_a_moved_tag_stays()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        using (at.OpenGit())
        {
        }

        at.Git("checkout", "-q", "-b", "side");
        at.CommitFile("a", "2\n", "2.0");
        at.Git("tag", "-f", "1.0");
        at.Git("checkout", "-q", "trunk");
        at.Git("branch", "-D", "side");
        at.Options = at.Options with { IsUpdating = false };
        using (var still = at.OpenGit())
        {
            Assert.Equal(["1.0"], still.Versions);
        }

        at.Options = at.Options with { IsUpdating = true };
        using (var updated = at.OpenGit())
        {
            Assert.Equal(["1.0", "2.0"], updated.Versions);
            Assert.Equal("a - 1\\n\n", UpstreamCase.Text(updated.CheckOut(updated.Find("1.0")).Tree));
            Assert.Contains("\"1.0\"", Assert.Single(at.Warnings), StringComparison.Ordinal);
        }

        using var strict = at.Open("dialect = 1", "vcs = git", $"repos = {at.Path("up")}");
        Assert.Equal("a - 2\\n\n", UpstreamCase.Text(strict.CheckOut(strict.Find("2.0")).Tree));
        var refused = UpstreamCase.Refused(() => strict.Find("1.0"));
        Assert.Equal(ExitCode.Verification, refused.Code);
        Assert.Contains("has moved", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Offline_takes_what_is_there_and_says_what_is_not()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        at.Options = at.Options with { IsOffline = true };
        var refused = UpstreamCase.Refused(() => at.OpenGit());
        Assert.Equal(ExitCode.Fetch, refused.Code);
        Assert.Contains("--offline", refused.Message, StringComparison.Ordinal);
        at.Options = at.Options with { IsOffline = false };
        using (at.OpenGit())
        {
        }

        at.Options = at.Options with { IsOffline = true };
        Directory.Move(at.Path("up"), at.Path("away"));
        Assert.Equal("a - 1\\n\n", UpstreamCase.Tree(at.OpenGit()));
    }

    [Fact]
    public void A_clone_of_something_else_is_refused()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        using (at.OpenGit())
        {
        }

        at.Run("git", "-C", Path.Combine(at.Entry, "main_clone"), "config", "remote.origin.url", "https://elsewhere.example/x");
        Assert.Contains("elsewhere.example", UpstreamCase.Refused(() => at.OpenGit()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("subtree = nowhere")]
    [InlineData("subtree = ../up")]
    [InlineData("subtree = /etc")]
    [InlineData("subtree = a")]
    public void A_subtree_that_is_no_folder_of_the_tree_is_refused(string key)
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        using var selection = at.OpenGit(key);
        Assert.Contains(
            key.Split("= ")[1], UpstreamCase.Refused(() => selection.CheckOut(selection.Find("1.0"))).Message, StringComparison.Ordinal);
    }
}
