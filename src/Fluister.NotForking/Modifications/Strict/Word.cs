using System.Text.Json;
using System.Text.RegularExpressions;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>One word of an edit: bare, 'raw', "escaped", or the lines of a here-document.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Text">Its bytes as Latin-1, without quotes; parameters are not put in yet.</param>
/// <param name="IsBare">Whether it stood without quotes, and so may be a verb or a mark.</param>
/// <param name="IsFinal">Whether `${` in it is no parameter: here-documents that begin with a quoted word.</param>
internal sealed partial record Word(Place Place, string Text, bool IsBare = false, bool IsFinal = false)
{
    /// <summary>The bytes, with parameters' values in UTF-8.</summary>
    public string Bytes(ModificationRun run) => Expand(run, Scalar);

    /// <summary>The bytes, with parameters' values that mean nothing to the languages whose sources `sed` edits: a descriptor is others'
    /// word, and must not end a string and go on as code.</summary>
    public string Source(ModificationRun run) => Expand(run, (value, name) =>
    {
        var text = Scalar(value, name);
        return text.All(letter => letter is not ('"' or '\\' or '$' or '`') && !char.IsControl(letter)) ? text
            : throw new NotForkException(
            ExitCode.Configuration,
            $"The parameter \"{name}\" holds a quotation mark, a backslash, a dollar sign, a backtick or a line end, which could be code " +
            "in what `sed` edits. Change the value, or put it in by `json`, `yaml`, `xml` or a file.",
            Place);
    });

    /// <summary>The Unicode text, with parameters' values: names, keys and values of structured files.</summary>
    public string Unicode(ModificationRun run) => PerlText.Decode(Bytes(run), Place);

    /// <summary>A regular expression: values are escaped.</summary>
    public string Pattern(ModificationRun run) => Expand(run, (value, name) => Regex.Escape(Scalar(value, name)));

    /// <summary>A pattern of paths: values are escaped.</summary>
    public Glob Glob(ModificationRun run) => new(
        PerlText.Decode(Expand(run, (value, name) => Strict.Glob.Escape(Scalar(value, name))), Place), Place);

    /// <summary>XML, its bytes as Latin-1: a parameter is text, with its marks escaped.</summary>
    public string Xml(ModificationRun run) => Expand(run, (value, name) => Strict.Xml.XmlReading.Escape(Scalar(value, name)));

    /// <summary>JSON: a parameter is its JSON text, quotes and brackets included.</summary>
    public string Json(ModificationRun run) => Expand(run, (value, _) => PerlText.Encode(value.GetRawText()));

    private string Expand(ModificationRun run, Func<JsonElement, string, string> write)
    {
        if (IsFinal || !Text.Contains("${", StringComparison.Ordinal))
        {
            return Text;
        }

        return Parameter().Replace(Text, match =>
        {
            if (match.ValueSpan[1] == '$')
            {
                return "${";
            }

            var name = match.Groups["name"].Value;
            return name.Length > 0 ? write(Value(run, name), name) : throw new NotForkException(
                ExitCode.Configuration, "\"${\" begins a parameter, as in ${chat.host}; write \"$${\" for the two characters.", Place);
        });
    }

    private JsonElement Value(ModificationRun run, string name) => name switch
    {
        "upstream.version" => JsonSerializer.SerializeToElement(run.Version ?? ""),
        "upstream.commit" => JsonSerializer.SerializeToElement(run.Commit ?? ""),
        _ => run.Parameters.Find(name) ?? throw new NotForkException(
            ExitCode.Configuration,
            $"There is no parameter \"{name}\"" + (run.Parameters == Parameters.None
                ? ": give the network descriptor by --network FILE."
                : $" in the network descriptor{Near.Of(name, run.Parameters.Names())}."),
            Place),
    };

    private string Scalar(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.String => PerlText.Encode(value.GetString()!),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw new NotForkException(
            ExitCode.Configuration,
            $"The parameter \"{name}\" is a list or an object: only a `json` value takes it whole; name one of it, as in ${{{name}[0]}}.",
            Place),
    };

    [GeneratedRegex(@"\$\$\{|\$\{((?<name>[A-Za-z0-9_.\-\[\]]+)\})?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        Limits.SearchMilliseconds)]
    private static partial Regex Parameter();
}
