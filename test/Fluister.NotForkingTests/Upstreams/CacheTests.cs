using System.Diagnostics;
using Fluister.NotForking;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>The cache: its entries, and who holds them.</summary>
public sealed class CacheTests
{
    [Fact]
    public void Entries_are_listed_by_hash_and_removed_by_hash_or_url()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        using (at.OpenGit())
        {
        }

        using (at.OpenGit("branch = trunk"))
        {
        }

        var (up, branch) = (at.Path("up"), at.Path("up") + " trunk");
        var hash = at.Said("sh", "-c", $"printf %s '{up}' | sha512sum")[42..74];
        var expected = new[] { (hash, up), (CacheEntry.Hash(branch), branch) }.OrderBy(entry => entry.Item1, StringComparer.Ordinal);
        Assert.Equal(expected, Cache.List(at.Path("cache")));
        Assert.Contains("\"no\"", UpstreamCase.Refused(() => Remove(at, up, "no")).Message, StringComparison.Ordinal);
        Assert.Equal(2, Cache.List(at.Path("cache")).Count);
        Assert.Equal([$"{hash} {up}"], Remove(at, up, hash));
        Assert.Equal([(CacheEntry.Hash(branch), branch)], Cache.List(at.Path("cache")));
        Assert.False(Directory.Exists(at.Path("cache/" + hash)));
        Assert.Empty(Cache.List(at.Path("nowhere")));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    [InlineData("link")]
    [InlineData("other index")]
    [InlineData("empty index")]
    [InlineData("not a folder")]
    public void A_folder_that_is_no_cache_is_refused_and_stays_as_it_is(string kind)
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        var entry = "cache/" + CacheEntry.Hash(at.Path("up"));
        switch (kind)
        {
            case "file":
                at.Write("cache/letter.txt", "x");
                break;
            case "folder":
                at.Write("cache/photos/a.jpg", "x");
                break;
            case "link":
                Directory.CreateDirectory(at.Path("cache"));
                Directory.CreateSymbolicLink(at.Path("cache/link"), at.Path("up"));
                break;
            case "other index":
                at.Write(entry + "/index", "https://elsewhere.example/x\n");
                break;
            case "empty index":
                at.Write(entry + "/index", "");
                at.Write(entry + "/main_clone/x", "");
                break;
            default:
                at.Write("cache", "x");
                break;
        }

        Assert.Equal(ExitCode.Fetch, UpstreamCase.Refused(() => at.OpenGit()).Code);
        Assert.False(Directory.Exists(at.Path(entry + "/main_clone/.git")));
    }

    [Fact]
    public void An_entry_whose_making_was_interrupted_is_made()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        at.Write("cache/" + CacheEntry.Hash(at.Path("up")) + "/index", "");
        Directory.CreateDirectory(at.Path("cache/0123"));
        Assert.Equal("a - 1\\n\n", UpstreamCase.Tree(at.OpenGit()));
    }

    [Fact]
    public void A_run_waits_for_another_one_that_holds_the_entry()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        using (at.OpenGit())
        {
        }

        // What the old tool does as well: flock on the index. It is held until its standard input ends, and that ends when
        // we are told to wait.
        using var other = Process.Start(new ProcessStartInfo("flock", [Path.Combine(at.Entry, "index"), "sh", "-c", "echo held; cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", other.StandardOutput.ReadLine());
        var told = new List<string>();
        at.Options = at.Options with
        {
            Warn = sentence =>
            {
                told.Add(sentence);
                other.StandardInput.Close();
            },
        };
        Assert.Equal("a - 1\\n\n", UpstreamCase.Tree(at.OpenGit()));
        Assert.Contains("Waiting", Assert.Single(told), StringComparison.Ordinal);
        other.WaitForExit();

        // And the other way round.
        using var selection = at.OpenGit();
        Assert.Equal(1, new ProgramRun("flock", "-n", Path.Combine(at.Entry, "index"), "true").Result().Code);
        selection.Dispose();
        Assert.Equal(0, new ProgramRun("flock", "-n", Path.Combine(at.Entry, "index"), "true").Result().Code);
    }

    [Fact]
    public void An_entry_that_is_removed_while_a_run_waits_for_it_is_made_anew()
    {
        using var at = new UpstreamCase();
        at.CommitFile("a", "1\n", "1.0");
        using (at.OpenGit())
        {
        }

        var entry = at.Entry;
        using var other = Process.Start(new ProcessStartInfo(
            "flock", [Path.Combine(entry, "index"), "sh", "-c", "echo held; cat; mv \"$0\" \"$1\"", entry, at.Path("away")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", other.StandardOutput.ReadLine());
        at.Options = at.Options with { Warn = _ => other.StandardInput.Close() };
        Assert.Equal("a - 1\\n\n", UpstreamCase.Tree(at.OpenGit()));
        Assert.Equal(at.Path("up"), File.ReadAllText(Path.Combine(entry, "index")).TrimEnd());
    }

    private static List<string> Remove(UpstreamCase at, params string[] names)
    {
        var told = new List<string>();
        Cache.Remove(at.Path("cache"), names, (hash, index) => told.Add($"{hash} {index}"), _ => { });
        return told;
    }
}
