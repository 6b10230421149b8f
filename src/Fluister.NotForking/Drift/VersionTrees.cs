using Fluister.NotForking.Configuration;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForking.Drift;

/// <summary>The trees of several versions of one recipe, side by side.</summary>
internal sealed class VersionTrees : IDisposable
{
    private readonly TreeRequest _request;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("not-fork-versions-");
    private readonly Dictionary<string, Selection> _selections = new(StringComparer.Ordinal);
    private readonly Lock _guard = new();

    /// <summary>Asks upstreams for their versions.</summary>
    /// <param name="request">The recipe; its version does not count.</param>
    public VersionTrees(TreeRequest request)
    {
        _request = request with { Version = null, Commit = null, IgnoresLock = true };
        try
        {
            Versions = Select(MassagedTree.Read(_request)).Versions;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>All versions, oldest first.</summary>
    public IReadOnlyList<string> Versions { get; }

    /// <summary>A version's files, not modified yet. They stay until this object goes; different threads may ask.</summary>
    public MassagedTree CheckOut(string version)
    {
        var request = _request with { Version = version };
        var recipe = MassagedTree.Read(request);
        lock (_guard)
        {
            var selection = Select(recipe);
            var selected = selection.Find(version);
            return new MassagedTree(request, recipe, selected, selection.CheckOut(selected, _folder.FullName));
        }
    }

    /// <summary>A version with all modifications.</summary>
    public MassagedTree Build(string version)
    {
        var tree = CheckOut(version);
        try
        {
            tree.Massage();
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var selection in _selections.Values)
        {
            selection.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Conditions may give versions different upstreams.</summary>
    private Selection Select(Recipe recipe)
    {
        var key = string.Join('\n', recipe.Blocks.Select(block => string.Join('\n', block.Keys.Select(key => $"{key.Key}={key.Value}"))));
        if (!_selections.TryGetValue(key, out var selection))
        {
            _selections.Add(key, selection = new Selection(recipe, _request.Upstreams));
        }

        return selection;
    }
}
