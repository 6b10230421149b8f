using System.CommandLine;
using Fluister.NotForking.Locks;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Commands;

/// <summary>not-fork lock</summary>
internal static class LockCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommonOptions common)
    {
        var names = new Argument<string[]>("NAME") { Description = "Recipes", Arity = ArgumentArity.OneOrMore };
        var versions = new Option<string[]>("-v", "--version")
        {
            Description = "A version to lock; may be repeated. Default: all that are locked, or the latest",
        };
        var latest = new Option<bool>("--latest") { Description = "Lock the latest version" };
        var remove = new Option<string[]>("--remove") { Description = "A version to take out of the lock; may be repeated" };
        var moved = new Option<bool>("--accept-moved")
        {
            Description = "Lock a version even if its tag names another commit than the lock says, or its archive is another",
        };
        var command = new Command("lock", """
            Write not-fork.d/NAME/not-fork.lock: commit, tag, every modification, and the hash of the result. From then on each run that
            gives anything else ends with exit code 4, and `not-fork verify` compares without the network.

              not-fork lock libsignal                 lock again what is locked, or the latest version
              not-fork lock libsignal -v 0.101.0      one version more
            """) { names, versions, latest, remove, moved };
        command.SetAction(parsed =>
        {
            var settings = common.Read(parsed);
            foreach (var name in parsed.GetValue(names)!)
            {
                var file = LockFile.Find(settings.Input, name) ?? LockFile.Empty(settings.Input, name);
                foreach (var version in parsed.GetValue(remove)!)
                {
                    if (!file.Remove(version))
                    {
                        throw new NotForkException(ExitCode.Usage, $"Version {version} is not locked.", file.Place);
                    }
                }

                string?[] wanted = [.. parsed.GetValue(versions)!, .. parsed.GetValue(latest) ? (string?[])[null] : []];
                var isSaid = wanted.Length > 0 || parsed.GetValue(remove)!.Length > 0;
                wanted = isSaid ? wanted : file.Versions is [_, ..] all ? [.. all] : [null];
                foreach (var version in wanted)
                {
                    Lock(file, settings.Request(name, version), parsed.GetValue(moved), Console.Out);
                }

                file.Write();
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    /// <summary>Puts a version into a lock, which is not written yet.</summary>
    /// <param name="file">The lock.</param>
    /// <param name="request">The version; null: the latest.</param>
    /// <param name="acceptsMoved">Whether the version may have another commit than the lock says.</param>
    /// <param name="output">Gets what changed.</param>
    /// <exception cref="NotForkException">The version cannot be had, its modifications do not fit, or its tag was moved.</exception>
    internal static void Lock(LockFile file, TreeRequest request, bool acceptsMoved, TextWriter output)
    {
        request = request with { IgnoresLock = true };
        if (request.Version is null)
        {
            using var latest = MassagedTree.CheckOut(request);
            request = request with { Version = latest.Revision.Version };
        }

        using var tree = MassagedTree.Build(request);
        var entry = LockEntry.Whole(tree, new TreeHash());
        var version = LockEntry.Key(tree);
        var differences = file.Entry(version) is { } old ? LockDifference.Between(old, entry) : [];
        if (!acceptsMoved && differences.FirstOrDefault(
            difference => difference.What is ["upstream", "commit" or "archive"]) is { } moved)
        {
            throw new NotForkException(
                ExitCode.Verification,
                $"Version {version}: {moved.Sentence}: upstream has put something else in its place. Nothing was locked; `--accept-moved` locks it nevertheless.",
                file.Place);
        }

        file.Put(version, entry);
        output.WriteLine($"{file.Name} {version} {entry["tree"]}");
        foreach (var difference in differences)
        {
            output.WriteLine($"  {difference.Name}: {difference.Locked ?? "-"} -> {difference.Found ?? "-"}");
        }
    }
}
