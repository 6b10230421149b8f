using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict.Xml;

/// <summary>Sets, adds or deletes an element's content or an attribute; every other byte stays.</summary>
/// <param name="line">The edit.</param>
/// <param name="verb">"set", "add" or "delete".</param>
/// <param name="path">Of what.</param>
/// <param name="isXml">Whether the value is XML.</param>
/// <param name="value">The value as it is written, bytes as Latin-1.</param>
/// <param name="text">What a text value means; null: it is XML, or there is none.</param>
/// <param name="was">What the value must be before; null: anything.</param>
internal sealed class XmlEdit(EditLine line, string verb, XmlPath path, bool isXml, string value, string? text, string? was)
    : StructuredEdit(line, verb == "delete", was)
{
    /// <inheritdoc/>
    protected override List<Hit> Find(string text, Place file)
    {
        var elements = path.Select(XmlReading.Read(text, file));
        if (path.Attribute is null)
        {
            return [.. elements.Select(element => Content(text, element, file))];
        }

        if (verb == "add")
        {
            return [.. elements.Select(element => element.Attributes.Exists(attribute => attribute.Name == Local(path.Attribute))
                ? throw Refused(text, element.Start, file, $"has \"{path.Attribute}\" already: `set` is for what exists")
                : new Hit(new Splice(element.TagEnd, element.TagEnd, $" {PerlText.Encode(path.Attribute)}=\"{value}\"")))];
        }

        return [.. elements.SelectMany(element => element.Attributes.Where(attribute => attribute.Name == Local(path.Attribute))).Select(
            attribute => new Hit(
                verb == "set"
                    ? new Splice(attribute.Start, attribute.End, value.Replace("'", "&apos;", StringComparison.Ordinal))
                    : new Splice(Blanks(text, attribute.NameStart), attribute.End + 1, ""),
                attribute.Value))];
    }

    /// <inheritdoc/>
    protected override bool Verify(string result, Place file)
    {
        var root = XmlReading.Read(result, file);
        var wrong = verb != "set" || isXml ? null : path.Select(root).Find(element => path.Attribute is null
            ? element.Text != text
            : element.Attributes.Exists(attribute => attribute.Name == Local(path.Attribute) && attribute.Value != text));
        return wrong is null ? true : throw Refused(result, wrong.Start, file, "cannot hold this value");
    }

    /// <inheritdoc/>
    protected override string Gap(string text, Place file) => $"\"{path}\" leads nowhere: {path.Gap(XmlReading.Read(text, file))}";

    private Hit Content(string text, Element element, Place file)
    {
        if (verb == "delete")
        {
            return new Hit(Deleted(text, element), element.Text);
        }

        if (element.IsClosed)
        {
            var name = string.Concat(text.Skip(element.Start + 1)
                .TakeWhile(letter => !PerlText.IsSpace(letter) && letter is not ('/' or '>')));
            return new Hit(new Splice(element.TagEnd, element.End, $">{value}</{name}>"), "");
        }

        if (verb == "add")
        {
            var last = element.Children is [.., var child] ? child : null;
            var gap = last is null ? "" : text[Blanks(text, last.Start)..last.Start];
            var at = last?.End ?? element.ContentStart;
            return new Hit(new Splice(at, at, gap + value));
        }

        return isXml || element.Children.Count == 0
            ? new Hit(new Splice(element.ContentStart, element.ContentEnd, value), element.Text)
            : throw Refused(text, element.Start, file, $"has elements in <{element.Name}>: set them, or write `= xml '...'`");
    }

    /// <summary>With its line where it has lines for itself.</summary>
    private static Splice Deleted(string text, Element element)
    {
        var (start, end) = (Blanks(text, element.Start), element.End);
        var line = text.LastIndexOf('\n', Math.Max(element.Start - 1, 0));
        var next = text.IndexOf('\n', end);
        return start <= line && next >= 0 && PerlText.IsBlank(text.AsSpan(end, next - end))
            ? new Splice(line + 1, next + 1, "") : new Splice(element.Start, end, "");
    }

    private static int Blanks(string text, int at)
    {
        while (at > 0 && PerlText.IsSpace(text[at - 1]))
        {
            at--;
        }

        return at;
    }

    private static string Local(string name) => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
