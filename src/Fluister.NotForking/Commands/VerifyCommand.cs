using System.CommandLine;
using System.Text.Json.Nodes;
using Fluister.NotForking.Locks;

namespace Fluister.NotForking.Commands;

/// <summary>not-fork verify</summary>
internal static class VerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommonOptions common)
    {
        var names = new Argument<string[]>("NAME")
        {
            Description = "Recipes; default: all that have a lock",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var versions = new Option<string[]>("-v", "--version") { Description = "A locked version; may be repeated. Default: all" };
        var tree = new Option<string?>("--tree")
        {
            Description = "Compare only this tree (NAME's, wherever it lies) with the lock; no upstream is needed",
        };
        var foreign = new Option<bool>("--allow-foreign")
        {
            Description = "With --output or --tree: only files that not-fork wrote count (OUT/.index/NAME lists them)",
        };
        var command = new Command("verify", """
            Make locked versions anew, of the cache and without the network, and compare everything with not-fork.d/NAME/not-fork.lock.
            With --output (or --tree) only compare a tree that is there with the lock.

              not-fork verify
              not-fork verify --output sources libsignal
            """) { names, versions, tree, foreign };
        command.SetAction(parsed =>
        {
            var settings = common.Read(parsed);
            settings.IsOffline = true;
            var given = parsed.GetValue(names)!;
            var folder = parsed.GetValue(tree);
            var comparesOutput = folder is not null || common.HasOutput(parsed);
            if (folder is not null && given.Length != 1)
            {
                throw new NotForkException(ExitCode.Usage, "`--tree` is of one NAME.");
            }

            var verdicts = new List<VersionVerdict>();
            foreach (var name in given.Length > 0 ? given : Locked(settings.Input))
            {
                var file = LockFile.Find(settings.Input, name) ?? throw new NotForkException(
                    ExitCode.Verification, $"There is no lock; `not-fork lock {name}` makes one.",
                    LockFile.Empty(settings.Input, name).Place);
                var verification = new Verification(file);
                if (comparesOutput)
                {
                    var index = parsed.GetValue(foreign) ? OutputIndex.Paths(settings.Output, name) : null;
                    var compared = folder ?? Path.Combine(settings.Output, name);
                    var chosen = parsed.GetValue(versions)!.LastOrDefault();
                    verdicts.Add(verification.Compare(compared, chosen, index is null ? null : index.Contains));
                }
                else
                {
                    verdicts.AddRange((parsed.GetValue(versions) is [_, ..] some ? some : file.Versions)
                        .Select(version => verification.Recompute(settings.Request(name, version))));
                }
            }

            Report(verdicts, settings);
            return (int)(verdicts.FirstOrDefault(verdict => !verdict.IsGood)?.Code ?? ExitCode.Done);
        });
        return command;
    }

    private static string[] Locked(string input)
    {
        string[] names = Directory.Exists(input)
            ? [.. Directory.EnumerateDirectories(input).Select(Path.GetFileName).OfType<string>()
                .Where(name => File.Exists(Path.Combine(input, name, LockFile.FileName))).Order(StringComparer.Ordinal)] : [];
        return names.Length > 0 ? names : throw new NotForkException(
            ExitCode.Verification, "No recipe has a lock; `not-fork lock NAME` makes one.", new Place(input));
    }

    private static void Report(List<VersionVerdict> verdicts, Settings settings)
    {
        if (settings.IsJson)
        {
            Console.Out.WriteLine(new JsonArray([.. verdicts.Select(verdict => verdict.ToJson())]).ToJsonString());
            return;
        }

        foreach (var verdict in verdicts)
        {
            var place = Path.Combine(settings.Input, verdict.Name, LockFile.FileName);
            foreach (var difference in verdict.Differences)
            {
                Console.Error.WriteLine($"not-fork: {place}: Version {verdict.Version}: {difference.Sentence}.");
            }

            if (verdict.Failure is { } failure)
            {
                Console.Error.WriteLine($"not-fork: {failure.Line}");
            }

            if (verdict.IsGood && settings.Verbosity > 0)
            {
                Console.Out.WriteLine($"{verdict.Name} {verdict.Version} is as it is locked.");
            }
        }
    }
}
