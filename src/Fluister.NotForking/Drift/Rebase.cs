using Fluister.NotForking.Configuration;
using Fluister.NotForking.Modifications;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Drift;

/// <summary>Rewrites a patch for another version of upstream, by a three-way merge of each file that it edits.</summary>
/// <remarks>The merge's base is the file as the patch finds it in a version that it fits; its sides are what the patch makes of that,
/// and the file in the new version; each after the modifications that come before. docs/DRIFT.md describes it for a person.</remarks>
internal sealed class Rebase
{
    private readonly VersionTrees _trees;
    private readonly string _file;

    /// <summary>Prepares.</summary>
    /// <param name="trees">The versions.</param>
    /// <param name="file">The .mod file's name in the recipe's folder.</param>
    public Rebase(VersionTrees trees, string file) => (_trees, _file) = (trees, file);

    /// <summary>Hears what a person should know and what does not stop it.</summary>
    public Action<string> Report { get; init; } = static _ => { };

    /// <summary>The newest version before another one that the patch fits exactly, or else with an offset or fuzz.</summary>
    /// <exception cref="NotForkException">There is none among the last hundred.</exception>
    public string FindFrom(string to)
    {
        const int Most = 100;
        string? loose = null;
        foreach (var version in _trees.Versions.TakeWhile(version => version != to).Reverse().Take(Most))
        {
            using var tree = _trees.CheckOut(version);
            if (Find(tree, isQuiet: true) is { } modification && Fit(tree, modification) is { } isExact)
            {
                loose ??= version;
                if (isExact)
                {
                    return version;
                }
            }
        }

        return loose ?? throw new NotForkException(
            ExitCode.Drift, $"It fits none of the {Most} versions before {to}; `--from VERSION` names one that it was made for.",
            new Place(_file));
    }

    /// <summary>Whether the patch fits a version exactly.</summary>
    public bool Fits(string version)
    {
        using var tree = _trees.CheckOut(version);
        return Find(tree, isQuiet: true) is { } modification && Fit(tree, modification) == true;
    }

    /// <summary>Merges.</summary>
    /// <param name="from">A version that it fits, somehow.</param>
    /// <param name="to">The version that it is to fit.</param>
    public RebasedPatch Run(string from, string to)
    {
        using var old = _trees.CheckOut(from);
        using var @new = _trees.CheckOut(to);
        var before = Prepared(old, from);
        var after = Prepared(@new, to);
        var file = @new.Recipe.Modifications.First(other => other.Place == after.Place);
        var names = (_file, from, to);
        var method = file.Keys.GetValueOrDefault("method", "").ToLowerInvariant();
        return method switch
        {
            "patch" => new RebasedPatch(file, [.. Files(old, before).Select(edited => Merge(edited, @new, file, names))]),
            "fragment_patch" => new RebasedPatch(
                file, [.. FragmentMerge.Of(new FragmentReader(file).Read(), Files(old, before), @new, names)]),
            _ => throw new NotForkException(
                ExitCode.Usage, $"Only patches can be rebased; this is a modification of the method \"{method}\".", file.Place),
        };
    }

    /// <summary>Whether a modification fits; null: it does not. The tree has it afterwards.</summary>
    private static bool? Fit(MassagedTree tree, Modification modification)
    {
        try
        {
            var count = tree.Edits.Count;
            tree.Apply(modification);
            return tree.Edits.Skip(count).All(edit => edit is { Offset: 0, Fuzz: 0, Count: > 0 });
        }
        catch (NotForkException e) when (e.Code == ExitCode.Drift)
        {
            return null;
        }
    }

    private Modification? Find(MassagedTree tree, bool isQuiet = false)
    {
        foreach (var modification in tree.Modifications.Where(modification => !modification.IsAssertion))
        {
            if (Path.GetFileName(modification.Place.File) == _file)
            {
                return modification;
            }

            var undo = tree.Workspace.Mark();
            try
            {
                tree.Apply(modification);
            }
            catch (NotForkException e) when (e.Code is ExitCode.Drift or ExitCode.Assertion)
            {
                undo();
                if (!isQuiet)
                {
                    Report($"Left out, as it does not fit version {tree.Revision.Version}: {e.Line}");
                }
            }
        }

        return null;
    }

    private Modification Prepared(MassagedTree tree, string version) => Find(tree) ?? throw new NotForkException(
        ExitCode.Usage, $"{_file} is no modification of version {version}: its conditions leave that out, or there is no such file.",
        new Place(tree.Recipe.Folder));

    /// <summary>What a patch makes of each file that it edits.</summary>
    private static List<(string Path, byte[] Before, byte[] After)> Files(MassagedTree tree, Modification modification)
    {
        var (count, undo) = (tree.Edits.Count, tree.Workspace.Mark());
        try
        {
            tree.Apply(modification);
        }
        catch (NotForkException e) when (e.Code == ExitCode.Drift)
        {
            throw new NotForkException(
                ExitCode.Drift,
                $"It does not fit version {tree.Revision.Version} either; `--from VERSION` names one that it was made for. {e.Line}",
                modification.Place, e);
        }

        var paths = tree.Edits.Skip(count).Select(edit => edit.Path).Distinct(StringComparer.Ordinal).ToList();
        var after = paths.Select(path => Bytes(tree, path)!).ToList();
        undo();
        return [.. paths.Select((path, at) => (path, Bytes(tree, path)!, after[at]))];
    }

    private static RebasedFile Merge(
        (string Path, byte[] Before, byte[] After) edited, MassagedTree @new, ModificationFile file,
        (string Ours, string Base, string Theirs) names)
    {
        if (Bytes(@new, edited.Path) is not { } theirs)
        {
            var others = @new.Workspace.EditablePaths.Where(path => Path.GetFileName(path) == Path.GetFileName(edited.Path)).ToList();
            throw new NotForkException(
                ExitCode.Drift,
                $"Version {names.Theirs} has no file \"{edited.Path}\"" +
                (others.Count == 1 ? $"; \"{others[0]}\" may be what became of it." : "."),
                file.Place);
        }

        var merge = ThreeWayMerge.Of(
            new TextLines(edited.Before), new TextLines(edited.After), new TextLines(theirs), names);
        return new RebasedFile(edited.Path, theirs, merge.Text, merge.Conflicts);
    }

    internal static byte[]? Bytes(MassagedTree tree, string path) =>
        tree.Workspace.Find(path) is { } entry ? Workspace.Read(entry, new Place(path)) : null;
}
