using System.CommandLine;
using Fluister.NotForking.Drift;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Commands;

/// <summary>not-fork rebase</summary>
internal static class RebaseCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommonOptions common)
    {
        var name = new Argument<string>("NAME") { Description = "The recipe" };
        var file = new Argument<string>("FILE.mod") { Description = "The modification: a patch or fragment_patch" };
        var to = new Option<string>("--to") { Description = "The version that it is to fit", Required = true };
        var from = new Option<string?>("--from") { Description = "A version that it fits; default: the newest before that it fits" };
        var resumes = new Option<bool>("--continue") { Description = "Take the files in which conflicts were resolved" };
        var command = new Command("rebase", """
            Rewrite a patch so that it fits another version exactly, by a three-way merge. Where upstream changed the same lines, nothing is
            written but the files with conflict markers, in not-fork.d/NAME/.FILE.mod.rebase: edit them, then --continue.

              not-fork rebase libsignal 40-pins.mod --to 0.101.0
              not-fork rebase libsignal 40-pins.mod --to 0.101.0 --continue
            """) { name, file, to, from, resumes };
        command.SetAction(parsed =>
        {
            var settings = common.Read(parsed);
            var request = settings.Request(parsed.GetValue(name)!);
            var mod = Path.GetFileName(parsed.GetValue(file)!);
            var version = parsed.GetValue(to)!;
            using var trees = new VersionTrees(request);
            var rebase = new Rebase(trees, mod) { Report = Console.Error.WriteLine };
            if (rebase.Fits(version))
            {
                Console.Out.WriteLine($"{mod} fits {version} as it is.");
                return (int)ExitCode.Done;
            }

            var origin = parsed.GetValue(from) ?? rebase.FindFrom(version);
            var patch = rebase.Run(origin, version);
            var conflicts = new ConflictFolder(Path.Combine(request.Input, request.Name, $".{mod}.rebase"), $"{origin} {version}");
            if (parsed.GetValue(resumes))
            {
                patch = patch with { Files = [.. patch.Files.Select(conflicts.Resolved)] };
            }

            if (patch.HasConflicts)
            {
                conflicts.Write(patch.Files);
                var places = patch.Files
                    .SelectMany(other => other.Conflicts.Select(lines => $"{conflicts.At(other.Path)}:{lines.From}")).ToList();
                throw new NotForkException(
                    ExitCode.Drift,
                    $"{places.Count} conflict{(places.Count == 1 ? "" : "s")} between {origin} and {version}: " +
                    $"{string.Join(", ", places)}. " +
                    "Resolve them there, then run the same command with `--continue`.", patch.File.Place);
            }

            if (patch.Files.All(other => other.IsNeedless))
            {
                throw new NotForkException(
                    ExitCode.Drift, $"Version {version} has all of this change already: the file can go.", patch.File.Place);
            }

            Install(patch.File.Place.File, patch.Write(MassagedTree.Read(request with { Version = version }).Dialect));
            conflicts.Delete();
            foreach (var other in patch.Files)
            {
                Console.Out.WriteLine($"{other.Path}: " + (other.IsNeedless ? $"{version} has the change already; left out"
                    : $"{LineDiff.Between(new TextLines(other.Theirs), new TextLines(other.Merged)).Count} changes"));
            }

            Console.Out.WriteLine($"{mod} fits {version} now (it was merged from {origin}).");
            return (int)ExitCode.Done;
        });
        return command;
    }

    /// <summary>Puts new bytes in a file's place, at once or not at all; its mode stays.</summary>
    private static void Install(string file, byte[] bytes)
    {
        var temporary = file + ".new";
        File.WriteAllBytes(temporary, bytes);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(temporary, File.GetUnixFileMode(file));
        }

        File.Move(temporary, file, overwrite: true);
    }
}
