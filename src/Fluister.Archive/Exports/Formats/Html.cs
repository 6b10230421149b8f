using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports.Formats;

/// <summary>Pages that hold all they show. Every text is escaped, and a policy in each page forbids any script and load but our
/// own.</summary>
internal sealed class Html(ExportOptions options, Media media, bool single) : TranscriptFormat
{
    private const int EncodeAtOnce = 24 * 1024;

    // Pages lie two folders below the export's.
    private const string Up = "../../";

    private readonly Dates _calendar = new(options.TimeZone);

    internal override string Extension => "html";

    internal override string? IndexName => "index.html";

    internal override bool IsPaged => !single;

    internal override string FileOf(Transcript transcript) =>
        string.Create(CultureInfo.InvariantCulture, $"conversations/{transcript.Stem}/{PageName(transcript.Pages.Count)}");

    internal override bool IsFull(Transcript transcript) =>
        !single && (transcript.PageMessages >= options.PageMessages || transcript.Writer.Total >= options.PageBytes);

    internal override void WriteDocumentStart(Utf8Writer writer)
    {
        WriteHead(writer, "Conversations");
        writer.Write("<header><h1>Conversations</h1>"u8);
        WriteSearch(writer);
        writer.Write("</header>\n"u8);
    }

    internal override void WriteDocumentEnd(Utf8Writer writer, in Totals totals)
    {
        writer.Write("<footer>"u8);
        WriteOmitted(writer, totals);
        WriteTail(writer);
    }

    internal override void WriteStart(Transcript transcript)
    {
        var writer = transcript.Writer;
        transcript.Day = null;
        if (single)
        {
            writer.Write("<h1>"u8);
            WriteName(writer, transcript.Conversation.Name);
            writer.Write("</h1>\n<main>\n"u8);
            return;
        }

        WriteHead(writer, transcript.Conversation.Name);
        writer.Write("<header><h1>"u8);
        WriteName(writer, transcript.Conversation.Name);
        writer.Write("</h1>"u8);
        WriteNavigation(transcript, hasNext: false);
        WriteSearch(writer);
        writer.Write("</header>\n<main>\n"u8);
    }

    internal override void WriteBreak(Transcript transcript)
    {
        transcript.Writer.Write("</main>\n<footer>"u8);
        WriteNavigation(transcript, hasNext: true);
        WriteTail(transcript.Writer);
    }

    internal override void WriteEnd(Transcript transcript, in Totals totals)
    {
        var writer = transcript.Writer;
        writer.Write("</main>\n"u8);
        if (single)
        {
            return;
        }

        writer.Write("<footer>"u8);
        WriteNavigation(transcript, hasNext: false);
        writer.Write("<p>"u8);
        writer.WriteNumber(transcript.Messages);
        writer.Write(transcript.Messages == 1 ? " message. Times: "u8 : " messages. Times: "u8);
        HtmlText.Write(writer, options.TimeZone.Id);
        writer.Write("</p>"u8);
        WriteOmitted(writer, totals);
        WriteTail(writer);
    }

    internal override void WriteIndex(Utf8Writer writer, IReadOnlyList<IndexEntry> entries, in Totals totals)
    {
        WriteHead(writer, "Conversations");
        writer.Write("<header><h1>Conversations</h1>"u8);
        WriteSearch(writer);
        writer.Write("</header>\n<main>\n<ul>\n"u8);
        foreach (var entry in entries)
        {
            writer.Write("<li data-item><a href=\"conversations/"u8);
            writer.Write(Uri.EscapeDataString(entry.Stem));
            writer.Write("/page-0001.html\">"u8);
            WriteName(writer, entry.Name);
            writer.Write("</a> <span class=\"more\">"u8);
            writer.WriteNumber(entry.Messages);
            writer.Write(entry.Messages == 1 ? " message, last "u8 : " messages, last "u8);
            _calendar.WriteDate(writer, entry.Last);
            writer.Write("</span></li>\n"u8);
        }

        writer.Write("</ul>\n</main>\n<footer>"u8);
        WriteOmitted(writer, totals);
        WriteTail(writer);
    }

    internal override void WriteMessage(Transcript transcript, Message message)
    {
        var writer = transcript.Writer;
        var day = _calendar.DayOf(message.SentAt);
        if (transcript.Day != day)
        {
            transcript.Day = day;
            writer.Write("<h2>"u8);
            if (day == Dates.NoDay)
            {
                writer.Write("No date"u8);
            }
            else
            {
                _calendar.WriteDate(writer, message.SentAt);
            }

            writer.Write("</h2>\n"u8);
        }

        writer.Write("<article data-item id=\""u8);
        Names.WriteAnchor(writer, message.Id);
        writer.Write(message.Kind == MessageKind.Event ? "\" class=\"event\"><p class=\"by\">"u8
            : message.Direction == MessageDirection.Outgoing ? "\" class=\"out\"><p class=\"by\">"u8
            : "\"><p class=\"by\">"u8);
        if (message.Sender is { } sender)
        {
            writer.Write("<b>"u8);
            WriteName(writer, sender.Name);
            writer.Write("</b> "u8);
        }

        writer.Write("<a href=\"#"u8);
        Names.WriteAnchor(writer, message.Id);
        writer.Write("\">"u8);
        _calendar.WriteTime(writer, message.SentAt);
        writer.Write("</a>"u8);
        WriteMarks(writer, message);
        writer.Write("</p>"u8);
        if (message.Quote is { } quote)
        {
            WriteQuote(transcript, quote, message);
        }

        if (message.Body is { Length: > 0 } body)
        {
            writer.Write("<p class=\"text\" dir=\"auto\">"u8);
            WriteText(writer, body, message.Ranges);
            writer.Write("</p>"u8);
        }

        for (var i = 0; i < message.Attachments.Count; i++)
        {
            WriteAttachment(writer, message.Attachments[i], message, $"a{i}");
        }

        WriteRareParts(writer, message);
        if (message.Reactions.Count > 0)
        {
            WriteReactions(writer, message.Reactions);
        }

        writer.Write("</article>\n"u8);
    }

    private static string PageName(int page) => string.Create(CultureInfo.InvariantCulture, $"page-{page:0000}.html");

    private static void WriteHead(Utf8Writer writer, string title)
    {
        writer.Write("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"u8);
        writer.Write("<meta http-equiv=\"Content-Security-Policy\" content=\""u8);
        writer.Write(HtmlPage.Policy);
        writer.Write("\"><meta name=\"referrer\" content=\"no-referrer\"><meta name=\"viewport\" content=\"width=device-width\">"u8);
        writer.Write("<meta name=\"color-scheme\" content=\"light dark\"><title>"u8);
        HtmlText.Write(writer, title);
        writer.Write("</title><style>"u8);
        writer.Write(HtmlPage.Style);
        writer.Write("</style></head>\n<body>\n"u8);
    }

    private static void WriteTail(Utf8Writer writer)
    {
        writer.Write("</footer>\n<script>"u8);
        writer.Write(HtmlPage.Script);
        writer.Write("</script>\n</body></html>\n"u8);
    }

    private static void WriteSearch(Utf8Writer writer) => writer.Write(
        "<p hidden><input id=\"search\" type=\"search\" placeholder=\"Search this page\" aria-label=\"Search this page\"> "u8
        + "<output id=\"found\"></output></p>"u8);

    private static void WriteOmitted(Utf8Writer writer, in Totals totals)
    {
        if (totals.Omits)
        {
            writer.Write("<p id=\"omitted\">"u8);
            Phrases.WriteOmitted(writer, totals);
            writer.Write("</p>"u8);
        }
    }

    private static void WriteName(Utf8Writer writer, string name)
    {
        writer.Write("<bdi>"u8);
        HtmlText.Write(writer, name);
        writer.Write("</bdi>"u8);
    }

    private static void WriteNavigation(Transcript transcript, bool hasNext)
    {
        var (writer, page) = (transcript.Writer, transcript.Pages.Count);
        writer.Write("<nav><a href=\""u8);
        writer.Write(Up);
        writer.Write("index.html\">All conversations</a>"u8);
        if (page > 1)
        {
            writer.Write("<a rel=\"prev\" href=\""u8);
            writer.Write(PageName(page - 1));
            writer.Write("\">Previous page</a>"u8);
        }

        if (page > 1 || hasNext)
        {
            writer.Write("Page "u8);
            writer.WriteNumber(page);
            writer.Write((byte)' ');
        }

        if (hasNext)
        {
            writer.Write("<a rel=\"next\" href=\""u8);
            writer.Write(PageName(page + 1));
            writer.Write("\">Next page</a>"u8);
        }

        writer.Write("</nav>"u8);
    }

    private static void WriteMarks(Utf8Writer writer, Message message)
    {
        var marks = Phrases.Marks(message);
        if (marks is not null)
        {
            writer.Write(" "u8);
            writer.Write(marks);
        }
    }

    private void WriteQuote(Transcript transcript, Quote quote, Message message)
    {
        var writer = transcript.Writer;
        writer.Write("<blockquote dir=\"auto\">"u8);
        if (quote.Author is { } author)
        {
            writer.Write("<b>"u8);
            WriteName(writer, author.Name);
            writer.Write("</b> "u8);
        }

        if (quote.MessageId is { } id)
        {
            writer.Write("<a href=\""u8);
            WriteQuotePage(transcript, quote.SentAt);
            writer.Write("#"u8);
            Names.WriteAnchor(writer, id);
            writer.Write("\">"u8);
            _calendar.WriteDateAndTime(writer, quote.SentAt);
            writer.Write("</a>"u8);
        }
        else
        {
            _calendar.WriteDateAndTime(writer, quote.SentAt);
        }

        writer.Write("\n"u8);
        WriteText(writer, quote.Text, quote.Ranges);
        foreach (var attachment in quote.Attachments)
        {
            writer.Write("\n"u8);
            HtmlText.Write(writer, Phrases.Attachment(attachment));
        }

        writer.Write("</blockquote>"u8);
    }

    // Messages come by time, so the page of an earlier one follows from when it was sent.
    private void WriteQuotePage(Transcript transcript, Timestamp sentAt)
    {
        var page = transcript.Pages.Count;
        while (!single && page > 1 && sentAt < transcript.Pages[page - 1])
        {
            page--;
        }

        if (page < transcript.Pages.Count)
        {
            transcript.Writer.Write(PageName(page));
        }
    }

    private static void WriteReactions(Utf8Writer writer, IReadOnlyList<Reaction> reactions)
    {
        writer.Write("<p class=\"more\">"u8);
        for (var i = 0; i < reactions.Count; i++)
        {
            writer.Write(i == 0 ? default : " "u8);
            HtmlText.Write(writer, reactions[i].Emoji);
            writer.Write(" "u8);
            WriteName(writer, reactions[i].Sender?.Name ?? "Unknown");
        }

        writer.Write("</p>"u8);
    }

    private void WriteRareParts(Utf8Writer writer, Message message)
    {
        if (message.Sticker is { } sticker)
        {
            Paragraph(writer, "Sticker " + sticker.Emoji);
            if (sticker.Image is { } image)
            {
                WriteAttachment(writer, image, message, "s");
            }
        }

        for (var i = 0; i < message.Previews.Count; i++)
        {
            WritePreview(writer, message.Previews[i], message, $"p{i}");
        }

        foreach (var contact in message.Contacts)
        {
            Paragraph(writer, "Contact: " + Phrases.Contact(contact));
        }

        if (message.Poll is { } poll)
        {
            Paragraph(writer, (poll.IsClosed ? "Poll (closed): " : "Poll: ") + poll.Question);
            writer.Write("<ul>"u8);
            foreach (var option in poll.Options)
            {
                writer.Write("<li>"u8);
                HtmlText.Write(writer, Phrases.Option(option));
                writer.Write("</li>"u8);
            }

            writer.Write("</ul>"u8);
        }

        if (message.Call is { } call)
        {
            Paragraph(writer, Phrases.Call(call));
        }

        if (message.Event is { } happened)
        {
            Paragraph(writer, happened.Text);
        }

        for (var i = 0; i < message.Edits.Count; i++)
        {
            WriteEdit(writer, message.Edits[i]);
        }
    }

    private void WriteEdit(Utf8Writer writer, Edit edit)
    {
        writer.Write("<details class=\"more\"><summary>Before, "u8);
        _calendar.WriteDateAndTime(writer, edit.SentAt);
        writer.Write("</summary><p class=\"text\" dir=\"auto\">"u8);
        WriteText(writer, edit.Body, edit.Ranges);
        writer.Write("</p>"u8);
        foreach (var attachment in edit.Attachments)
        {
            Paragraph(writer, Phrases.Attachment(attachment));
        }

        writer.Write("</details>"u8);
    }

    private void WritePreview(Utf8Writer writer, LinkPreview preview, Message message, string slot)
    {
        writer.Write("<blockquote dir=\"auto\">"u8);
        WriteText(writer, preview.Url, []);
        foreach (var text in (ReadOnlySpan<string?>)[preview.Title, preview.Description])
        {
            if (text is { Length: > 0 })
            {
                writer.Write("\n"u8);
                HtmlText.Write(writer, text);
            }
        }

        if (preview.Image is { } image)
        {
            WriteAttachment(writer, image, message, slot);
        }

        writer.Write("</blockquote>"u8);
    }

    private static void Paragraph(Utf8Writer writer, string text)
    {
        writer.Write("<p class=\"more\" dir=\"auto\">"u8);
        HtmlText.Write(writer, text);
        writer.Write("</p>"u8);
    }

    private static void WriteText(Utf8Writer writer, ReadOnlySpan<char> text, IReadOnlyList<BodyRange> ranges)
    {
        if (ranges.Count == 0)
        {
            WriteLinked(writer, text);
            return;
        }

        foreach (var (start, end, styles) in Styled.Cut(text.Length, ranges))
        {
            Tag(writer, styles, Styles.Spoiler, "<span class=\"spoiler\" tabindex=\"0\">"u8);
            Tag(writer, styles, Styles.Mention, "<span class=\"mention\">"u8);
            Tag(writer, styles, Styles.Bold, "<b>"u8);
            Tag(writer, styles, Styles.Italic, "<i>"u8);
            Tag(writer, styles, Styles.Strikethrough, "<s>"u8);
            Tag(writer, styles, Styles.Monospace, "<code>"u8);
            WriteLinked(writer, text[start..end]);
            Tag(writer, styles, Styles.Monospace, "</code>"u8);
            Tag(writer, styles, Styles.Strikethrough, "</s>"u8);
            Tag(writer, styles, Styles.Italic, "</i>"u8);
            Tag(writer, styles, Styles.Bold, "</b>"u8);
            Tag(writer, styles, Styles.Mention, "</span>"u8);
            Tag(writer, styles, Styles.Spoiler, "</span>"u8);
        }
    }

    private static void Tag(Utf8Writer writer, Styles styles, Styles style, ReadOnlySpan<byte> tag)
    {
        if ((styles & style) != Styles.None)
        {
            writer.Write(tag);
        }
    }

    private static void WriteLinked(Utf8Writer writer, ReadOnlySpan<char> text)
    {
        var offset = 0;
        while (true)
        {
            var (start, length) = Links.Next(text, offset);
            HtmlText.Write(writer, text[offset..start]);
            if (length == 0)
            {
                return;
            }

            writer.Write("<a rel=\"noopener noreferrer\" href=\""u8);
            HtmlText.Write(writer, text.Slice(start, length));
            writer.Write("\">"u8);
            HtmlText.Write(writer, text.Slice(start, length));
            writer.Write("</a>"u8);
            offset = start + length;
        }
    }

    private void WriteAttachment(Utf8Writer writer, Attachment attachment, Message message, string slot)
    {
        var kind = MediaTypes.Kind(attachment.ContentType);
        var limit = kind == MediaKind.Video ? options.InlineVideoBytes : options.InlineMediaBytes;
        var state = MediaState.NotAsked;
        writer.Write("<figure>"u8);
        if (options.InlineMedia && kind != MediaKind.File)
        {
            state = attachment.Path is not null && attachment.Size > limit ? MediaState.TooLarge
                : WriteInline(writer, attachment, message, kind, limit);
        }

        writer.Write("<figcaption class=\"more\" dir=\"auto\">"u8);
        var place = state == MediaState.Present ? default : media.Place(message, slot, attachment);
        if (place.File is { } file)
        {
            writer.Write("<a href=\""u8);
            writer.Write(single ? "" : Up);
            writer.Write(string.Join('/', file.Split('/').Select(Uri.EscapeDataString)));
            writer.Write("\">"u8);
            HtmlText.Write(writer, Phrases.Attachment(attachment));
            writer.Write("</a>"u8);
        }
        else
        {
            HtmlText.Write(writer, Phrases.Attachment(attachment));
            writer.Write(Phrases.Problem(place.State == MediaState.NotAsked ? state : place.State));
        }

        if (attachment.Caption is { Length: > 0 } caption)
        {
            writer.Write("<br>"u8);
            HtmlText.Write(writer, caption);
        }

        writer.Write("</figcaption></figure>"u8);
    }

    private MediaState WriteInline(Utf8Writer writer, Attachment attachment, Message message, MediaKind kind, long limit)
    {
        using var stream = media.Open(message, attachment, out var state);
        if (stream is null)
        {
            return state;
        }

        if (stream.CanSeek && stream.Length > limit)
        {
            return MediaState.TooLarge;
        }

        writer.Write(kind switch
        {
            MediaKind.Image => "<img alt=\"\" loading=\"lazy\" src=\"data:"u8,
            MediaKind.Audio => "<audio controls preload=\"none\" src=\"data:"u8,
            _ => "<video controls preload=\"none\" src=\"data:"u8,
        });
        writer.Write(MediaTypes.Canonical(attachment.ContentType));
        writer.Write(";base64,"u8);
        state = WriteBase64(writer, stream, limit);
        writer.Write(kind switch
        {
            MediaKind.Image => "\">"u8,
            MediaKind.Audio => "\"></audio>"u8,
            _ => "\"></video>"u8,
        });
        if (state != MediaState.Present)
        {
            media.Count(attachment, state);
        }

        return state;
    }

    private static MediaState WriteBase64(Utf8Writer writer, Stream stream, long limit)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(EncodeAtOnce);
        try
        {
            for (var total = 0L; ;)
            {
                var read = stream.ReadAtLeast(buffer.AsSpan(0, EncodeAtOnce), EncodeAtOnce, throwOnEndOfStream: false);
                total += read;
                if (total > limit)
                {
                    return MediaState.TooLarge;
                }

                Base64.EncodeToUtf8(buffer.AsSpan(0, read), writer.Room(Base64.GetMaxEncodedToUtf8Length(read)), out _, out var written);
                writer.Advance(written);
                if (read < EncodeAtOnce)
                {
                    return MediaState.Present;
                }
            }
        }
        catch (Exception fault) when (fault is ArchiveException or IOException)
        {
            return MediaState.Damaged;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
