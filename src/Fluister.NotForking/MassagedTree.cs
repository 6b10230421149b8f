using Fluister.NotForking.Configuration;
using Fluister.NotForking.Modifications;
using Fluister.NotForking.Trees;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForking;

/// <summary>One version of an upstream and what a recipe makes of it: the way from a request to a tree, for all commands.</summary>
/// <remarks>Nothing is written but caches and a scratch folder, which goes with this object.</remarks>
public sealed class MassagedTree : IDisposable
{
    private readonly DirectoryInfo _scratch;
    private readonly ModificationRun _run;
    private readonly List<Edit> _edits = [];

    private MassagedTree(TreeRequest request, Recipe recipe, Block block, Upstream upstream, Revision revision)
    {
        (Recipe, Block, Revision) = (recipe, block, revision);
        Modifications = [.. recipe.Modifications.Select(file => Methods.Read(file, recipe.Dialect))];
        var tree = upstream.CheckOut(revision);
        if (block.Keys.TryGetValue("subtree", out var subtree))
        {
            tree = Below(tree, subtree, block.Place);
        }

        _scratch = Directory.CreateTempSubdirectory("not-fork-");
        Workspace = new Workspace(tree, _scratch.FullName, isStrict: recipe.Dialect > 0);
        _run = new ModificationRun(revision.Version, revision.Commit, request.Parameters) { Watch = Saw };
    }

    /// <summary>The recipe, with its conditions decided.</summary>
    public Recipe Recipe { get; }

    /// <summary>The block that has the version.</summary>
    public Block Block { get; }

    /// <summary>The version.</summary>
    public Revision Revision { get; }

    /// <summary>The modifications whose conditions hold, in their order.</summary>
    public IReadOnlyList<Modification> Modifications { get; }

    /// <summary>Upstream's files, and what became of them so far.</summary>
    public Workspace Workspace { get; }

    /// <summary>The edits that were made so far.</summary>
    public IReadOnlyList<Edit> Edits => _edits;

    /// <summary>Sees each edit as it is made.</summary>
    public Action<Edit>? Watch { get; set; }

    /// <summary>Reads the recipe, finds the version and checks it out; modifies nothing yet.</summary>
    /// <exception cref="NotForkException">The recipe is malformed, or the version cannot be had.</exception>
    public static MassagedTree CheckOut(TreeRequest request)
    {
        var (recipe, selection) = Open(request);
        var version = request.Version ?? (request.Commit is null ? Latest(recipe, selection) : null);
        if (version is not null && version != request.Version && recipe.Dialect > 0)
        {
            // Dialect 0 decides conditions by what was asked for, even if that was nothing; dialect 1 by what is there.
            recipe = Read(request with { Version = version });
        }

        var (block, upstream, revision) = version is not null ? selection.Find(version) : selection.FindCommit(request.Commit!);
        return new MassagedTree(request, recipe, block, upstream, revision);
    }

    /// <summary>The recipe of a request and its upstreams' versions.</summary>
    public static (Recipe Recipe, Selection Selection) Open(TreeRequest request)
    {
        var recipe = Read(request);
        return (recipe, new Selection(recipe, request.Upstreams));
    }

    /// <summary>Checks out and makes all modifications.</summary>
    /// <exception cref="NotForkException">As <see cref="CheckOut"/>, or a modification does not fit.</exception>
    public static MassagedTree Build(TreeRequest request)
    {
        var tree = CheckOut(request);
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

    /// <summary>Makes all modifications.</summary>
    public void Massage()
    {
        foreach (var modification in Modifications)
        {
            Apply(modification);
        }
    }

    /// <summary>Makes one of the modifications.</summary>
    public void Apply(Modification modification) => modification.Apply(Workspace, _run);

    /// <inheritdoc/>
    public void Dispose() => _scratch.Delete(recursive: true);

    private static Recipe Read(TreeRequest request) =>
        RecipeReader.Read(request.Input, request.Name, new RecipeRequest(request.Version, request.IsLocked));

    private static string Latest(Recipe recipe, Selection selection) => selection.Versions is [.., var latest]
        ? latest
        : throw new NotForkException(ExitCode.Fetch, $"\"{recipe.Name}\" has no versions: see `version` and `version_filter`.", recipe.Blocks[0].Place);

    private static SourceTree Below(SourceTree tree, string subtree, Place place)
    {
        var below = tree.Below(TreePath.Checked(subtree.TrimEnd('/'), place));
        return below.Entries.Count > 0
            ? below : throw new NotForkException(ExitCode.Configuration, $"This version has no folder \"{subtree}\" to be its subtree.", place);
    }

    private void Saw(Edit edit)
    {
        _edits.Add(edit);
        Watch?.Invoke(edit);
    }
}
