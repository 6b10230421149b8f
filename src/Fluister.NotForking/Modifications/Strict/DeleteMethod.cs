using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>`method = delete`: files and links that are to be gone.</summary>
internal sealed class DeleteMethod(ModificationFile file) : FileMethod(file, Check)
{
    /// <inheritdoc/>
    protected override void Apply(Workspace tree, EditLine line, ModificationRun run)
    {
        foreach (var entry in Chosen(tree, line, run))
        {
            tree.Remove(entry.Path);
            run.Watch?.Invoke(new Edit(line.Place, entry.Path, 1));
        }
    }

    private static void Check(EditLine line)
    {
        if (line is not { Target: null, Value: null })
        {
            throw line.Malformed("FILES");
        }
    }
}
