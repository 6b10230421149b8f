using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>`method = json` and `yaml`: FILES : [set|add|delete] PATH = [string|json] WORD.</summary>
internal sealed class DocumentMethod(ModificationFile file, IDocumentFormat format)
    : StructuredMethod(file, ["set", "add", "delete"], ["string", "json"])
{
    /// <inheritdoc/>
    protected override TextEdit Prepare(EditLine line, string verb, string target, string kind, Word? value, string? was,
        ModificationRun run) =>
        new DocumentEdit(line, format, verb, new DocumentPath(target, line.Place), value is null ? "" : Text(value, kind, run), was);

    private static string Text(Word word, string kind, ModificationRun run)
    {
        if (kind == "string")
        {
            return JsonFormat.Encode(word.Unicode(run));
        }

        var json = word.Json(run).Trim();
        try
        {
            JsonFormat.Instance.Parse(json, word.Place);
            return json;
        }
        catch (NotForkException e)
        {
            throw new NotForkException(ExitCode.Configuration, "The value is malformed. " + e.Message, word.Place, e);
        }
    }
}
