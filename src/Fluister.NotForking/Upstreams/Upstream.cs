using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>Where sources come from: git, fossil or downloads, through a cache. The cache is made (or brought up to date) when something of
/// it is asked for, and held against other runs until this is disposed.</summary>
public abstract class Upstream : IDisposable
{
    /// <summary>What names it in the cache: its URL and branch.</summary>
    public abstract string CacheIndex { get; }

    /// <summary>All versions, in any order, before any filter.</summary>
    /// <exception cref="NotForkException">It cannot be had (fetch).</exception>
    public abstract IReadOnlyList<string> Versions();

    /// <summary>The version of a name, or null.</summary>
    public abstract Revision? Find(string version);

    /// <summary>The version at a commit, or null.</summary>
    public abstract Revision? FindCommit(string commit);

    /// <summary>The files of a version, as a whole (`subtree` is not taken yet). They lie in the cache, until the next call.</summary>
    public abstract SourceTree CheckOut(Revision revision);

    /// <summary>The part of a tree that `subtree` names.</summary>
    public virtual SourceTree Below(SourceTree tree, string subtree) => tree.Below(subtree);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The value of a key that must be there.</summary>
    private protected static string Required(Block block, params IEnumerable<string> keys) =>
        keys.Select(key => block.Keys.GetValueOrDefault(key)).FirstOrDefault(value => value is not null) ??
        throw new NotForkException(ExitCode.Configuration, $"The key \"{keys.First()}\" is missing.", block.Place);
}
