using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>`method = rename`: a file, or with "/" at both ends all below a folder, gets another path.</summary>
internal sealed class RenameMethod(ModificationFile file) : FileMethod(file, Check)
{
    /// <inheritdoc/>
    protected override void Apply(Workspace tree, EditLine line, ModificationRun run)
    {
        var (from, to) = (line.Files[0].Unicode(run), line.Value![0].Unicode(run));
        TreePath.Checked(from.TrimEnd('/'), line.Place);
        var old = tree.EditablePaths.Where(path => from.EndsWith('/') ? path.StartsWith(from, StringComparison.Ordinal) : path == from)
            .Select(path => tree.Find(path)!).ToList();
        var tally = new Tally(line, Expectation.Some);
        old.ForEach(entry => tally.Add(entry.Path, [0]));
        tally.Check(() => $"this version has no \"{from}\"" + Near.Of(from, tree.EditablePaths));
        old.ForEach(entry => tree.Remove(entry.Path));
        foreach (var entry in old)
        {
            var path = NewPath.Checked(tree, to + entry.Path[from.Length..], line.Place);
            tree.Put(entry with { Path = path });
            run.Watch?.Invoke(new Edit(line.Place, path, 1));
        }
    }

    private static void Check(EditLine line)
    {
        if (line is not { Files: [var from], Target: null, Value: [var to] } || from.Text.EndsWith('/') != to.Text.EndsWith('/') ||
            line.Options.ContainsKey("except"))
        {
            throw line.Malformed("OLD = NEW\" or \"OLD/ = NEW/");
        }
    }
}
