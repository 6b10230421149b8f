using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports.Formats;

/// <summary>A transcript that is safe to look at in a terminal. A line of a message never passes for one of ours: it is indented.</summary>
internal sealed class PlainText(ExportOptions options, Media media, string mediaPrefix) : TranscriptFormat
{
    private readonly Dates _calendar = new(options.TimeZone);

    internal override string Extension => "txt";

    private static ReadOnlySpan<byte> Indent => "    "u8;

    internal override void WriteStart(Transcript transcript)
    {
        var writer = transcript.Writer;
        writer.Write("=== "u8);
        Neutral.WriteLine(writer, transcript.Conversation.Name);
        writer.Write("\nTimes: "u8);
        Neutral.WriteLine(writer, options.TimeZone.Id);
        writer.Write("\n"u8);
    }

    internal override void WriteMessage(Transcript transcript, Message message)
    {
        var writer = transcript.Writer;
        var day = _calendar.DayOf(message.SentAt);
        if (transcript.Day != day)
        {
            transcript.Day = day;
            writer.Write("\n"u8);
            if (day == Dates.NoDay)
            {
                writer.Write("No date"u8);
            }
            else
            {
                _calendar.WriteDate(writer, message.SentAt);
            }

            writer.Write("\n\n"u8);
        }

        writer.Write("["u8);
        _calendar.WriteTime(writer, message.SentAt);
        writer.Write("] "u8);
        if (message.Sender is { } sender)
        {
            Neutral.WriteLine(writer, sender.Name);
            writer.Write(": "u8);
        }

        if (Phrases.Marks(message) is { } marks)
        {
            writer.Write("("u8);
            writer.Write(marks);
            writer.Write(") "u8);
        }

        Neutral.Write(writer, message.Body, Indent);
        writer.Write("\n"u8);
        if (message.Quote is { } quote)
        {
            WriteQuote(writer, quote);
        }

        for (var i = 0; i < message.Attachments.Count; i++)
        {
            WriteAttachment(writer, message.Attachments[i], message, $"a{i}");
        }

        WriteRareParts(writer, message);
        for (var i = 0; i < message.Reactions.Count; i++)
        {
            writer.Write(i == 0 ? "    Reactions: "u8 : ", "u8);
            Neutral.WriteLine(writer, message.Reactions[i].Emoji);
            writer.Write(" "u8);
            Neutral.WriteLine(writer, message.Reactions[i].Sender?.Name ?? "Unknown");
        }

        writer.Write(message.Reactions.Count > 0 ? "\n"u8 : default);
    }

    internal override void WriteEnd(Transcript transcript, in Totals totals)
    {
        var writer = transcript.Writer;
        writer.Write("\n"u8);
        writer.WriteNumber(transcript.Messages);
        writer.Write(transcript.Messages == 1 ? " message.\n"u8 : " messages.\n"u8);
        if (totals.Omits)
        {
            Phrases.WriteOmitted(writer, totals);
            writer.Write("\n"u8);
        }
    }

    internal override void WriteDocumentEnd(Utf8Writer writer, in Totals totals)
    {
        if (totals.Omits)
        {
            writer.Write("\n"u8);
            Phrases.WriteOmitted(writer, totals);
            writer.Write("\n"u8);
        }
    }

    private void WriteQuote(Utf8Writer writer, Quote quote)
    {
        writer.Write("    > "u8);
        if (quote.Author is { } author)
        {
            Neutral.WriteLine(writer, author.Name);
            writer.Write(" "u8);
        }

        writer.Write("("u8);
        _calendar.WriteDateAndTime(writer, quote.SentAt);
        writer.Write("): "u8);
        Neutral.Write(writer, quote.Text, "    > "u8);
        writer.Write("\n"u8);
        foreach (var attachment in quote.Attachments)
        {
            Line(writer, "    > ", Phrases.Attachment(attachment));
        }
    }

    private void WriteRareParts(Utf8Writer writer, Message message)
    {
        if (message.Sticker is { } sticker)
        {
            Line(writer, "    Sticker ", sticker.Emoji);
            if (sticker.Image is { } image)
            {
                WriteAttachment(writer, image, message, "s");
            }
        }

        for (var i = 0; i < message.Previews.Count; i++)
        {
            var preview = message.Previews[i];
            Line(writer, "    Link: ", string.Join(" - ",
                new[] { preview.Url, preview.Title, preview.Description }.Where(static t => t is { Length: > 0 })));
            if (preview.Image is { } image)
            {
                WriteAttachment(writer, image, message, $"p{i}");
            }
        }

        foreach (var contact in message.Contacts)
        {
            Line(writer, "    Contact: ", Phrases.Contact(contact));
        }

        if (message.Poll is { } poll)
        {
            Line(writer, poll.IsClosed ? "    Poll (closed): " : "    Poll: ", poll.Question);
            foreach (var option in poll.Options)
            {
                Line(writer, "    - ", Phrases.Option(option));
            }
        }

        if (message.Call is { } call)
        {
            Line(writer, "    ", Phrases.Call(call));
        }

        if (message.Event is { } happened)
        {
            Line(writer, "    ", happened.Text);
        }

        for (var i = 0; i < message.Edits.Count; i++)
        {
            writer.Write("    Before, "u8);
            _calendar.WriteDateAndTime(writer, message.Edits[i].SentAt);
            writer.Write(": "u8);
            Neutral.Write(writer, message.Edits[i].Body, "      "u8);
            writer.Write("\n"u8);
            for (var k = 0; k < message.Edits[i].Attachments.Count; k++)
            {
                WriteAttachment(writer, message.Edits[i].Attachments[k], message, $"e{i}-{k}");
            }
        }
    }

    private void WriteAttachment(Utf8Writer writer, Attachment attachment, Message message, string slot)
    {
        var place = media.Place(message, slot, attachment);
        writer.Write("    "u8);
        Neutral.WriteLine(writer, Phrases.Attachment(attachment));
        writer.Write(Phrases.Problem(place.State));
        if (place.File is { } file)
        {
            writer.Write(" in "u8);
            writer.Write(mediaPrefix);
            writer.Write(file);
        }

        if (attachment.Caption is { Length: > 0 } caption)
        {
            writer.Write(": "u8);
            Neutral.Write(writer, caption, "      "u8);
        }

        writer.Write("\n"u8);
    }

    private static void Line(Utf8Writer writer, string start, string? text)
    {
        writer.Write(start);
        Neutral.WriteLine(writer, text);
        writer.Write("\n"u8);
    }
}
