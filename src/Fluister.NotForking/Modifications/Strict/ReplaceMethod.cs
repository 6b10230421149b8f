using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>`method = replace`: files that exist get other bytes; their modes stay.</summary>
internal sealed class ReplaceMethod(ModificationFile file) : FileMethod(file, Check)
{
    /// <inheritdoc/>
    protected override void Apply(Workspace tree, EditLine line, ModificationRun run)
    {
        var bytes = Payload.Read(line.Value!, "file", Folder, run);
        foreach (var entry in Chosen(tree, line, run))
        {
            tree.Edit(entry.Path, _ => bytes, line.Place);
            run.Watch?.Invoke(new Edit(line.Place, entry.Path, 1));
        }
    }

    private static void Check(EditLine line)
    {
        if (line.Target is not null || !Payload.Is(line.Value))
        {
            throw line.Malformed("FILES = [file|text|base64|hex] WORD");
        }
    }
}
