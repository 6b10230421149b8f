using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>Where sources come from: git, fossil or downloads, through a cache. The cache is made (or brought up to date) when something of
/// it is asked for, and held against other runs until this is disposed.</summary>
public abstract class Upstream : IDisposable
{
    /// <summary>"git", "fossil" or "download".</summary>
    public abstract string Kind { get; }

    /// <summary>What names it in the cache: its URL and branch.</summary>
    public abstract string CacheIndex { get; }

    /// <summary>All versions, in any order, before any filter.</summary>
    /// <exception cref="NotForkException">It cannot be had (fetch).</exception>
    public abstract IReadOnlyList<string> Versions();

    /// <summary>The version of a name, or null.</summary>
    public abstract Revision? Find(string version);

    /// <summary>The version at a commit, or null.</summary>
    public abstract Revision? FindCommit(string commit);

    /// <summary>What old locks and `--metadata` say of a version: its id and time ("2026-01-31 23:59:59", UTC), "-" where there
    /// is none.</summary>
    public abstract (string Id, string Time) Describe(Revision revision);

    /// <summary>Checks the signature of a version where `signers` asks for one.</summary>
    /// <returns>The version, with its signature.</returns>
    /// <exception cref="NotForkException">It has none, or a foreign one.</exception>
    public virtual Revision Verified(Revision revision) => revision;

    /// <summary>The files of a version, as a whole (`subtree` is not taken yet). They lie in the cache, until the next call.</summary>
    public abstract SourceTree CheckOut(Revision revision);

    /// <summary>The files of a version, where they stay; versions may lie side by side in one folder.</summary>
    /// <param name="revision">The version.</param>
    /// <param name="folder">A folder of the caller's.</param>
    public virtual SourceTree Keep(Revision revision, string folder)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName;
        return new SourceTree(CheckOut(revision).Entries.Select((entry, at) =>
        {
            var kept = Path.Combine(own, at.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (entry.Kind == EntryKind.Link)
            {
                File.CreateSymbolicLink(kept, new FileInfo(entry.Location).LinkTarget!);
            }
            else
            {
                File.Copy(entry.Location, kept);
            }

            return entry with { Location = kept };
        }));
    }

    /// <summary>The part of a tree that `subtree` names.</summary>
    public virtual SourceTree Below(SourceTree tree, string subtree) => tree.Below(subtree);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The value of a key that must be there.</summary>
    private protected static string Required(Block block, params IEnumerable<string> keys) =>
        keys.Select(key => block.Keys.GetValueOrDefault(key)).FirstOrDefault(value => value is not null) ??
        throw new NotForkException(ExitCode.Configuration, $"The key \"{keys.First()}\" is missing.", block.Place);
}
