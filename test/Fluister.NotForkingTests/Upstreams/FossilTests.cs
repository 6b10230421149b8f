using Fluister.NotForking.Upstreams;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>`vcs = fossil`.</summary>
public sealed class FossilTests
{
    private static readonly Lazy<UpstreamCase> Made = new(Make);

    [Fact]
    public void Versions_are_tags_and_files_those_of_the_checkin_with_its_manifest()
    {
        using var at = Repository();
        using var selection = Open(at);
        Assert.Equal(["1.0", "1.1"], selection.Versions);
        var tree = UpstreamCase.Text(selection.CheckOut(selection.Find("1.0")).Tree);
        Assert.StartsWith(".fossil-settings/manifest - on\\n\na - 1\\n\nmanifest - ", tree, StringComparison.Ordinal);
        Assert.EndsWith("src/b x 2\\n\n", tree, StringComparison.Ordinal);
        Assert.Contains("a - 3\\n", UpstreamCase.Text(selection.CheckOut(selection.Find("1.1")).Tree), StringComparison.Ordinal);
        var revision = selection.Find("1.0").Revision;
        Assert.Contains($"manifest.uuid - {revision.Commit}", tree, StringComparison.Ordinal);
        Assert.Equal(revision.Commit, selection.CheckOut(selection.Find("1.0")).Commit);
        Assert.False(File.Exists(at.Path(".fossil")) && File.ReadAllBytes(at.Path(".fossil")).Length == 0);
    }

    [Fact]
    public void Manifests_lie_beside_a_subtree()
    {
        using var at = Repository();
        using var selection = Open(at, "subtree = src");
        Assert.Equal(
            ["b", "manifest", "manifest.uuid"], selection.CheckOut(selection.Find("1.0")).Tree.Entries.Select(entry => entry.Path));
        using var none = Open(at, "subtree = none");
        Assert.Contains("\"none\"", UpstreamCase.Refused(() => none.CheckOut(none.Find("1.0"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vcs/a", "evil\n")]
    [InlineData("vcs/a", "9\n")]
    [InlineData("vcs/manifest", "evil\n")]
    [InlineData("vcs/src/b", null)]
    [InlineData("vcsdata", "nonsense")]
    [InlineData("vcsdata", null)]
    public void An_edited_cache_does_not_reach_the_tree(string name, string? content)
    {
        using var at = Repository();
        var before = UpstreamCase.Tree(Open(at), "1.0");
        var file = Path.Combine(at.Entry, name);
        var time = File.GetLastWriteTimeUtc(file);
        if (content is null)
        {
            File.Delete(file);
        }
        else
        {
            File.WriteAllText(file, content);
            File.SetLastWriteTimeUtc(file, time);
        }

        Assert.Equal(before, UpstreamCase.Tree(Open(at), "1.0"));
    }

    [Fact]
    public void A_checkin_is_named_by_its_id_in_dialect_1_only()
    {
        using var at = Repository();
        using var selection = Open(at);
        var commit = selection.Find("1.0").Revision.Commit!;
        Assert.Contains("dialect = 1", UpstreamCase.Refused(() => selection.FindCommit(commit)).Message, StringComparison.Ordinal);
        Assert.Contains("no upstream", UpstreamCase.Refused(() => selection.FindCommit("zzz")).Message, StringComparison.OrdinalIgnoreCase);
        using var strict = at.Open("dialect = 1", "vcs = fossil", $"repos = file://{at.Path("up.fossil")}");
        Assert.Contains("a - 1\\n", UpstreamCase.Text(strict.CheckOut(strict.Choose(null, commit[..12])).Tree), StringComparison.Ordinal);
    }

    [Fact]
    public void Updates_come_when_they_are_wanted_and_offline_takes_what_is_there()
    {
        using var at = Repository();
        using (Open(at))
        {
        }

        Open(at.Run, at.Path("w"));
        Commit(at, "a", "4\n", "version-1.2");
        at.Options = at.Options with { IsUpdating = false };
        using (var still = Open(at))
        {
            Assert.Equal(["1.0", "1.1"], still.Versions);
        }

        at.Options = at.Options with { IsUpdating = true };
        using (var updated = Open(at))
        {
            Assert.Equal(["1.0", "1.1", "1.2"], updated.Versions);
        }

        at.Options = at.Options with { IsOffline = true };
        Assert.Contains("--offline", UpstreamCase.Refused(
            () => at.Open("vcs = fossil", "repos = https://example.com/x")).Message, StringComparison.Ordinal);
        using var offline = Open(at);
        Assert.Equal(3, offline.Versions.Count);
    }

    [Fact]
    public void Locks_and_queries_are_those_of_the_old_tool()
    {
        using var at = Repository();
        var url = $"file://{at.Path("up.fossil")}";
        using var selection = Open(at);
        var (one, two) = (selection.Find("1.0").Revision, selection.Find("1.1").Revision);
        string Time(Revision revision) => $"{revision.Time:yyyy-MM-dd HH:mm:ss}";
        Assert.Equal(
            $"block\nvcs = fossil\nrepository = {url}\nversion-1.0 = {one.Commit}\ntime-1.0 = {Time(one)}\nversion-1.1 = {two.Commit}\n" +
            $"time-1.1 = {Time(two)}\n\n", UpstreamLock.Text(selection));
        Assert.Equal(
            $"Information for p:\nvcs = fossil\nurl = {url}\nversion = 1.0\ncommit_id = {one.Commit}\n" +
            $"commit_timestamp = {Time(one)} UTC\n\n",
            Query.Text("p", selection.Choose("1.0", null)));
        var file = $"p-{one.Commit}.tar.gz";
        var hash = new HashSpecification("sum:builtin:sha256", isFolder: false);
        var text = new JsonLock("p", "https://mirror.example/$N-$C$$", at.Path("kept"), hash).Entries(selection);
        var sum = at.Said("sha256sum", "kept/" + file).Split(' ')[0];
        Assert.StartsWith(
            $"\"p-1.0\": {{\n    \"locked\": {{\n        \"sum\": \"{sum}\",\n        \"type\": \"tarball\",\n" +
            $"        \"url\": \"https://mirror.example/p-{one.Commit}$\"\n    }}\n}},\n", text, StringComparison.Ordinal);
        Assert.Contains(
            $"\"url\": \"{url}/tarball/{one.Commit}/{file}\"\n", new JsonLock("p", "", null, null).Entries(selection),
            StringComparison.Ordinal);
        Assert.Contains($"\"url\": \"/m/{file}\"\n", new JsonLock("p", "/m", null, null).Entries(selection), StringComparison.Ordinal);
        Assert.StartsWith(
            $"  \"p-1.0\": {{\n    \"locked\": {{\n      \"type\": \"fossil\",\n" +
            $"      \"url\": \"{url}\",\n      \"rev\": \"{one.Commit}\"\n    }}\n  }},\n",
            new JsonLock("p", null, null, null).Entries(selection), StringComparison.Ordinal);
        var folder = new JsonLock("p", "", at.Path("kept"), new HashSpecification("files:" + at.Path("count"), isFolder: true));
        at.Write("count", "#!/bin/sh\nls \"$1\"/*/src | sha256sum\n");
        File.SetUnixFileMode(at.Path("count"), (UnixFileMode)0b111_101_101);
        var counted = at.Said("sh", "-c", "echo b | sha256sum").Split(' ')[0];
        Assert.Contains($"\"files\": \"{counted}\"", folder.Entries(selection), StringComparison.Ordinal);
    }

    /// <summary>A copy of the one repository, with the folder that it was made from.</summary>
    private static UpstreamCase Repository()
    {
        var at = new UpstreamCase();
        at.Run("cp", "-a", Made.Value.Path("up.fossil"), ".");
        return at;
    }

    private static UpstreamCase Make()
    {
        var at = new UpstreamCase();
        at.Run("env", "USER=someone", "fossil", "new", "up.fossil");
        Open(at.Run, at.Path("w"));
        at.Write("w/.fossil-settings/manifest", "on\n");
        at.Write("w/src/b", "2\n");
        File.SetUnixFileMode(at.Path("w/src/b"), (UnixFileMode)0b111_101_101);
        Commit(at, "a", "1\n", "version-1.0");
        Commit(at, "a", "3\n", "version-1.1");
        return at;
    }

    private static void Open(Action<string, string[]> run, string folder)
    {
        Directory.CreateDirectory(folder);
        run("sh", ["-c", "cd w && USER=someone fossil open --nested ../up.fossil"]);
    }

    private static void Commit(UpstreamCase at, string name, string content, string tag)
    {
        at.Write("w/" + name, content);
        at.Run("sh", "-c", "cd w && export USER=someone && fossil add --dotfiles . && " +
            $"fossil commit -m x --hash --no-warnings --no-prompt --allow-older --tag {tag}");
    }

    private static Selection Open(UpstreamCase at, params string[] keys) =>
        at.Open(["vcs = fossil", "version = version-", $"repos = file://{at.Path("up.fossil")}", .. keys]);
}
