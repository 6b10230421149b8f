using System.Buffers;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports.Formats;

/// <summary>CommonMark that message text cannot break out of: its punctuation is escaped (CommonMark 0.31, 2.4), and it stays one
/// paragraph.</summary>
internal sealed class Markdown(ExportOptions options, Media media, string mediaPrefix) : TranscriptFormat
{
    // What has a meaning within a line. Line breaks and what is not neutral end a clean run too.
    private static readonly SearchValues<char> Special = SearchValues.Create("\\`*_[]<>&|~$\n" + Neutral.Characters);

    private readonly Dates _calendar = new(options.TimeZone);

    internal override string Extension => "md";

    internal override string? IndexName => "index.md";

    internal override void WriteStart(Transcript transcript)
    {
        var writer = transcript.Writer;
        writer.Write("# "u8);
        WriteLine(writer, transcript.Conversation.Name);
        writer.Write("\n\n"u8);
        writer.Write("Times: "u8);
        WriteLine(writer, options.TimeZone.Id);
        writer.Write("\n"u8);
    }

    internal override void WriteMessage(Transcript transcript, Message message)
    {
        var writer = transcript.Writer;
        var day = _calendar.DayOf(message.SentAt);
        if (transcript.Day != day)
        {
            transcript.Day = day;
            writer.Write("\n## "u8);
            if (day == Dates.NoDay)
            {
                writer.Write("No date"u8);
            }
            else
            {
                _calendar.WriteDate(writer, message.SentAt);
            }

            writer.Write((byte)'\n');
        }

        writer.Write("\n<a id=\""u8);
        Names.WriteAnchor(writer, message.Id);
        writer.Write("\"></a>"u8);
        if (message.Sender is { } sender)
        {
            writer.Write("**"u8);
            WriteLine(writer, sender.Name);
            writer.Write("** "u8);
        }

        _calendar.WriteTime(writer, message.SentAt);
        WriteMarks(writer, message);
        if (message.Quote is { } quote)
        {
            WriteQuote(writer, quote, message);
        }
        else
        {
            writer.Write(message.Body is { Length: > 0 } ? "\\\n"u8 : "\n"u8);
        }

        if (message.Body is { Length: > 0 } body)
        {
            WriteText(writer, body, message.Ranges, default);
            writer.Write((byte)'\n');
        }

        WriteParts(writer, message);
    }

    internal override void WriteEnd(Transcript transcript, in Totals totals)
    {
        var writer = transcript.Writer;
        writer.Write("\n---\n\n"u8);
        writer.WriteNumber(transcript.Messages);
        writer.Write(transcript.Messages == 1 ? " message.\n"u8 : " messages.\n"u8);
        if (totals.Omits)
        {
            Phrases.WriteOmitted(writer, totals);
            writer.Write((byte)'\n');
        }
    }

    internal override void WriteIndex(Utf8Writer writer, IReadOnlyList<IndexEntry> entries, in Totals totals)
    {
        writer.Write("# Conversations\n\n"u8);
        foreach (var entry in entries)
        {
            writer.Write("- ["u8);
            WriteLine(writer, entry.Name);
            writer.Write("](<conversations/"u8);
            writer.Write(entry.Stem);
            writer.Write(".md>), "u8);
            writer.WriteNumber(entry.Messages);
            writer.Write(" messages, last "u8);
            _calendar.WriteDate(writer, entry.Last);
            writer.Write((byte)'\n');
        }

        if (totals.Omits)
        {
            writer.Write((byte)'\n');
            Phrases.WriteOmitted(writer, totals);
            writer.Write((byte)'\n');
        }
    }

    /// <summary>Text on one line.</summary>
    internal static void WriteLine(Utf8Writer writer, ReadOnlySpan<char> text) =>
        WriteEscaped(writer, text.Trim(), default, lineStart: true, oneLine: true);

    private static void WriteMarks(Utf8Writer writer, Message message)
    {
        if (Phrases.Marks(message) is { } marks)
        {
            writer.Write(" *"u8);
            writer.Write(marks);
            writer.Write((byte)'*');
        }
    }

    private void WriteQuote(Utf8Writer writer, Quote quote, Message message)
    {
        writer.Write("\n\n> "u8);
        if (quote.Author is { } author)
        {
            writer.Write("**"u8);
            WriteLine(writer, author.Name);
            writer.Write("** "u8);
        }

        if (quote.MessageId is { } id)
        {
            writer.Write("[in answer to](#"u8);
            Names.WriteAnchor(writer, id);
            writer.Write((byte)')');
        }
        else
        {
            writer.Write("in answer to "u8);
            _calendar.WriteDateAndTime(writer, quote.SentAt);
        }

        if (quote.Text is { Length: > 0 } text)
        {
            writer.Write("\\\n> "u8);
            WriteText(writer, text, quote.Ranges, "> "u8);
        }

        for (var i = 0; i < quote.Attachments.Count; i++)
        {
            writer.Write("\\\n> "u8);
            WriteAttachment(writer, quote.Attachments[i], message, $"q{i}");
        }

        writer.Write(message.Body is { Length: > 0 } ? "\n\n"u8 : "\n"u8);
    }

    private void WriteParts(Utf8Writer writer, Message message)
    {
        var any = message.Attachments.Count + message.Reactions.Count + message.Edits.Count > 0
            || message.Previews.Count + message.Contacts.Count > 0
            || message.Sticker is not null || message.Poll is not null || message.Call is not null || message.Event is not null;
        if (!any)
        {
            return;
        }

        writer.Write((byte)'\n');
        for (var i = 0; i < message.Attachments.Count; i++)
        {
            writer.Write("- "u8);
            WriteAttachment(writer, message.Attachments[i], message, $"a{i}");
            writer.Write((byte)'\n');
        }

        WriteRareParts(writer, message);
        for (var i = 0; i < message.Edits.Count; i++)
        {
            writer.Write("- Before, "u8);
            _calendar.WriteDateAndTime(writer, message.Edits[i].SentAt);
            writer.Write(": "u8);
            WriteText(writer, message.Edits[i].Body, message.Edits[i].Ranges, "  "u8);
            writer.Write((byte)'\n');
            for (var k = 0; k < message.Edits[i].Attachments.Count; k++)
            {
                writer.Write("  - "u8);
                WriteAttachment(writer, message.Edits[i].Attachments[k], message, $"e{i}-{k}");
                writer.Write((byte)'\n');
            }
        }

        for (var i = 0; i < message.Reactions.Count; i++)
        {
            writer.Write(i == 0 ? "- Reactions: "u8 : ", "u8);
            WriteLine(writer, message.Reactions[i].Emoji);
            writer.Write((byte)' ');
            WriteLine(writer, message.Reactions[i].Sender?.Name ?? "Unknown");
        }

        if (message.Reactions.Count > 0)
        {
            writer.Write((byte)'\n');
        }
    }

    private void WriteRareParts(Utf8Writer writer, Message message)
    {
        if (message.Sticker is { } sticker)
        {
            writer.Write("- Sticker "u8);
            WriteLine(writer, sticker.Emoji);
            if (sticker.Image is { } image)
            {
                writer.Write((byte)' ');
                WriteAttachment(writer, image, message, "s");
            }

            writer.Write((byte)'\n');
        }

        for (var i = 0; i < message.Previews.Count; i++)
        {
            var preview = message.Previews[i];
            writer.Write("- Link: "u8);
            WriteUrl(writer, preview.Url);
            foreach (var text in (ReadOnlySpan<string?>)[preview.Title, preview.Description])
            {
                if (text is { Length: > 0 })
                {
                    writer.Write(" - "u8);
                    WriteLine(writer, text);
                }
            }

            if (preview.Image is { } picture)
            {
                writer.Write((byte)' ');
                WriteAttachment(writer, picture, message, $"p{i}");
            }

            writer.Write((byte)'\n');
        }

        foreach (var contact in message.Contacts)
        {
            writer.Write("- Contact: "u8);
            WriteLine(writer, Phrases.Contact(contact));
            writer.Write((byte)'\n');
        }

        if (message.Poll is { } poll)
        {
            writer.Write(poll.IsClosed ? "- Poll (closed): "u8 : "- Poll: "u8);
            WriteLine(writer, poll.Question);
            writer.Write((byte)'\n');
            foreach (var option in poll.Options)
            {
                writer.Write("  - "u8);
                WriteLine(writer, Phrases.Option(option));
                writer.Write((byte)'\n');
            }
        }

        if (message.Call is { } call)
        {
            writer.Write("- "u8);
            WriteLine(writer, Phrases.Call(call));
            writer.Write((byte)'\n');
        }

        if (message.Event is { } happened)
        {
            writer.Write("- "u8);
            WriteLine(writer, happened.Text);
            writer.Write((byte)'\n');
        }
    }

    private void WriteAttachment(Utf8Writer writer, Attachment attachment, Message message, string slot)
    {
        var place = media.Place(message, slot, attachment);
        if (place.File is { } file)
        {
            writer.Write(MediaTypes.Kind(attachment.ContentType) == MediaKind.Image ? "!["u8 : "["u8);
            WriteLine(writer, Phrases.Attachment(attachment));
            writer.Write("](<"u8);
            writer.Write(mediaPrefix);
            writer.Write(file);
            writer.Write(">)"u8);
        }
        else
        {
            WriteLine(writer, Phrases.Attachment(attachment));
            writer.Write(Phrases.Problem(place.State));
        }

        if (attachment.Caption is { Length: > 0 } caption)
        {
            writer.Write(": "u8);
            WriteLine(writer, caption);
        }
    }

    /// <summary>Text of any number of lines, as one paragraph; further lines begin with <paramref name="indent"/>.</summary>
    private static void WriteText(Utf8Writer writer, ReadOnlySpan<char> text, IReadOnlyList<BodyRange> ranges, ReadOnlySpan<byte> indent)
    {
        if (ranges.Count == 0)
        {
            WriteEscaped(writer, text, indent, lineStart: true, oneLine: false);
            return;
        }

        var lineStart = true;
        foreach (var (start, end, styles) in Styled.Cut(text.Length, ranges))
        {
            WriteTags(writer, styles, open: true);
            WriteEscaped(writer, text[start..end], indent, lineStart && styles == Styles.None, oneLine: false);
            WriteTags(writer, styles, open: false);
            lineStart = text[end - 1] == '\n';
        }
    }

    // Tags, since "**" next to a letter or a space is not always read as formatting (CommonMark 0.31, 6.2).
    private static void WriteTags(Utf8Writer writer, Styles styles, bool open)
    {
        if (styles == Styles.None)
        {
            return;
        }

        Span<(Styles Style, string Open, string Close)> tags =
        [
            (Styles.Spoiler, "<span title=\"spoiler\">\\|\\|", "\\|\\|</span>"),
            (Styles.Bold, "<b>", "</b>"),
            (Styles.Italic, "<i>", "</i>"),
            (Styles.Strikethrough, "<s>", "</s>"),
            (Styles.Monospace, "<code>", "</code>"),
        ];
        for (var i = 0; i < tags.Length; i++)
        {
            var (style, first, last) = tags[open ? i : tags.Length - 1 - i];
            if ((styles & style) != Styles.None)
            {
                writer.Write(open ? first : last);
            }
        }
    }

    private static void WriteEscaped(Utf8Writer writer, ReadOnlySpan<char> text, ReadOnlySpan<byte> indent, bool lineStart, bool oneLine)
    {
        if (lineStart)
        {
            text = WriteLineStart(writer, text);
        }

        var link = Links.Next(text, 0);
        var offset = 0;
        while (offset < text.Length)
        {
            var end = link.Length > 0 ? link.Start : text.Length;
            var clean = text[offset..end].IndexOfAny(Special);
            if (clean >= 0)
            {
                writer.Write(text.Slice(offset, clean));
                offset += clean;
                var taken = WriteSpecial(writer, text[offset..], indent, oneLine);
                offset += taken;
                if (!oneLine && Neutral.LineBreak(text[(offset - taken)..]) > 0)
                {
                    var rest = WriteLineStart(writer, text[offset..]);
                    offset = text.Length - rest.Length;
                    if (link.Length > 0 && offset > link.Start)
                    {
                        link = Links.Next(text, offset);
                    }
                }

                continue;
            }

            writer.Write(text[offset..end]);
            offset = end;
            if (link.Length > 0)
            {
                writer.Write((byte)'<');
                writer.Write(text.Slice(link.Start, link.Length));
                writer.Write((byte)'>');
                offset += link.Length;
                link = Links.Next(text, offset);
            }
        }
    }

    private static int WriteSpecial(Utf8Writer writer, ReadOnlySpan<char> rest, ReadOnlySpan<byte> indent, bool oneLine)
    {
        if (Neutral.LineBreak(rest) is > 0 and var taken)
        {
            if (oneLine)
            {
                writer.Write((byte)' ');
            }
            else
            {
                // A backslash before the line's end is a line break, on an empty line too (6.7).
                writer.Write("\\\n"u8);
                writer.Write(indent);
            }

            return taken;
        }

        if (char.IsAscii(rest[0]) && !char.IsControl(rest[0]))
        {
            writer.Write((byte)'\\');
            writer.Write((byte)rest[0]);
        }
        else
        {
            writer.Write(Neutral.Replacement);
        }

        return 1;
    }

    /// <summary>Disarms what begins a block at the start of a line (4 and 5): spaces that indent, list marks, headings, rules,
    /// fences.</summary>
    private static ReadOnlySpan<char> WriteLineStart(Utf8Writer writer, ReadOnlySpan<char> text)
    {
        var spaces = 0;
        while (spaces < text.Length && text[spaces] is ' ' or '\t')
        {
            writer.Write("\u00A0"u8);
            spaces++;
        }

        text = text[spaces..];
        if (text.Length == 0)
        {
            return text;
        }

        if (text[0] is '#' or '+' or '-' or '=' or ':' or '%')
        {
            writer.Write((byte)'\\');
            writer.Write((byte)text[0]);
            return text[1..];
        }

        var digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits > 0 && text[digits] is '.' or ')')
        {
            writer.Write(text[..digits]);
            writer.Write((byte)'\\');
            writer.Write((byte)text[digits]);
            return text[(digits + 1)..];
        }

        return text;
    }

    private static void WriteUrl(Utf8Writer writer, string url)
    {
        var link = Links.Next(url, 0);
        if (link.Start == 0 && link.Length == url.Length)
        {
            writer.Write((byte)'<');
            writer.Write(url);
            writer.Write((byte)'>');
        }
        else
        {
            WriteLine(writer, url);
        }
    }
}
