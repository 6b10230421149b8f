using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications;

/// <summary>`method = replace`: "old = new" lines; the new file lies beside the configuration and may add to the tree.</summary>
internal sealed class Replace(ModificationFile file) : Modification(file.Place)
{
    /// <inheritdoc/>
    public override void Apply(Workspace tree, ModificationRun run)
    {
        foreach (var (place, text) in file.Body)
        {
            var sides = text.Split('=', 2, StringSplitOptions.TrimEntries);
            var path = TreePath.Checked(sides[0], place);
            var location = Path.Combine(file.Folder, TreePath.Checked(sides[1], place));
            tree.Put(new TreeEntry(path, EntryKind.File, IsExecutable: false, location));
            run.Watch?.Invoke(new Edit(place, path, 1));
        }
    }
}
