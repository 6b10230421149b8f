using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict.Xml;

/// <summary>Reads XML into elements with their positions.</summary>
/// <remarks>The platform's reader says whether a file is well formed. It resolves nothing: a DOCTYPE with declarations of its own is
/// refused, one that only names a document type (property lists have it) is passed over.</remarks>
internal static partial class XmlReading
{
    private const int MostDepth = 500;

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its bytes as Latin-1: UTF-8.</param>
    /// <param name="file">For errors.</param>
    /// <returns>The root element.</returns>
    /// <exception cref="NotForkException">It is malformed (drift).</exception>
    public static Element Read(string text, Place file)
    {
        Check(text, file, ConformanceLevel.Document);
        var document = new Element("", 0, 0, 0, 0);
        var open = new Stack<Element>([document]);
        var (at, counter) = (0, new LineCounter(text));
        while (text.IndexOf('<', at) is >= 0 and var start)
        {
            AddText(open.Peek(), text[at..start]);
            if (text[start + 1] is '!' or '?')
            {
                at = Markup(text, start, open.Peek());
            }
            else if (text[start + 1] == '/')
            {
                at = text.IndexOf('>', start) + 1;
                var element = open.Pop();
                (element.ContentEnd, element.End) = (start, at);
            }
            else
            {
                var tag = Tag().Match(text, start);
                at = start + tag.Length;
                var element = new Element(Local(tag.Groups["name"].Value), start, tag.Groups["end"].Index, at, counter.Of(start))
                {
                    IsClosed = tag.Groups["end"].ValueSpan.Contains('/'),
                    Attributes = [.. tag.Groups["key"].Captures.Zip(tag.Groups["value"].Captures, (key, value) => (
                        Local(key.Value), Decode(value.Value[1..^1]), value.Index + 1, value.Index + value.Length - 1, key.Index))],
                };
                open.Peek().Children.Add(element);
                if (!element.IsClosed)
                {
                    open.Push(element);
                }
            }
        }

        return document.Children[0];
    }

    /// <summary>Refuses a value that is not well formed.</summary>
    /// <exception cref="NotForkException">It is not (configuration).</exception>
    public static void Fragment(string xml, Place place)
    {
        try
        {
            // Prefixes are declared where it is put; that is seen when the result is read.
            Check(Prefixes().Replace(xml, "${before}"), place, ConformanceLevel.Fragment);
        }
        catch (NotForkException e)
        {
            throw new NotForkException(ExitCode.Configuration, "The value is malformed. " + e.Message, place, e);
        }
    }

    /// <summary>A text as content or as an attribute's value in either quotes.</summary>
    public static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal)
            .Replace("\r", "&#13;", StringComparison.Ordinal);

    private static void Check(string text, Place file, ConformanceLevel level)
    {
        if (text.IndexOf("<!DOCTYPE", StringComparison.Ordinal) is >= 0 and var type && text.IndexOf('>', type) is var end
            && text.AsSpan(type, end - type).Contains('['))
        {
            throw new NotForkException(ExitCode.Drift, "A DOCTYPE with declarations of its own is not read.", file);
        }

        if (Encodings().Match(text) is { Success: true } encoding
            && encoding.Groups["name"].Value.ToUpperInvariant() is not ("UTF-8" or "US-ASCII" or "ASCII"))
        {
            throw new NotForkException(ExitCode.Drift, $"XML in {encoding.Groups["name"].Value} is not read, only in UTF-8.", file);
        }

        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, ConformanceLevel = level };
        using var reader = XmlReader.Create(new StringReader(new Utf8Text(text, file).Text), settings);
        try
        {
            while (reader.Read())
            {
                if (reader.Depth > MostDepth)
                {
                    throw new NotForkException(ExitCode.Drift, "It is nested too deep.", file);
                }
            }
        }
        catch (XmlException e)
        {
            throw new NotForkException(ExitCode.Drift, $"It is not XML: {e.Message.TrimEnd('.')}.",
                file with { Line = Math.Max(e.LineNumber, 1) }, e);
        }
    }

    private static int Markup(string text, int start, Element parent)
    {
        if (string.CompareOrdinal(text, start, "<![CDATA[", 0, 9) == 0)
        {
            var close = text.IndexOf("]]>", start, StringComparison.Ordinal);
            parent.Text += Utf8(text[(start + 9)..close]);
            return close + 3;
        }

        var end = string.CompareOrdinal(text, start, "<!--", 0, 4) == 0 ? "-->" : text[start + 1] == '?' ? "?>" : ">";
        return text.IndexOf(end, start, StringComparison.Ordinal) + end.Length;
    }

    private static void AddText(Element parent, string text) => parent.Text += text.Length == 0 ? "" : Decode(text);

    private static string Decode(string text) => WebUtility.HtmlDecode(Utf8(text));

    private static string Utf8(string latin1) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(latin1));

    private static string Local(string name) => Utf8(name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..]);

    [GeneratedRegex("""\G<(?<name>[^\s/>]+)(?:\s+(?<key>[^\s=]+)\s*=\s*(?<value>"[^"]*"|'[^']*'))*(?<end>\s*/?>)""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Limits.SearchMilliseconds)]
    private static partial Regex Tag();

    [GeneratedRegex("""^(?:\u00EF\u00BB\u00BF)?<\?xml[^>]*\sencoding\s*=\s*["'](?<name>[^"']*)""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Limits.SearchMilliseconds)]
    private static partial Regex Encodings();

    [GeneratedRegex("""(?<before></?|\s)[A-Za-z_][\w.-]*:(?=[A-Za-z_])""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        Limits.SearchMilliseconds)]
    private static partial Regex Prefixes();
}
