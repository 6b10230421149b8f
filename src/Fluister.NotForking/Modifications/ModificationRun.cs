namespace Fluister.NotForking.Modifications;

/// <summary>What modifications of one run share.</summary>
/// <param name="Version">The upstream version, if it has a name.</param>
/// <param name="Commit">The upstream commit, where there is one.</param>
/// <param name="Parameters">Values of a network descriptor by name (dialect 1).</param>
public sealed record ModificationRun(string? Version, string? Commit, Parameters Parameters)
{
    /// <summary>Whether the tree is a part of upstream's: `subtree`, or `prefix` of a download.</summary>
    public bool IsPart { get; init; }

    /// <summary>Sees each edit that was made.</summary>
    public Action<Edit>? Watch { get; init; }
}
