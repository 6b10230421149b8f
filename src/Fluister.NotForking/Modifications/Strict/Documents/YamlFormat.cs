using System.Text.Json;
using System.Text.RegularExpressions;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>YAML. Values come as JSON, which is YAML; a plain scalar stays plain where that is unambiguous.</summary>
internal sealed partial class YamlFormat : IDocumentFormat
{
    /// <summary>The only one.</summary>
    public static readonly YamlFormat Instance = new();

    /// <inheritdoc/>
    public Node Parse(string text, Place file) => new YamlReader(text, file).Read();

    /// <inheritdoc/>
    public Splice Set(string text, Target target, string value)
    {
        var (start, end) = (target.Node.Start, target.Node.End);
        var isQuoted = start < text.Length && text[start] is '"' or '\'' or '|' or '>' or '{' or '[';
        var written = isQuoted ? value : Plain(value);
        written = start > 0 && !PerlText.IsSpace(text[start - 1]) && text[start - 1] is not ('[' or '{' or ',') ? " " + written : written;
        return new Splice(start, end, written + (end > start && text[end - 1] == '\n' ? NewLine(text) : ""));
    }

    /// <inheritdoc/>
    public Splice Delete(string text, Target target)
    {
        var parent = target.Parent!;
        if (parent.IsFlow)
        {
            return JsonFormat.Instance.Delete(text, target);
        }

        var item = parent.Items[target.Index];
        if (parent.Items.Count == 1)
        {
            var at = item.Start;
            while (at > 0 && PerlText.IsSpace(text[at - 1]))
            {
                at--;
            }

            return new Splice(at, parent.End, at == 0 ? "{}" : parent.Kind == NodeKind.Mapping ? " {}" : " []");
        }

        var start = LineStart(text, item.Start);
        return PerlText.IsBlank(text.AsSpan(start, item.Start - start)) && !HasDash(text, item, start)
            ? new Splice(start, LineEnd(text, Math.Max(item.Value.End, item.KeyEnd)), "")
            : new Splice(item.Start, parent.Items[target.Index + 1].Start, "");
    }

    /// <inheritdoc/>
    public Splice Add(string text, Node parent, string? key, int index, string value)
    {
        if (parent.IsFlow)
        {
            return JsonFormat.Instance.Add(text, parent, key, index, value);
        }

        var member = key is null ? "- " + Plain(value) : Plain(JsonFormat.Encode(key)) + ": " + Plain(value);
        var beside = parent.Items[Math.Min(index, parent.Items.Count - 1)];
        var line = LineStart(text, beside.Start);
        var blanks = string.Concat(text.AsSpan(line, beside.Start - line).ToString().Select(letter => letter == '\t' ? '\t' : ' '));
        if (index < parent.Items.Count)
        {
            return new Splice(beside.Start, beside.Start, member + NewLine(text) + blanks);
        }

        var end = Math.Max(beside.Value.End, beside.KeyEnd);
        end = end > 0 && text[end - 1] == '\n' ? end : LineEnd(text, end);
        var isEnded = end > 0 && text[end - 1] == '\n';
        return new Splice(end, end, (isEnded ? "" : NewLine(text)) + blanks + member + (isEnded ? NewLine(text) : ""));
    }

    private static bool HasDash(string text, Item item, int start) => item.Key is not null
        && text.AsSpan(start, item.Start - start).Contains('-');

    private static string NewLine(string text) => text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    private static int LineStart(string text, int at) => at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;

    /// <summary>After the line end that follows a position; the position itself where it is after one already.</summary>
    private static int LineEnd(string text, int at) =>
        at > 0 && text[at - 1] == '\n' ? at : text.IndexOf('\n', at) is >= 0 and var end ? end + 1 : text.Length;

    /// <summary>A JSON string as a plain scalar if that means the same; else as it is.</summary>
    private static string Plain(string json)
    {
        var text = json[0] == '"' ? JsonSerializer.Deserialize<string>(System.Text.Encoding.Latin1.GetBytes(json))! : "";
        return Safe().IsMatch(text) && !Word().IsMatch(text) ? text : json;
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_./@+-]*(?::[A-Za-z0-9_./@+-]+)*(?: [A-Za-z0-9_./@+-]+)*\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Limits.SearchMilliseconds)]
    private static partial Regex Safe();

    [GeneratedRegex(@"\A(?:true|false|null|yes|no|on|off|y|n)\z",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, Limits.SearchMilliseconds)]
    private static partial Regex Word();
}
