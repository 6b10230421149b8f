using Fluister.NotForking.Configuration;
using Fluister.NotForking.Locks;
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
    private readonly Selection? _selection;

    /// <summary>Begins with files that were fetched.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="selected">The version.</param>
    /// <param name="checkout">Its files.</param>
    /// <param name="owned">What goes with this object.</param>
    internal MassagedTree(TreeRequest request, Recipe recipe, Selected selected, Checkout checkout, Selection? owned = null)
    {
        (Recipe, Block, Upstream, Revision, _selection) = (recipe, selected.Block, selected.Upstream, selected.Revision, owned);
        ParametersHash = request.Parameters.Sha256;
        Modifications = Methods.ReadAll(recipe);
        _scratch = Directory.CreateTempSubdirectory("not-fork-");
        Workspace = new Workspace(checkout.Tree, _scratch.FullName, isStrict: recipe.Dialect > 0);
        _run = new ModificationRun(checkout.Version, checkout.Commit, request.Parameters)
        {
            IsPart = selected.Block.Keys.ContainsKey("subtree") || selected.Block.Keys.GetValueOrDefault("prefix", "0") != "0",
            Watch = Saw,
        };
    }

    /// <summary>The recipe, with its conditions decided.</summary>
    public Recipe Recipe { get; }

    /// <summary>The file that its keys were read from: upstream.conf or upstream.lock.</summary>
    public Place ConfigurationFile => new(Recipe.Blocks[0].Place.File);

    /// <summary>The SHA-256 of the network descriptor, or null: there is none.</summary>
    public string? ParametersHash { get; }

    /// <summary>The block that has the version.</summary>
    public Block Block { get; }

    /// <summary>Its upstream.</summary>
    public Upstream Upstream { get; }

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
        try
        {
            var selected = selection.Choose(request.Version, request.Commit);
            if (recipe.Dialect > 0 && selected.Revision.Version is { } version && version != request.Version)
            {
                // Dialect 0 decides conditions by what was asked for, even if that was nothing; dialect 1 by what is there.
                recipe = Read(request with { Version = version });
            }

            return new MassagedTree(request, recipe, selected, selection.CheckOut(selected), selection);
        }
        catch
        {
            selection.Dispose();
            throw;
        }
    }

    /// <summary>The recipe of a request and its upstreams' versions.</summary>
    public static (Recipe Recipe, Selection Selection) Open(TreeRequest request)
    {
        var recipe = Read(request);
        return (recipe, new Selection(recipe, request.Upstreams));
    }

    /// <summary>Checks out, makes all modifications, and compares everything with the lock if there is one.</summary>
    /// <remarks>With a lock, the latest version is the latest one that is locked.</remarks>
    /// <exception cref="NotForkException">As <see cref="CheckOut"/>, or a modification does not fit, or the lock says no.</exception>
    public static MassagedTree Build(TreeRequest request)
    {
        var file = request.IgnoresLock ? null : LockFile.Find(request.Input, request.Name);
        var tree = CheckOut(Locked(request));
        try
        {
            var check = file is null ? null : new LockCheck(file, LockEntry.Key(tree));
            check?.Demand(check.Inputs(tree));
            tree.Massage();
            check?.Demand(check.Whole(tree));
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    /// <summary>The same request; with a lock, and where no version is asked for, of the latest one that is locked.</summary>
    public static TreeRequest Locked(TreeRequest request) =>
        request is { Version: null, Commit: null, IgnoresLock: false } &&
        LockFile.Find(request.Input, request.Name)?.Versions is [.., var newest]
            ? request with { Version = newest } : request;

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
    public void Dispose()
    {
        _scratch.Delete(recursive: true);
        _selection?.Dispose();
    }

    /// <summary>The recipe of a request.</summary>
    internal static Recipe Read(TreeRequest request) =>
        RecipeReader.Read(request.Input, request.Name, new RecipeRequest(request.Version, request.IsLocked));

    private void Saw(Edit edit)
    {
        _edits.Add(edit);
        Watch?.Invoke(edit);
    }
}
