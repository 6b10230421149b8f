using System.CommandLine;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Drift;

namespace Fluister.NotForking.Commands;

/// <summary>not-fork drift</summary>
internal static class DriftCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommonOptions common)
    {
        var name = new Argument<string>("NAME") { Description = "The recipe" };
        var range = new Argument<string?>("MIN:MAX")
        {
            Description = "Versions, both included; either may be left out. Default: all",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var limit = new Option<int?>("--limit") { Description = "Only the newest N of them" };
        var html = new Option<string?>("--html") { Description = "Write a page with a plot to this file" };
        var check = new Option<bool>("--check") { Description = "Exit code 5 (or 6) if anything fails on the newest version" };
        var command = new Command("drift", """
            Try each modification on each version, and show which fits which. Nothing is written but the page.

              not-fork drift libsignal --limit 20
              not-fork drift libsignal 0.90: --html drift.html
            """) { name, range, limit, html, check };
        command.SetAction(parsed =>
        {
            var settings = common.Read(parsed);
            var request = settings.Request(parsed.GetValue(name)!);
            using var trees = new VersionTrees(request);
            var versions = Chosen(trees.Versions, parsed.GetValue(range), parsed.GetValue(limit));
            var done = 0;
            var shows = settings is { IsJson: false, Verbosity: > 0 } && !Console.IsErrorRedirected;
            var report = DriftMatrix.Of(trees, request.Name, Path.Combine(request.Input, request.Name), versions, _ =>
            {
                if (shows)
                {
                    Console.Error.Write($"\r{Interlocked.Increment(ref done)} of {versions.Count} versions ");
                }
            });
            if (shows)
            {
                Console.Error.Write("\r\e[K");
            }

            if (parsed.GetValue(html) is { } file)
            {
                File.WriteAllText(file, DriftPage.Of(report));
            }

            if (settings.IsJson)
            {
                Console.Out.WriteLine(report.ToJson().ToJsonString());
            }
            else
            {
                var isColoured = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
                DriftTable.Write(report, Console.Out, isColoured);
            }

            return parsed.GetValue(check) && report.Cells[^1].FirstOrDefault(cell => cell.IsBad) is { } bad
                ? (int)(bad.Status == DriftStatus.Fails ? ExitCode.Drift : ExitCode.Assertion) : (int)ExitCode.Done;
        });
        return command;
    }

    private static List<string> Chosen(IReadOnlyList<string> versions, string? range, int? limit)
    {
        var ends = range?.Split(':') ?? ["", ""];
        if (ends.Length > 2 || limit < 1)
        {
            throw new NotForkException(ExitCode.Usage, ends.Length > 2 ? $"\"{range}\" is not MIN:MAX." : "`--limit` is at least 1.");
        }

        var (min, max) = (ends[0], ends[^1]);
        var chosen = versions.Where(version => (min.Length == 0 || VersionOrder.CompareNumbers(version, min) >= 0) &&
            (max.Length == 0 || VersionOrder.CompareNumbers(version, max) <= 0)).ToList();
        return chosen.Count == 0 ? throw new NotForkException(ExitCode.Usage, $"There is no version in \"{range}\".")
            : limit < chosen.Count ? chosen[^limit.Value..] : chosen;
    }
}
