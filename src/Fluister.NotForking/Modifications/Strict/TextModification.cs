using System.Text;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>A list of edits of files' content. Each file is read and written once, whatever the number of edits.</summary>
internal abstract class TextModification : Modification
{
    private readonly IReadOnlyList<EditLine> _lines;
    private readonly Expectation _expect;

    /// <summary>Reads the body.</summary>
    /// <param name="file">The modification file.</param>
    /// <param name="expect">How often an edit applies if it does not say so.</param>
    /// <param name="check">Refuses an edit that is not of this method's form.</param>
    /// <param name="options">Options of this method, besides those that all have.</param>
    protected TextModification(ModificationFile file, Expectation expect, Action<EditLine> check, params string[] options)
        : base(file.Place)
    {
        _lines = BodyReader.Read(file, ["expect", "each", "except", "when", .. options]);
        _expect = expect;
        foreach (var line in _lines)
        {
            _ = new Tally(line, expect);
            check(line);
        }
    }

    /// <inheritdoc/>
    public override void Apply(Workspace tree, ModificationRun run)
    {
        var edits = _lines.Where(line => line.Applies(run))
            .Select(line => (Choice: new Choice(line, run), Tally: new Tally(line, _expect), Edit: Prepare(line, run))).ToList();
        foreach (var path in tree.EditablePaths)
        {
            var chosen = edits.Where(edit => edit.Choice.Matches(path)).ToList();
            if (chosen.Count > 0)
            {
                Apply(tree, tree.Find(path)!, chosen, run);
            }
        }

        foreach (var (choice, tally, edit) in edits)
        {
            tally.Check(() => tally.Files == 0 ? choice.Nothing(tree) : edit.Nowhere(tree, choice));
        }
    }

    /// <summary>Puts the parameters into an edit.</summary>
    protected abstract TextEdit Prepare(EditLine line, ModificationRun run);

    private static void Apply(Workspace tree, TreeEntry entry, List<(Choice Choice, Tally Tally, TextEdit Edit)> chosen,
        ModificationRun run)
    {
        if (entry.Kind == EntryKind.Link && !chosen.Exists(edit => edit.Choice.Names(entry.Path)))
        {
            return;
        }

        var text = Encoding.Latin1.GetString(Workspace.Read(entry, chosen[0].Tally.Line.Place));
        var written = text;
        for (var i = 0; i < chosen.Count; i++)
        {
            var (tally, lines) = (chosen[i].Tally, new List<int>());
            text = chosen[i].Edit.Apply(entry.Path, text, lines);
            tally.Add(entry.Path, lines);
            // Who watches is told what each edit makes of the file; else it is written once.
            if ((i == chosen.Count - 1 || tree.Watch is not null) && !ReferenceEquals(text, written) && text != written)
            {
                tree.Write(entry.Path, Encoding.Latin1.GetBytes(text), entry.IsExecutable);
                written = text;
            }

            if (lines.Count > 0)
            {
                run.Watch?.Invoke(new Edit(tally.Line.Place, entry.Path, lines.Count));
            }
        }
    }
}
