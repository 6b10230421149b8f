using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>Where sources come from: git, fossil or downloads, through a cache.</summary>
public abstract class Upstream
{
    /// <summary>What names it in the cache: its URL and branch.</summary>
    public abstract string CacheIndex { get; }

    /// <summary>Makes the cache current, or makes it; does nothing where that is not wanted.</summary>
    /// <exception cref="NotForkException">It cannot be had (fetch).</exception>
    public abstract void Update();

    /// <summary>All versions, in any order, before any filter.</summary>
    public abstract IReadOnlyList<string> Versions();

    /// <summary>The version of a name, or null.</summary>
    public abstract Revision? Find(string version);

    /// <summary>The version at a commit, or null.</summary>
    public abstract Revision? FindCommit(string commit);

    /// <summary>The files of a version, as a whole (`subtree` is not taken yet).</summary>
    public abstract SourceTree CheckOut(Revision revision);
}
