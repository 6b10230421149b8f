using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Locks;

/// <summary>Compares one version with what is locked of it.</summary>
/// <param name="file">The lock.</param>
/// <param name="version">Its version.</param>
internal sealed class LockCheck(LockFile file, string version)
{
    private static readonly HashSet<string> ResultMembers = ["changes", "tree"];

    private readonly TreeHash _hash = new();
    private readonly System.Text.Json.Nodes.JsonObject _locked = file.Entry(version) ?? throw new NotForkException(
        ExitCode.Verification, $"Version {version} is not locked; `not-fork lock {file.Name} -v {version}` locks it.", file.Place);

    /// <summary>What differs of all that goes in; before any modification, so that a moved tag is not taken for drift.</summary>
    public IReadOnlyList<LockDifference> Inputs(MassagedTree tree)
    {
        var inputs = LockEntry.Inputs(tree, _hash);
        return LockDifference.Between(_locked, inputs, _locked.Select(member => member.Key).Except(ResultMembers).Union(
            inputs.Select(member => member.Key)).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>What differs of all, after the modifications.</summary>
    public IReadOnlyList<LockDifference> Whole(MassagedTree tree) => LockDifference.Between(_locked, LockEntry.Whole(tree, _hash));

    /// <summary>Throws if anything differs.</summary>
    /// <exception cref="NotForkException">It does (verification).</exception>
    public void Demand(IReadOnlyList<LockDifference> differences)
    {
        if (differences is [var first, ..])
        {
            var more = differences.Count > 1 ? $" (and {differences.Count - 1} more: `not-fork verify {file.Name}` shows all)" : "";
            throw new NotForkException(
                ExitCode.Verification,
                $"Version {version}: {first.Sentence}{more}. If that is as it should be, `not-fork lock {file.Name}` locks it anew.",
                file.Place);
        }
    }
}
