using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Upstreams;

/// <summary>The versions of a recipe over all its blocks, and the one that was chosen.</summary>
public sealed class Selection
{
    private readonly Dictionary<string, (Block Block, Upstream Upstream)> _byVersion = new(StringComparer.Ordinal);

    private readonly List<(Block Block, Upstream Upstream)> _blocks = [];

    /// <summary>Asks every block for its versions.</summary>
    public Selection(Recipe recipe, UpstreamOptions options)
    {
        foreach (var block in recipe.Blocks)
        {
            var upstream = Open(block, options);
            upstream.Update();
            _blocks.Add((block, upstream));
            foreach (var version in upstream.Versions())
            {
                _byVersion.TryAdd(version, (block, upstream));
            }
        }
    }

    /// <summary>All versions, oldest first.</summary>
    public IReadOnlyList<string> Versions => [.. _byVersion.Keys.Order(VersionOrder.Instance)];

    /// <summary>The version of a name.</summary>
    /// <exception cref="NotForkException">There is no such version.</exception>
    public (Block Block, Upstream Upstream, Revision Revision) Find(string version) =>
        _byVersion.TryGetValue(version, out var found) && found.Upstream.Find(version) is { } revision
            ? (found.Block, found.Upstream, revision)
            : throw new NotForkException(ExitCode.Fetch, $"There is no version \"{version}\"; `--list-versions` shows those that are.");

    /// <summary>The version at a commit, in the first block that has it.</summary>
    /// <exception cref="NotForkException">No block has it.</exception>
    public (Block Block, Upstream Upstream, Revision Revision) FindCommit(string commit)
    {
        foreach (var (block, upstream) in _blocks)
        {
            if (upstream.FindCommit(commit) is { } revision)
            {
                return (block, upstream, revision);
            }
        }

        throw new NotForkException(ExitCode.Fetch, $"There is no commit \"{commit}\" in any of its repositories.");
    }

    private static Upstream Open(Block block, UpstreamOptions options) => block.Keys["vcs"].ToLowerInvariant() switch
    {
        "git" => new GitUpstream(block, options),
        var other => throw new NotForkException(ExitCode.Configuration, $"There is no upstream of kind \"{other}\".", block.Place),
    };
}
