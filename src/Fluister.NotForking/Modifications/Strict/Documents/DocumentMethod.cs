using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>`method = json` and `yaml`: FILES : [set|add|delete] PATH = [string|json] WORD.</summary>
internal sealed class DocumentMethod(ModificationFile file, IDocumentFormat format) : TextModification(file, Expectation.One, "was")
{
    private static readonly string[] Verbs = ["set", "add", "delete"];

    /// <inheritdoc/>
    protected override void Check(EditLine line)
    {
        var verb = Verb(line);
        if (line.Target is not ([_] or [{ IsBare: true }, _]) || !Verbs.Contains(verb) ||
            (verb == "delete" ? line.Value is not null : line.Value is not ([_] or [{ IsBare: true, Text: "string" or "json" }, _])))
        {
            throw line.Malformed("FILES : [set|add] PATH = [string|json] WORD\" or \"FILES : delete PATH");
        }

        if (line.Options.ContainsKey("was") && (verb == "add" || line.Option("was").Count != 1))
        {
            throw new NotForkException(ExitCode.Configuration, "\"was\" is one word, and not for `add`.", line.Place);
        }
    }

    /// <inheritdoc/>
    protected override TextEdit Prepare(EditLine line, ModificationRun run)
    {
        var path = new DocumentPath(line.Target![^1].Unicode(run), line.Place);
        var was = line.Option("was") is [var word] ? word.Unicode(run) : null;
        return new DocumentEdit(line, format, Verb(line), path, line.Value is { } value ? Value(value, run) : "", was);
    }

    private string Value(IReadOnlyList<Word> words, ModificationRun run)
    {
        if (words.Count == 1 || words[0].Text == "string")
        {
            return format.Encode(words[^1].Unicode(run));
        }

        var json = words[^1].Json(run).Trim();
        try
        {
            JsonFormat.Instance.Parse(json, words[^1].Place);
            return json;
        }
        catch (NotForkException e)
        {
            throw new NotForkException(ExitCode.Configuration, "The value is not JSON: " + e.Message, words[^1].Place, e);
        }
    }

    private static string Verb(EditLine line) => line.Target is [var verb, _] ? verb.Text : "set";
}
