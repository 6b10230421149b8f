using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>`method = create`: a file that upstream does not have.</summary>
internal sealed class CreateMethod(ModificationFile file) : FileMethod(file, Check, "executable")
{
    /// <inheritdoc/>
    protected override void Apply(Workspace tree, EditLine line, ModificationRun run)
    {
        var path = NewPath.Checked(tree, line.Files[0].Unicode(run), line.Place);
        tree.Write(path, Payload.Read(line.Value!, "file", Folder, run), line.Option("executable") is [{ Text: "yes" }]);
        run.Watch?.Invoke(new Edit(line.Place, path, 1));
    }

    private static void Check(EditLine line)
    {
        if (line is not { Files: [_], Target: null } || !Payload.Is(line.Value) || line.Options.ContainsKey("except"))
        {
            throw line.Malformed("PATH = [file|text|base64|hex] WORD");
        }

        if (line.Option("executable") is not ([] or [{ Text: "yes" or "no" }]))
        {
            throw new NotForkException(ExitCode.Configuration, "\"executable\" is yes or no.", line.Place);
        }
    }
}
