using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>The files that an edit chooses: its globs, without those of `except`.</summary>
internal sealed class Choice
{
    private readonly List<Glob> _globs;
    private readonly List<Glob> _except;

    /// <summary>Takes an edit's globs.</summary>
    public Choice(EditLine line, ModificationRun run)
    {
        _globs = [.. line.Files.Select(word => word.Glob(run))];
        _except = [.. line.Option("except").Select(word => word.Glob(run))];
    }

    /// <summary>Whether a path is chosen.</summary>
    public bool Matches(string path) => _globs.Exists(glob => glob.Matches(path)) && !_except.Exists(glob => glob.Matches(path));

    /// <summary>Whether a path is chosen by its own name, so that it must be a file.</summary>
    public bool Names(string path) => _globs.Exists(glob => glob.IsLiteral && glob.Matches(path));

    /// <summary>Why nothing was chosen.</summary>
    public string Nothing(Workspace tree)
    {
        var wanted = string.Join(" ", _globs.Select(glob => glob.Text));
        var byName = _globs.Select(glob => Path.GetFileName(glob.Text))
            .Where(name => name.Length > 0 && !name.Contains('*', StringComparison.Ordinal));
        var elsewhere = byName.SelectMany(name => tree.EditablePaths.Where(path => Path.GetFileName(path) == name)).FirstOrDefault();
        return $"no file of this version is chosen by \"{wanted}\"" +
            (_except.Count > 0 && tree.EditablePaths.Any(path => _globs.Exists(glob => glob.Matches(path)))
            ? " without those of `except`"
            : elsewhere is not null ? $"; there is \"{elsewhere}\"" : Near.Of(wanted, tree.EditablePaths));
    }
}
