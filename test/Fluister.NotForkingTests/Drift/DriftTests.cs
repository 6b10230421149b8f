using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Fluister.NotForking;
using Fluister.NotForking.Drift;
using Fluister.NotForking.Trees;

namespace Fluister.NotForkingTests.Drift;

/// <summary>Which modification fits which version.</summary>
public sealed class DriftTests
{
    [Fact]
    public void Each_way_of_fitting_is_told_with_its_sentence()
    {
        using var world = World();
        var report = Report(world);
        Assert.Equal(["1.0", "1.1", "1.2", "2.0"], report.Versions);
        Assert.Equal(["1.mod", "2.mod", "3.mod"], report.Modifications);
        Assert.Equal(["==.", "o=.", "~=.", "XX="], report.Cells.Select(row => string.Concat(row.Select(cell => cell.Letter))));
        Assert.Equal("Edits 1 place in 1 file, moved by 2 lines.", report.Cells[1][0].Sentence);
        Assert.Contains("with 1 line of context left out", report.Cells[2][0].Sentence, StringComparison.Ordinal);
        Assert.Contains("1.mod:5: The patch does not fit", report.Cells[3][0].Sentence, StringComparison.Ordinal);
        Assert.Contains("2.mod:3:", report.Cells[3][1].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_fails_half_way_leaves_nothing_to_the_next_one()
    {
        using var world = new UpstreamWorld(dialect: 1);
        world.File("a", "one\n").Release("1.0");
        world.Recipe("1.mod", "method = sed\n---\na : one = two\na : missing = x\n").Recipe("2.mod", "method = sed\n---\na : one = 1\n");
        world.Recipe("3.mod", "method = assert-absent\n---\n** : 1\n");
        Assert.Equal("X=!", string.Concat(Report(world).Cells[0].Select(cell => cell.Letter)));
    }

    [Fact]
    public void The_program_prints_a_table_JSON_and_a_page_that_loads_nothing()
    {
        using var world = World();
        var (table, _) = world.Run(ExitCode.Done, "drift", "thing", "1.1:", "--limit", "2", "--html", "drift.html");
        Assert.Contains("1.2      ~  =  .\n2.0      X  X  =\n", table, StringComparison.Ordinal);
        Assert.DoesNotContain("1.1 ", table, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', table);
        var page = File.ReadAllText(world.Folder.Path("drift.html"));
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http:", page, StringComparison.Ordinal);
        var (from, to) = (page.IndexOf("<svg", StringComparison.Ordinal), page.IndexOf("</svg>", StringComparison.Ordinal) + 6);
        var plot = XElement.Parse(page[from..to]);
        Assert.Equal(6, plot.Descendants("title").Count());
        var json = JsonNode.Parse(world.Run(ExitCode.Done, "drift", "thing", "--json").Output)!;
        Assert.Equal("offset", json["versions"]![1]!["cells"]![0]!["status"]!.ToString());
        world.Run(ExitCode.Drift, "drift", "thing", "--check");
        world.Run(ExitCode.Done, "drift", "thing", ":1.2", "--check");
        world.Run(ExitCode.Usage, "drift", "thing", "3.0:");
    }

    [Fact]
    public void Trees_side_by_side_are_those_of_a_checkout()
    {
        using var world = World();
        world.File("crlf", "a\nb\n").File("folder/x y", "z").File(".gitattributes", "crlf text eol=crlf\n");
        world.Folder.Do("ln", "-s", "folder", "upstream/link");
        world.Folder.Do("chmod", "+x", "upstream/a");
        world.Release("3.0");
        var (one, other) = (new TreeHash(), new TreeHash());
        using var trees = new VersionTrees(world.Request());
        foreach (var version in trees.Versions)
        {
            using var kept = trees.CheckOut(version);
            using var checkedOut = MassagedTree.CheckOut(world.Request(version));
            Assert.Equal(one.Of(checkedOut.Workspace.Upstream.Entries), other.Of(kept.Workspace.Upstream.Entries));
            one = new TreeHash();
        }
    }

    [Fact]
    public void Upstreams_on_which_it_was_seen_fit_as_they_did()
    {
        var folder = Environment.GetEnvironmentVariable("FLUISTER_UPSTREAMS");
        Assert.SkipUnless(Directory.Exists(folder), "FLUISTER_UPSTREAMS names no folder with libsignal.");
        using var world = new UpstreamWorld();
        world.Recipe("upstream.conf", $"vcs = git\nrepos = {Path.Combine(folder, "libsignal")}\nversion = v\n");
        world.Recipe("1.mod", "method = sed\n---\nrust/net/src/env.rs : chat\\.signal\\.org = chat.example.org\n");
        using var trees = new VersionTrees(world.Request());
        var newest = trees.Versions.TakeLast(24).ToList();
        var report = DriftMatrix.Of(trees, "thing", world.Folder.Path("not-fork.d/thing"), newest, _ => { });
        Assert.Equal(24, report.Cells.Count);
        Assert.All(report.Cells, row => Assert.Equal(DriftStatus.Fits, row[0].Status));
    }

    private static DriftReport Report(UpstreamWorld world)
    {
        using var trees = new VersionTrees(world.Request());
        return DriftMatrix.Of(trees, "thing", world.Folder.Path("not-fork.d/thing"), trees.Versions, _ => { });
    }

    /// <summary>A patch that fits, moves, needs fuzz and fails; a sed that fails with 2.0; one for 2.0 only.</summary>
    private static UpstreamWorld World()
    {
        var lines = Enumerable.Range(1, 20).Select(line => line.ToString(CultureInfo.InvariantCulture)).ToList();
        var world = new UpstreamWorld();
        world.File("b", "old\n").File("a", Text(lines)).Release("1.0");
        world.File("a", Text(["new", "new", .. lines])).Release("1.1");
        world.File("a", Text([.. lines.Take(6), "changed", .. lines.Skip(7)])).Release("1.2");
        world.File("a", Text([.. lines.Select(line => line == "10" ? "other" : line)])).File("b", "new\n").Release("2.0");
        world.Recipe("1.mod", "method = patch\n---\n--- a/a\n+++ b/a\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n");
        world.Recipe("2.mod", "method = sed\n---\nb : old = other\n");
        return world.Recipe("3.mod", "method = append\nversion >= 2\n---\nb\nmore\n");
    }

    private static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));
}
