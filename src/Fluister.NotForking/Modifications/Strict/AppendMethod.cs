using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>`method = append`: bytes at the end of files.</summary>
internal sealed class AppendMethod(ModificationFile file) : FileMethod(file, Check)
{
    /// <inheritdoc/>
    protected override void Apply(Workspace tree, EditLine line, ModificationRun run)
    {
        var bytes = Payload.Read(line.Value!, "text", Folder, run);
        foreach (var entry in Chosen(tree, line, run))
        {
            tree.Edit(entry.Path, before => [.. before, .. bytes], line.Place);
            run.Watch?.Invoke(new Edit(line.Place, entry.Path, 1));
        }
    }

    private static void Check(EditLine line)
    {
        if (line.Target is not null || !Payload.Is(line.Value))
        {
            throw line.Malformed("FILES = [text|file|base64|hex] WORD");
        }
    }
}
