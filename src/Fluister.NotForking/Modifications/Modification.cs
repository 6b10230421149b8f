using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications;

/// <summary>One modification file whose conditions hold: a list of edits by one method.</summary>
/// <param name="place">The file.</param>
public abstract class Modification(Place place)
{
    /// <summary>The file.</summary>
    public Place Place { get; } = place;

    /// <summary>Whether it only looks at the result, and so comes after all others.</summary>
    public virtual bool IsAssertion => false;

    /// <summary>Makes the edits, in their order.</summary>
    /// <param name="tree">The tree so far.</param>
    /// <param name="run">Version, commit, parameters, and whom to tell of each edit.</param>
    /// <exception cref="NotForkException">An edit does not fit.</exception>
    public abstract void Apply(Workspace tree, ModificationRun run);
}
