using Fluister.NotForking.Configuration;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>upstream.lock and the JSON lock of git and downloads, and what reads them.</summary>
public sealed class OldLockTests
{
    [Fact]
    public void A_lock_names_the_commit_of_every_version_block_by_block()
    {
        using var at = new UpstreamCase();
        at.CommitFile("x/a", "1\n", "v1.0");
        at.Git("tag", "-a", "-m", "two", "v2.0");
        at.Run("git", "clone", "-q", "up", "other");
        at.Run("git", "-C", "other", "tag", "v0.5");
        var recipe = at.Recipe(
            "vcs = git", "version = v", "block", $"repos = {at.Path("up")}", "subtree = x", "srcmirror = p-$V", "block",
            $"repos = {at.Path("other")}");
        using var selection = new Selection(recipe, at.Options);
        var (commit, tag) = (at.Ask("rev-parse", "HEAD"), at.Ask("rev-parse", "v2.0"));
        const string Time = "2023-11-14 22:13:20";
        UpstreamLock.Write(recipe, selection);
        Assert.Equal(
            $"block\nsubtree = x\nsrcmirror = p-$V\nvcs = git\nrepository = {at.Path("up")}\nversion-1.0 = {commit}\ntime-1.0 = {Time}\n" +
            $"version-2.0 = {tag}\ntime-2.0 = {Time}\n\n" +
            $"block\nvcs = git\nrepository = {at.Path("other")}\nversion-0.5 = {commit}\ntime-0.5 = {Time}\n\n",
            File.ReadAllText(at.Path("nf/p/upstream.lock")));
        string Entry(string version, string url, string id) =>
            $"  \"p-{version}\": {{\n    \"locked\": {{\n      \"type\": \"git\",\n" +
            $"      \"url\": \"{url}\",\n      \"rev\": \"{id}\"\n    }}\n  }},\n";
        Assert.Equal(
            Entry("1.0", at.Path("up"), commit) + Entry("2.0", at.Path("up"), tag) + Entry("0.5", at.Path("other"), commit),
            new JsonLock("p", "", null, null).Entries(selection));
    }

    [Fact]
    public void A_locked_version_stays_where_its_tag_moves_away()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        var recipe = at.Recipe("vcs = git", $"repos = {at.Path("up")}");
        using (var selection = new Selection(recipe, at.Options))
        {
            UpstreamLock.Write(recipe, selection);
        }

        at.CommitFile("a", "2\n");
        at.Git("tag", "-f", "1.0");
        at.Options = at.Options with { Cache = at.Path("another") };
        Assert.Equal("a - 2\\n\n", UpstreamCase.Tree(at.OpenGit()));
        var locked = RecipeReader.Read(at.Path("nf"), "p", new RecipeRequest(IsLocked: true));
        Assert.Equal("a - 1\\n\n", UpstreamCase.Tree(new Selection(locked, at.Options)));
    }

    [Fact]
    public void Downloads_are_locked_with_their_digests()
    {
        using var at = new UpstreamCase();
        using var tar = new TarFile();
        File.WriteAllBytes(at.Path("p.tgz"), tar.File("p/a", "1\n").Gzip());
        var (url, sum) = ($"file:{at.Path("p.tgz")}", at.Said("sha512sum", "p.tgz").Split(' ')[0]);
        using var selection = at.Open("vcs = download", "prefix = 1", $"source-1.0 = {url}", $"sha512-1.0 = {sum}",
            "sha256-1.0 = x", "sha256-2 = y");
        Assert.Equal(
            $"block\nprefix = 1\nvcs = download\nsource-1.0 = {url}\nsha256-1.0 = x\nsha512-1.0 = {sum}\n\n", UpstreamLock.Text(selection));
        Assert.Equal(
            $"{{\n\"p-1.0\": {{\n    \"locked\": {{\n        \"h\": \"{sum}\",\n" +
            $"        \"type\": \"tarball\",\n        \"url\": \"{url}\"\n    }}\n}},\n" +
            "  \"version\": 1\n}\n",
            JsonLock.File([new JsonLock("p", null, null, new HashSpecification("h:builtin:sha512", isFolder: false)).Entries(selection)]));
        Assert.Contains(
            "        \"type\": \"tarball\",\n", new JsonLock("p", null, null, null).Entries(selection), StringComparison.Ordinal);
        Assert.Equal(
            $"Information for p:\nvcs = download\nversion = 1.0\nsource = {url}\n\n", Query.Text("p", selection.Choose(null, null)));
        var revision = selection.Find("1.0");
        Assert.Equal(("-", "-"), revision.Upstream.Describe(revision.Revision));
    }

    [Theory]
    [InlineData("sha256sum", "sha256sum", true)]
    [InlineData("builtin:sha256", "builtin", false)]
    [InlineData("x:builtin:sha224", "x", true)]
    [InlineData("x:builtin:md5", "x", false)]
    [InlineData("x:", "x", false)]
    [InlineData("x:echo nothing", "x", false)]
    public void A_hash_is_a_built_in_one_or_a_program(string text, string element, bool isGood)
    {
        using var at = new UpstreamCase();
        at.Write("f", "abc");
        string Made()
        {
            var hash = new HashSpecification(text, isFolder: false);
            Assert.Equal(element, hash.Element);
            return hash.Of(at.Path("f"), _ => { });
        }

        if (isGood)
        {
            Assert.Equal(at.Said(text.Contains("224", StringComparison.Ordinal) ? "sha224sum" : "sha256sum", "f").Split(' ')[0], Made());
        }
        else
        {
            UpstreamCase.Refused(() => Made());
        }
    }
}
