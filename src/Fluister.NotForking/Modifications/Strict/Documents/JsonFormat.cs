using System.Text.Encodings.Web;
using System.Text.Json;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>JSON (RFC 8259) with comments and trailing commas, as editors' settings have them.</summary>
internal sealed class JsonFormat : IDocumentFormat
{
    /// <summary>The only one.</summary>
    public static readonly JsonFormat Instance = new();

    /// <inheritdoc/>
    public Node Parse(string text, Place file) => new JsonReader(text, file).Read();

    /// <summary>A text as a JSON string, in bytes as Latin-1.</summary>
    public static string Encode(string value) =>
        PerlText.Encode("\"" + JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"");

    /// <inheritdoc/>
    public Splice Set(string text, Target target, string value) => new(target.Node.Start, target.Node.End, value);

    /// <inheritdoc/>
    public Splice Delete(string text, Target target)
    {
        var items = target.Parent!.Items;
        var item = items[target.Index];
        if (target.Index + 1 < items.Count)
        {
            return new Splice(item.Start, items[target.Index + 1].Start, "");
        }

        if (target.Index > 0)
        {
            return new Splice(items[target.Index - 1].Value.End, item.Value.End, "");
        }

        var (start, end) = (target.Parent.Start + 1, target.Parent.End - 1);
        var isAlone = PerlText.IsBlank(text.AsSpan(start, item.Start - start)) &&
            PerlText.IsBlank(text[item.Value.End..end].Trim(',', ' '));
        return isAlone ? new Splice(start, end, "") : new Splice(item.Start, AfterComma(text, item.Value.End), "");
    }

    /// <inheritdoc/>
    public Splice Add(string text, Node parent, string? key, int index, string value)
    {
        var items = parent.Items;
        var member = key is null ? value : Encode(key) + Colon(text, parent) + value;
        if (items.Count == 0)
        {
            return new Splice(parent.Start + 1, parent.Start + 1, member);
        }

        if (index < items.Count)
        {
            return new Splice(items[index].Start, items[index].Start, member + "," + Gap(text, parent, index));
        }

        return new Splice(items[^1].Value.End, items[^1].Value.End, "," + Gap(text, parent, items.Count - 1) + member);
    }

    private static int AfterComma(string text, int at)
    {
        var end = at;
        while (end < text.Length && PerlText.IsSpace(text[end]))
        {
            end++;
        }

        return end < text.Length && text[end] == ',' ? end + 1 : at;
    }

    /// <summary>What stands between a name and its value in this object.</summary>
    private static string Colon(string text, Node parent) =>
        parent.Items is [var item, ..] && text[item.KeyEnd..item.Value.Start] is { Length: < 4 } colon ? colon : ": ";

    /// <summary>The blanks before an item.</summary>
    private static string Gap(string text, Node parent, int index)
    {
        var start = parent.Items[index].Start;
        var at = start;
        while (at > parent.Start + 1 && PerlText.IsSpace(text[at - 1]))
        {
            at--;
        }

        return index == 0 && !text.AsSpan(at, start - at).Contains('\n') && parent.Items.Count == 1 ? " " : text[at..start];
    }
}
