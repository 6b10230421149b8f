using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Locks;

/// <summary>Compares locked versions with what a cache or an output holds; no network is used.</summary>
/// <param name="file">The lock.</param>
internal sealed class Verification(LockFile file)
{
    /// <summary>Makes a version anew, of the cache.</summary>
    public VersionVerdict Recompute(TreeRequest request)
    {
        var version = request.Version ?? request.Commit!;
        var check = new LockCheck(file, version);
        IReadOnlyList<LockDifference> differences = [];
        try
        {
            using var tree = MassagedTree.CheckOut(request with { IgnoresLock = true });
            differences = check.Inputs(tree);
            tree.Massage();
            return new VersionVerdict(file.Name, version, check.Whole(tree));
        }
        catch (NotForkException e)
        {
            return new VersionVerdict(file.Name, version, differences, e);
        }
    }

    /// <summary>Compares a tree that lies somewhere with a version's result.</summary>
    /// <param name="folder">The tree: `OUT/NAME`.</param>
    /// <param name="version">The version; null: the one whose result it is, or the newest.</param>
    /// <param name="isOurs">Which paths count; null: all.</param>
    public VersionVerdict Compare(string folder, string? version, Func<string, bool>? isOurs)
    {
        if (!Directory.Exists(folder))
        {
            throw new NotForkException(ExitCode.Verification, $"There is no folder \"{folder}\" to compare with the lock.", file.Place);
        }

        var hash = new TreeHash();
        var entries = FolderTree.Read(folder).Where(entry => isOurs is null || isOurs(entry.Path)).ToList();
        var found = hash.Of(entries);
        version ??= file.Versions.FirstOrDefault(other => file.Entry(other)!["tree"]?.ToString() == found)
            ?? (file.Versions is [.., var newest] ? newest : null);
        var locked = version is null ? null : file.Entry(version);
        if (locked is null)
        {
            throw new NotForkException(ExitCode.Verification, $"Version {version} is not locked.", file.Place);
        }

        var expected = locked["tree"]?.ToString();
        if (expected == found)
        {
            return new VersionVerdict(file.Name, version!, []);
        }

        // The lock has the hashes of changed files only: these can be named, and files of others' by the index.
        var byPath = entries.ToDictionary(entry => entry.Path, hash.Content, StringComparer.Ordinal);
        var changes = (locked["changes"] as System.Text.Json.Nodes.JsonObject ?? [])
            .Where(change => change.Value?.ToString() != byPath.GetValueOrDefault(change.Key))
            .Select(change => new LockDifference(["changes", change.Key], change.Value?.ToString(), byPath.GetValueOrDefault(change.Key)));
        return new VersionVerdict(file.Name, version!, [.. changes, new LockDifference(["tree"], expected, found)]);
    }
}
