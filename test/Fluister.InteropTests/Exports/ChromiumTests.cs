using System.Diagnostics;
using System.Text.RegularExpressions;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Exports;

/// <summary>Our pages in a real browser: nothing that others wrote runs, and our own script does.</summary>
public sealed class ChromiumTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Nothing_that_a_message_holds_runs_and_the_search_finds_it()
    {
        using var folder = new TemporaryFolder();
        using var archive = HostileCorpus.Archive();
        using (var file = File.Create(folder.In("all.html")))
        {
            StreamExport.Write(archive, new Selection(), ExportFormat.Html, file, new ExportOptions());
        }

        var page = await Dump(folder, "all.html", "#q=constructor.constructor");

        // The search box holds what the address asked for only if our script ran; hidden articles are those without the words.
        Assert.Contains("<title>Conversations</title>", page, StringComparison.Ordinal);
        Assert.Matches("<output id=\"found\">2 found</output>", page);
        Assert.Equal(archive.Messages.Count() - 2, Regex.Count(page, "<article[^>]* hidden=\"\""));
        Assert.DoesNotContain("<body id=", page, StringComparison.Ordinal);
        Assert.EndsWith("</script>\n\n</body></html>", page.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_got_into_the_page_is_stopped_by_the_policy()
    {
        using var folder = new TemporaryFolder();
        using var archive = HostileCorpus.Archive();
        DirectoryExport.Write(archive, new Selection(), [ExportFormat.Html], folder.In("out"), new ExportOptions());
        var index = File.ReadAllText(folder.In("out", "index.html"));
        const string Attack = "<script>document.body.id='attack-'+'ran'</script>";
        File.WriteAllText(folder.In("with.html"), index.Replace("<main>", "<main>" + Attack, StringComparison.Ordinal));
        var open = Regex.Replace(index, "<meta http-equiv[^>]*>", "");
        File.WriteAllText(folder.In("without.html"), open.Replace("<main>", "<main>" + Attack, StringComparison.Ordinal));

        // The same attack runs where the policy is taken out: the test would see it.
        Assert.Contains("id=\"attack-ran\"", await Dump(folder, "without.html", ""), StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"attack-ran\"", await Dump(folder, "with.html", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_is_carried_along_to_the_next_page()
    {
        using var folder = new TemporaryFolder();
        using var archive = Samples.Everything();
        DirectoryExport.Write(archive, new Selection(), [ExportFormat.Html], folder.In("out"),
            new ExportOptions { TimeZone = Samples.Amsterdam });
        var path = Directory.GetFiles(folder.In("out", "conversations"), "page-0001.html", SearchOption.AllDirectories)
            .Single(static p => p.Contains("boat", StringComparison.Ordinal));
        var page = await Dump(folder, Path.GetRelativePath(folder.Path, path), "#q=carol");

        Assert.Matches("<output id=\"found\">1 found</output>", page);
        Assert.Contains("/out/index.html#q=carol\"", page, StringComparison.Ordinal);
    }

    private static async Task<string> Dump(TemporaryFolder folder, string page, string hash)
    {
        var start = new ProcessStartInfo("chromium")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                    "--disable-component-update",
                "--disable-sync", "--no-first-run", "--no-default-browser-check",
                    $"--user-data-dir={folder.In("browser-" + Guid.NewGuid().ToString("N"))}",
                "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=2000", "--dump-dom",
                    new Uri(folder.In(page)).AbsoluteUri + hash,
            },
        };
        using var browser = Process.Start(start)!;
        var errors = browser.StandardError.ReadToEndAsync();
        var output = browser.StandardOutput.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await browser.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            browser.Kill(entireProcessTree: true);
            Assert.Fail("The browser did not end.");
        }

        Assert.True(browser.ExitCode == 0, await errors);
        return await output;
    }
}
