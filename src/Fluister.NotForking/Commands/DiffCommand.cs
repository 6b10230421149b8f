using System.CommandLine;
using Fluister.NotForking.Drift;
using Fluister.NotForking.Locks;

namespace Fluister.NotForking.Commands;

/// <summary>not-fork diff</summary>
internal static class DiffCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommonOptions common)
    {
        var name = new Argument<string>("NAME") { Description = "The recipe" };
        var version = new Argument<string?>("VERSION")
        {
            Description = "The version; default: the latest that is locked, or the latest",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var to = new Option<string?>("--to") { Description = "A second version: the difference between the two results" };
        var upstream = new Option<bool>("--upstream") { Description = "With --to: between the two upstream versions" };
        var paths = new Option<string[]>("--path") { Description = "Only this file, or what lies below this folder; may be repeated" };
        var command = new Command("diff", """
            Show what a recipe does to a version of upstream, as a patch for `patch -p1`. With --to: what differs between two versions.

              not-fork diff libsignal 0.101.0 | less
              not-fork diff libsignal 0.100.0 --to 0.101.0
            """) { name, version, to, upstream, paths };
        command.SetAction(parsed =>
        {
            var settings = common.Read(parsed);
            var request = MassagedTree.Locked(settings.Request(parsed.GetValue(name)!, parsed.GetValue(version)));
            var wanted = parsed.GetValue(paths)!;
            bool IsWanted(string path) => wanted.Length == 0 ||
                Array.Exists(wanted, start => path == start || path.StartsWith(start.TrimEnd('/') + "/", StringComparison.Ordinal));
            using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
            if (parsed.GetValue(to) is not { } second)
            {
                if (parsed.GetValue(upstream))
                {
                    throw new NotForkException(ExitCode.Usage, "`--upstream` needs `--to`.");
                }

                using var tree = MassagedTree.CheckOut(request);
                tree.Massage();
                TreeDiff.Write(tree.Workspace.Upstream.Entries, tree.Workspace.Result, output, IsWanted);
                return (int)ExitCode.Done;
            }

            using var trees = new VersionTrees(request);
            var first = request.Version ?? trees.Versions[^1];
            using var old = parsed.GetValue(upstream) ? trees.CheckOut(first) : trees.Build(first);
            using var @new = parsed.GetValue(upstream) ? trees.CheckOut(second) : trees.Build(second);
            TreeDiff.Write(old.Workspace.Result, @new.Workspace.Result, output, IsWanted);
            return (int)ExitCode.Done;
        });
        return command;
    }
}
