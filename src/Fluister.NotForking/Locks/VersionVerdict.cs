using System.Text.Json.Nodes;

namespace Fluister.NotForking.Locks;

/// <summary>What became of the check of one locked version.</summary>
/// <param name="Name">NAME.</param>
/// <param name="Version">The version.</param>
/// <param name="Differences">What is not as it is locked.</param>
/// <param name="Failure">Why it could not even be made, or null.</param>
internal sealed record VersionVerdict(
    string Name, string Version, IReadOnlyList<LockDifference> Differences, NotForkException? Failure = null)
{
    /// <summary>Whether all is as it is locked.</summary>
    public bool IsGood => Differences.Count == 0 && Failure is null;

    /// <summary>The exit code: a difference comes before a failure that it may have caused.</summary>
    public ExitCode Code => Differences.Count > 0 ? ExitCode.Verification : Failure?.Code ?? ExitCode.Done;

    /// <summary>The verdict for programs.</summary>
    public JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["version"] = Version,
        ["ok"] = IsGood,
        ["differences"] = new JsonArray([.. Differences.Select(difference => new JsonObject
        {
            ["what"] = string.Join('/', difference.What), ["locked"] = difference.Locked, ["found"] = difference.Found,
            ["sentence"] = difference.Sentence,
        })]),
        ["failure"] = Failure?.Line,
    };
}
