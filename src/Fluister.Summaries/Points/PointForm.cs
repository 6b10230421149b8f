using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fluister.Summaries.Points;

/// <summary>The form of a model's answer about one sheet, as a grammar (GBNF, llama.cpp's grammars/README.md) and as JSON Schema; both
/// say the same.</summary>
/// <param name="Speakers">Labels that "who" may be, beside "".</param>
/// <param name="Lines">Numbers that may be cited: 1 to this.</param>
/// <param name="Points">At most this many points.</param>
internal sealed record PointForm(IReadOnlyList<string> Speakers, int Lines, int Points)
{
    /// <summary>Longest text, in characters. A limit in the grammar ends a model that goes on and on.</summary>
    public const int LongestText = 240;

    /// <summary>Most messages that a point cites.</summary>
    public const int MostCites = 4;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The grammar. Repetitions are of one character or one number, so that a step of it stays cheap.</summary>
    public string Grammar()
    {
        var grammar = new StringBuilder();
        grammar.Append($$"""
            root ::= "{\"points\":[" (point ("," point){0,{{Points - 1}}})? "]}"
            point ::= "{\"who\":\"" who "\",\"text\":\"" char{1,{{LongestText}}} "\",\"cites\":[" cite ("," cite){0,{{MostCites - 1}}} "]}"
            char ::= [^"\\\x00-\x1F\x7F\uD800-\uDFFF\U00110000-\U001FFFFF] | "\\" ["\\/]

            """.ReplaceLineEndings("\n"));
        grammar.Append("who ::= \"\"").AppendJoin("", Speakers.Select(x => $" | {Literal(x)}")).Append('\n');
        grammar.Append("cite ::= ").AppendJoin(" | ", Enumerable.Range(1, Lines).Select(x => $"\"{x}\"")).Append('\n');
        return grammar.ToString();
    }

    /// <summary>The schema.</summary>
    public string Schema() => JsonSerializer.Serialize(
        new
        {
            type = "object",
            properties = new
            {
                points = new
                {
                    type = "array",
                    maxItems = Points,
                    items = new
                    {
                        type = "object",
                        properties = new
                        {
                            who = new { @enum = Speakers.Prepend("").ToArray() },
                            text = new { type = "string", minLength = 1, maxLength = LongestText },
                            cites = new
                            {
                                type = "array",
                                minItems = 1,
                                maxItems = MostCites,
                                items = new { @enum = Enumerable.Range(1, Lines).ToArray() },
                            },
                        },
                        required = new[] { "who", "text", "cites" },
                        additionalProperties = false,
                    },
                },
            },
            required = new[] { "points" },
            additionalProperties = false,
        },
        Json);

    /// <summary>A JSON string's content as a literal of the grammar: labels have neither quotes nor backslashes nor controls.</summary>
    private static string Literal(string label) => $"\"{string.Concat(label.Where(c => c is not ('\\' or '"')))}\"";
}
