using System.Globalization;

namespace Fluister.NotForking.Rebuild;

/// <summary>A git work tree with this project in it.</summary>
internal sealed class Checkout
{
    private readonly string _root;

    /// <summary>Finds the work tree that a folder lies in.</summary>
    /// <exception cref="NotForkException">There is none, or it is of something else.</exception>
    public Checkout(string folder)
    {
        _root = Git(folder, "rev-parse", "--show-toplevel").TrimEnd('\n');
        if (!File.Exists(Path.Combine(_root, "global.json")) || !File.Exists(Path.Combine(_root, "Directory.Build.props")))
        {
            throw new NotForkException(
                ExitCode.Usage, $"\"{_root}\" has no global.json and Directory.Build.props: run this within Fluister's sources.");
        }
    }

    /// <summary>The root folder.</summary>
    public string Root => _root;

    /// <summary>Copies the files of a commit's tree, or with <paramref name="isDirtyAllowed"/> those that lie there.</summary>
    /// <param name="folder">Where to; it is made.</param>
    /// <param name="isDirtyAllowed">Whether the files may differ from the commit's.</param>
    /// <exception cref="NotForkException">Something is changed, and must not be (verification).</exception>
    public Source CopyTo(string folder, bool isDirtyAllowed)
    {
        var changed = Git(_root, "status", "--porcelain", "-z", "--untracked-files=all").Split('\0', StringSplitOptions.RemoveEmptyEntries);

        // Files that git was told not to look at ("assume unchanged", "skip worktree") are no part of its status.
        var unseen = Git(_root, "ls-files", "-v", "-z").Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != 'H').Select(line => line[2..]).ToList();
        var count = changed.Length + unseen.Count;
        if (count > 0 && !isDirtyAllowed)
        {
            throw new NotForkException(
                ExitCode.Verification,
                $"The checkout is not as it was committed: \"{(changed is [var first, ..] ? first[3..] : unseen[0])}\"" +
                (count > 1 ? $" and {count - 1} more. " : ". ") +
                "Commit or remove that, or add --dirty for a build that nobody else can make.");
        }

        foreach (var path in Git(_root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
            .Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal))
        {
            Copy(path, folder);
        }

        var (commit, tree, time) = Git(_root, "log", "-1", "--format=%H %T %ct").Split(' ') is [var id, var files, var seconds]
            ? (id, files, long.Parse(seconds, CultureInfo.InvariantCulture)) : throw new InvalidDataException("git log");
        return new Source(folder, commit, count > 0 ? null : tree, DateTimeOffset.FromUnixTimeSeconds(time));
    }

    private void Copy(string path, string folder)
    {
        var from = new FileInfo(Path.Combine(_root, path));
        var to = Path.Combine(folder, path);
        if (from.LinkTarget is { } target)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.CreateSymbolicLink(to, target);
        }
        else if (from.Exists)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            from.CopyTo(to);
        }
    }

    /// <summary>Hooks, pagers and a person's own settings have no part in what git says here.</summary>
    private static string Git(string folder, params string[] arguments) =>
        Child.Run("git", [
            "--no-optional-locks", "--no-replace-objects", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", .. arguments,
        ], folder);
}
