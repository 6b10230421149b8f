using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Edits of a structured file: FILES : [VERB] TARGET = [KIND] WORD.</summary>
/// <param name="file">The modification file.</param>
/// <param name="verbs">What may be done; the first one where none stands there. "delete" has no value.</param>
/// <param name="kinds">What values may be; the first one where none stands there.</param>
internal abstract class StructuredMethod(ModificationFile file, string[] verbs, string[] kinds)
    : TextModification(file, Expectation.One, line => Check(line, verbs, kinds), "was")
{
    /// <summary>Puts the parameters into an edit.</summary>
    /// <param name="line">The edit.</param>
    /// <param name="verb">What is to be done.</param>
    /// <param name="target">With what.</param>
    /// <param name="kind">What the value is.</param>
    /// <param name="value">The value; null for "delete".</param>
    /// <param name="was">What the value must be before; null: anything.</param>
    /// <param name="run">Whence parameters come.</param>
    protected abstract TextEdit Prepare(EditLine line, string verb, string target, string kind, Word? value, string? was,
        ModificationRun run);

    /// <inheritdoc/>
    protected sealed override TextEdit Prepare(EditLine line, ModificationRun run) => Prepare(
        line, Verb(line, verbs), line.Target![^1].Unicode(run), Kind(line, kinds), line.Value?[^1], line.Option("was") is [var was]
            ? was.Unicode(run) : null, run);

    private static string Verb(EditLine line, string[] verbs) => line.Target is [var verb, _] ? verb.Text : verbs[0];

    private static string Kind(EditLine line, string[] kinds) => line.Value is [var kind, _] ? kind.Text : kinds[0];

    private static void Check(EditLine line, string[] verbs, string[] kinds)
    {
        var verb = Verb(line, verbs);
        if (line.Target is not ([_] or [{ IsBare: true }, _]) || !verbs.Contains(verb) || (verb == "delete"
            ? line.Value is not null
            : line.Value is not ([_] or [{ IsBare: true }, _]) || !kinds.Contains(Kind(line, kinds))))
        {
            var others = string.Join('|', verbs.Where(other => other != "delete"));
            throw line.Malformed($"FILES : [{others}] TARGET = [{string.Join('|', kinds)}] WORD\"" +
                (verbs.Contains("delete") ? " or \"FILES : delete TARGET" : ""));
        }

        if (line.Options.ContainsKey("was") && (verb == "add" || line.Option("was").Count != 1))
        {
            throw new NotForkException(ExitCode.Configuration, "\"was\" is one word, and not for `add`.", line.Place);
        }
    }
}
