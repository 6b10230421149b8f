using Fluister.NotForking.Modifications;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForking;

/// <summary>Which tree is wanted: a recipe, and one version of its upstream.</summary>
/// <param name="Input">`not-fork.d`.</param>
/// <param name="Name">NAME.</param>
/// <param name="Upstreams">How upstreams are reached.</param>
public sealed record TreeRequest(string Input, string Name, UpstreamOptions Upstreams)
{
    /// <summary>The version; null: the latest, if there is no commit either.</summary>
    public string? Version { get; init; }

    /// <summary>The commit, in place of a version.</summary>
    public string? Commit { get; init; }

    /// <summary>Whether upstream.lock is read instead of upstream.conf, where there is one.</summary>
    public bool IsLocked { get; init; }

    /// <summary>Whether not-fork.lock is passed over.</summary>
    public bool IgnoresLock { get; init; }

    /// <summary>Values of a network descriptor by name (dialect 1).</summary>
    public Parameters Parameters { get; init; } = Parameters.None;
}
