using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>The versions of a recipe over all its blocks, and the one that is chosen. Holds the cache until it is disposed.</summary>
public sealed class Selection : IDisposable
{
    private readonly Recipe _recipe;
    private readonly UpstreamOptions _options;
    private readonly List<(Block Block, Upstream Upstream)> _blocks = [];
    private readonly Dictionary<string, (Block Block, Upstream Upstream)> _byVersion = new(StringComparer.Ordinal);

    /// <summary>Asks every block for its versions; the first block that has one provides it.</summary>
    /// <exception cref="NotForkException">A block is wrong, or its upstream cannot be had.</exception>
    public Selection(Recipe recipe, UpstreamOptions options)
    {
        (_recipe, _options) = (recipe, options);
        Cache.Check(options.Cache);
        try
        {
            foreach (var block in recipe.Blocks)
            {
                var upstream = Open(block);
                _blocks.Add((block, upstream));
                foreach (var version in VersionFilter.Apply(block, upstream.Versions()))
                {
                    _byVersion.TryAdd(version, (block, upstream));
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Versions = [.. _byVersion.Keys.Order(VersionOrder.Instance)];
    }

    /// <summary>All versions, oldest first.</summary>
    public IReadOnlyList<string> Versions { get; }

    /// <summary>The version of a name.</summary>
    /// <exception cref="NotForkException">There is no such version.</exception>
    public Selected Find(string version) =>
        _byVersion.TryGetValue(version, out var found) && found.Upstream.Find(version) is { } revision
            ? new Selected(found.Block, found.Upstream, revision)
            : throw new NotForkException(
                ExitCode.Fetch, $"{_recipe.Name} has no version \"{version}\"; `--list-versions {_recipe.Name}` shows those that are.");

    /// <summary>The version at a commit; of several blocks that have it, the last one's.</summary>
    /// <exception cref="NotForkException">There is no such commit.</exception>
    public Selected FindCommit(string commit)
    {
        foreach (var (block, upstream) in Enumerable.Reverse(_blocks))
        {
            if (upstream.FindCommit(commit) is { } revision)
            {
                return new Selected(block, upstream, revision);
            }
        }

        throw new NotForkException(ExitCode.Fetch, $"No upstream of {_recipe.Name} has a commit \"{commit}\".");
    }

    /// <summary>What a command line asks for: a version, else a commit, else the latest version.</summary>
    /// <exception cref="NotForkException">There is no such thing, or it is not signed as it should be.</exception>
    public Selected Choose(string? version, string? commit)
    {
        var selected = version is not null ? Find(version)
            : commit is not null ? FindCommit(commit)
            : Versions is [.., var last] ? Find(last)
            : throw new NotForkException(
                ExitCode.Fetch, $"The upstream of {_recipe.Name} has no versions: no tag fits `version`.", _recipe.Blocks[0].Place);
        return selected with { Revision = selected.Upstream.Verified(selected.Revision) };
    }

    /// <summary>What `--query` shows: as <see cref="Choose"/>, but of git without any version what its branch has.</summary>
    public Selected Peek(string? version, string? commit) =>
        (version ?? commit) is null && Versions.Count == 0 && _blocks[0].Upstream is GitUpstream git
            ? new Selected(_blocks[0].Block, git, git.Head()) : Choose(version, commit);

    /// <summary>The blocks in their order, each with the versions that are taken from it, oldest first.</summary>
    public IEnumerable<(Block Block, Upstream Upstream, IReadOnlyList<string> Versions)> ByBlock() => _blocks.Select(part =>
        (part.Block, part.Upstream, (IReadOnlyList<string>)[.. Versions.Where(version => _byVersion[version].Upstream == part.Upstream)]));

    /// <summary>Fetches the files of a version.</summary>
    /// <param name="selected">The version.</param>
    /// <param name="keep">A folder in which they stay; null: they lie in the cache, until another version is checked out.</param>
    /// <exception cref="NotForkException">They cannot be had, are not what they should be, or there is no such `subtree`.</exception>
    public Checkout CheckOut(Selected selected, string? keep = null)
    {
        var (block, upstream, revision) = selected;
        if (LocalMirror.Find(block, revision.Version, revision.Commit, _options) is { } path)
        {
            if (_recipe.Dialect > 0)
            {
                CheckMirrored(block, upstream, revision, path);
            }

            _options.Report($"Taking the sources of {_recipe.Name} from \"{path}\".");
            var mirrored = Directory.Exists(path) ? LocalMirror.Read(path) : DownloadUpstream.Unpack(path, _recipe.Dialect, _options);
            return new Checkout(Below(block, upstream, mirrored, revision), revision.Version, null);
        }

        _ = upstream.Verified(revision);
        var tree = keep is null ? upstream.CheckOut(revision) : upstream.Keep(revision, keep);
        return new Checkout(Below(block, upstream, tree, revision), revision.Version, revision.Commit);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, upstream) in _blocks)
        {
            upstream.Dispose();
        }
    }

    /// <summary>Refuses what a mirror has in place of something that is signed, or has a digest that is not the mirror's.</summary>
    private static void CheckMirrored(Block block, Upstream upstream, Revision revision, string path)
    {
        if (block.Keys.ContainsKey("signers"))
        {
            throw new NotForkException(
                ExitCode.Verification,
                $"\"{path}\" carries no signature, which \"signers\" asks for; leave out --local-mirror.", block.At("signers"));
        }

        if (upstream is DownloadUpstream download && File.Exists(path))
        {
            download.Check(path, revision.Version!);
        }
    }

    private static SourceTree Below(Block block, Upstream upstream, SourceTree tree, Revision revision)
    {
        if (!block.Keys.TryGetValue("subtree", out var subtree))
        {
            return tree;
        }

        var below = upstream.Below(tree, TreePath.Checked(subtree, block.Place));
        return below.Entries.Count > 0 ? below : throw new NotForkException(
            ExitCode.Fetch, $"Version {revision.Version ?? revision.Commit} has no folder \"{subtree}\" (the key \"subtree\").",
            block.Place);
    }

    private Upstream Open(Block block) => block.Keys["vcs"].ToLowerInvariant() switch
    {
        "git" => new GitUpstream(block, _recipe.Dialect, _options),
        "fossil" => new FossilUpstream(block, _recipe.Dialect, _options),
        "download" => new DownloadUpstream(block, _recipe.Dialect, _options),
        var other => throw new NotForkException(ExitCode.Configuration, $"There is no upstream of kind \"{other}\".", block.At("vcs")),
    };
}
