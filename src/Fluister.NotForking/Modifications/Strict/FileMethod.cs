using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Edits that take files as wholes, one edit after the other.</summary>
internal abstract class FileMethod : Modification
{
    private readonly IReadOnlyList<EditLine> _lines;

    /// <summary>Reads the body.</summary>
    /// <param name="file">The modification file.</param>
    /// <param name="check">Refuses an edit that is not of this method's form.</param>
    /// <param name="options">Options of this method, besides those that all have.</param>
    protected FileMethod(ModificationFile file, Action<EditLine> check, params string[] options)
        : base(file.Place)
    {
        Folder = file.Folder;
        _lines = BodyReader.Read(file, ["expect", "except", "when", .. options]);
        foreach (var line in _lines)
        {
            _ = new Tally(line, Expectation.Some);
            check(line);
        }
    }

    /// <summary>Where files lie that an edit brings.</summary>
    protected string Folder { get; }

    /// <inheritdoc/>
    public override void Apply(Workspace tree, ModificationRun run)
    {
        foreach (var line in _lines.Where(line => line.Applies(run)))
        {
            Apply(tree, line, run);
        }
    }

    /// <summary>Makes one edit.</summary>
    protected abstract void Apply(Workspace tree, EditLine line, ModificationRun run);

    /// <summary>The entries that an edit chooses, as many as it expects.</summary>
    /// <exception cref="NotForkException">They are more or fewer (drift).</exception>
    protected static List<TreeEntry> Chosen(Workspace tree, EditLine line, ModificationRun run)
    {
        var choice = new Choice(line, run);
        var chosen = tree.EditablePaths.Where(choice.Matches).Select(path => tree.Find(path)!).ToList();
        var tally = new Tally(line, Expectation.Some);
        chosen.ForEach(entry => tally.Add(entry.Path, [0]));
        tally.Check(() => choice.Nothing(tree));
        return chosen;
    }
}
