using Fluister.NotForking;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>Which versions a git repository has, and what names them.</summary>
public sealed class GitVersionsTests
{
    [Theory]
    [InlineData("", "1.0 2.0")]
    [InlineData("version = v", "0.9 1.0")]
    [InlineData("version = v1.", "0")]
    [InlineData("version = none", "")]
    [InlineData("dialect = 1\nversion = rel- -final", "3")]
    public void A_tag_is_prefix_version_and_suffix_and_without_them_begins_with_a_digit(string keys, string expected)
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0", "2.0", "v1.0", "v0.9", "rel-3-final", "rel-4", "latest");
        var lines = keys.Split('\n');
        using var selection = at.Open([.. lines.Where(line => line.StartsWith("dialect", StringComparison.Ordinal)), "vcs = git",
            $"repository = {at.Path("up")}", .. lines.Where(line => line.StartsWith("version", StringComparison.Ordinal))]);
        Assert.Equal(expected, string.Join(' ', selection.Versions));
    }

    [Fact]
    public void The_id_of_an_annotated_tag_is_its_own_and_its_commit_is_the_one_behind_it()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        at.Git("tag", "-a", "-m", "two", "2.0");
        using var selection = at.OpenGit();
        var commit = at.Ask("rev-parse", "HEAD");
        Assert.Equal((commit, commit), (selection.Find("1.0").Revision.Commit, selection.Find("1.0").Revision.Id));
        var two = selection.Find("2.0").Revision;
        Assert.Equal((commit, at.Ask("rev-parse", "refs/tags/2.0")), (two.Commit, two.Id));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), selection.Find("2.0").Revision.Time);
        Assert.Equal(commit, selection.CheckOut(selection.Find("2.0")).Commit);
    }

    [Fact]
    public void A_commit_is_named_by_its_id_and_has_the_version_of_its_tag()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        var first = at.Ask("rev-parse", "HEAD");
        at.CommitFile("a", "2\n");
        var second = at.Ask("rev-parse", "HEAD");
        at.CommitFile("a", "3\n", "3.0");
        using var selection = at.OpenGit();
        Assert.Equal("a - 2\\n\n", UpstreamCase.Text(selection.CheckOut(selection.Choose(null, second[..12])).Tree));
        Assert.Null(selection.FindCommit(second).Revision.Version);
        Assert.Equal("3.0", selection.FindCommit(at.Ask("rev-parse", "HEAD")).Revision.Version);
        foreach (var name in (string[])["0123abcd", "--upload-pack=x"])
        {
            Assert.Contains($"\"{name}\"", UpstreamCase.Refused(() => selection.FindCommit(name)).Message, StringComparison.Ordinal);
        }


        // The first commit of a history: the old tool cannot name it.
        Assert.Equal(ExitCode.Fetch, UpstreamCase.Refused(() => selection.FindCommit(first)).Code);
        selection.Dispose();
        Assert.Equal("a - 1\\n\n", UpstreamCase.Tree(
            at.Open("dialect = 1", "vcs = git", $"repos = {at.Path("up")}"), commit: first));
    }

    [Fact]
    public void A_map_of_versions_takes_the_place_of_tags_and_needs_no_clone_to_be_listed()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "9.9");
        var commit = at.Ask("rev-parse", "HEAD");
        at.CommitFile("a", "2\n");
        using (var selection = at.OpenGit($"version-1.0 = {commit}", "time-1.0 = 2020-01-02 03:04:05"))
        {
            Assert.Equal(["1.0"], selection.Versions);
            var found = selection.Find("1.0");
            Assert.Equal((commit, "2020-01-02 03:04:05"), found.Upstream.Describe(found.Revision));
            Assert.False(Directory.Exists(at.Path("cache")));
            Assert.Equal("a - 1\\n\n", UpstreamCase.Text(selection.CheckOut(found).Tree));
        }

        using var wrong = at.OpenGit("version-1.0 = 0123456789012345678901234567890123456789");
        Assert.Contains("no commit", UpstreamCase.Refused(() => wrong.CheckOut(wrong.Find("1.0"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_block_that_has_a_version_provides_it_after_its_filter()
    {
        using var at = new UpstreamCase();
        at.CommitFile("x/a", "first\n", "1.0", "2.0");
        at.Run("git", "clone", "-q", "up", "other");
        at.Write("other/y/a", "second\n");
        at.Run("git", "-C", "other", "add", "-A");
        at.Run("git", "-C", "other", "commit", "-q", "-m", "more");
        at.Run("git", "-C", "other", "tag", "-f", "1.0");
        at.Run("git", "-C", "other", "tag", "0.9");
        using var selection = at.Open(
            "vcs = git", "block", $"repos = {at.Path("up")}", "subtree = x", "version_filter = > 1.0", "block",
            $"repos = {at.Path("other")}", "subtree = y");
        Assert.Equal(["0.9", "1.0", "2.0"], selection.Versions);
        Assert.Equal("a - first\\n\n", UpstreamCase.Text(selection.CheckOut(selection.Find("2.0")).Tree));
        Assert.Equal("a - second\\n\n", UpstreamCase.Text(selection.CheckOut(selection.Find("1.0")).Tree));
        Assert.Contains("no version \"3\"", UpstreamCase.Refused(() => selection.Find("3")).Message, StringComparison.Ordinal);
        Assert.Equal(["2.0", "0.9 1.0"], selection.ByBlock().Select(block => string.Join(' ', block.Versions)));
    }

    [Theory]
    [InlineData("repos = --upload-pack=touch${IFS}x")]
    [InlineData("repos = ext::sh -c touch% x")]
    [InlineData("repos = up\nbranch = -x")]
    [InlineData("repos = up\nbranch = missing")]
    public void A_repository_that_is_an_option_a_program_or_missing_is_refused(string keys)
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        var lines = keys.Replace("= up", $"= {at.Path("up")}", StringComparison.Ordinal).Split('\n');
        var refused = UpstreamCase.Refused(() => at.Open(["vcs = git", .. lines]));
        Assert.Contains(refused.Code, (ExitCode[])[ExitCode.Fetch, ExitCode.Configuration]);
        Assert.False(File.Exists(at.Path("x")));
        Assert.Empty(Directory.Exists(at.Path("cache")) ? Directory.GetDirectories(at.Entry) : []);
    }

    [Fact]
    public void A_repository_without_versions_can_be_queried_but_not_taken()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n");
        using var selection = at.OpenGit();
        Assert.Contains("no versions", UpstreamCase.Refused(() => selection.Choose(null, null)).Message, StringComparison.Ordinal);
        Assert.Equal(
            $"Information for p:\nvcs = git\nurl = {at.Path("up")}\nbranch = trunk\ncommit_id = {at.Ask("rev-parse", "HEAD")}\n" +
            "commit_timestamp = 2023-11-14 22:13:20 UTC\n\n", Query.Text("p", selection.Peek(null, null)));
    }
}
