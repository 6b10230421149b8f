using System.Buffers;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;

namespace Fluister.Archive.Exports.Formats;

/// <summary>RFC 4180, a row per message. A cell that a spreadsheet would take for a formula begins with an apostrophe.</summary>
internal sealed class Csv(ExportOptions options, Media media, string mediaPrefix) : TranscriptFormat
{
    private static readonly SearchValues<char> Special = SearchValues.Create(
        "\"\r" + string.Concat(Neutral.Characters.Where(static c => c is not '\r')));

    // With the full-width forms that some spreadsheets take for the same.
    private static readonly SearchValues<char> Formula = SearchValues.Create("=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20");

    private readonly Dates _calendar = new(options.TimeZone);

    internal override string Extension => "csv";

    /// <summary>The names of the columns.</summary>
    private static ReadOnlySpan<byte> Header =>
        "conversationId,conversation,messageId,date,sentAt,receivedAt,kind,type,direction,senderId,sender,text,"u8
        + "quotedId,quotedAuthor,quotedText,attachments,files,reactions,edits,marks\r\n"u8;

    internal override void WriteDocumentStart(Utf8Writer writer) => writer.Write(Header);

    internal override void WriteStart(Transcript transcript)
    {
        if (transcript.HasOwnFile)
        {
            transcript.Writer.Write(Header);
        }
    }

    internal override void WriteMessage(Transcript transcript, Message message)
    {
        var writer = transcript.Writer;
        Cell(writer, message.ConversationId);
        Cell(writer, transcript.Conversation.Name);
        Cell(writer, message.Id);
        writer.Write(message.SentAt.IsOnCalendar ? default : "'"u8);
        _calendar.WriteExact(writer, message.SentAt);
        writer.Write(","u8);
        writer.WriteNumber(message.SentAt.UnixMilliseconds);
        writer.Write(","u8);
        writer.WriteNumber(message.ReceivedAt.UnixMilliseconds);
        writer.Write(message.Kind switch
        {
            MessageKind.Text => ",text,"u8,
            MessageKind.Story => ",story,"u8,
            MessageKind.Call => ",call,"u8,
            _ => ",event,"u8,
        });
        Cell(writer, message.Type);
        writer.Write(message.Direction switch
        {
            MessageDirection.Incoming => "incoming,"u8,
            MessageDirection.Outgoing => "outgoing,"u8,
            _ => ","u8,
        });
        Cell(writer, message.Sender?.Id);
        Cell(writer, message.Sender?.Name);
        Cell(writer, Text(message));
        Cell(writer, message.Quote?.MessageId);
        Cell(writer, message.Quote?.Author?.Name);
        Cell(writer, message.Quote?.Text);
        var (attachments, files) = message.Attachments.Count == 0 ? (null, null) : Attachments(message);
        Cell(writer, attachments);
        Cell(writer, files);
        Cell(writer, message.Reactions.Count == 0
            ? null
            : string.Join("; ", message.Reactions.Select(static r => $"{r.Emoji} {r.Sender?.Name ?? "Unknown"}")));
        writer.WriteNumber(message.Edits.Count);
        writer.Write(","u8);
        writer.Write(Quoted(Phrases.Marks(message)));
        writer.Write("\r\n"u8);
    }

    internal override void WriteEnd(Transcript transcript, in Totals totals)
    {
        if (transcript.HasOwnFile)
        {
            WriteDocumentEnd(transcript.Writer, totals);
        }
    }

    // RFC 4180 knows no comments: what was left out is a last row of its own kind.
    internal override void WriteDocumentEnd(Utf8Writer writer, in Totals totals)
    {
        if (totals.Omits)
        {
            writer.Write(",,,,,,omitted,,,,,\""u8);
            Phrases.WriteOmitted(writer, totals);
            writer.Write("\",,,,,,,,\r\n"u8);
        }
    }

    private static string Quoted(string? words) => words is null ? "" : $"\"{words}\"";

    private static string? Text(Message message)
    {
        if (message is { Poll: null, Call: null, Event: null, Sticker: null, Contacts.Count: 0, Previews.Count: 0 })
        {
            return message.Body;
        }

        List<string?> parts =
        [
            message.Body,
            message.Sticker is { } sticker ? "Sticker " + sticker.Emoji : null,
            .. message.Previews.Select(static p => "Link: " + p.Url),
            .. message.Contacts.Select(static c => "Contact: " + Phrases.Contact(c)),
            message.Poll is { } poll ? $"Poll: {poll.Question} [{string.Join("; ", poll.Options.Select(Phrases.Option))}]" : null,
            message.Call is { } call ? Phrases.Call(call) : null,
            message.Event?.Text,
        ];
        return string.Join('\n', parts.Where(static p => p is { Length: > 0 }));
    }

    private (string Attachments, string Files) Attachments(Message message)
    {
        var (attachments, files) = (new List<string>(), new List<string>());
        for (var i = 0; i < message.Attachments.Count; i++)
        {
            var attachment = message.Attachments[i];
            var place = media.Place(message, $"a{i}", attachment);
            var caption = attachment.Caption is { Length: > 0 } given ? ": " + given : "";
            attachments.Add(Phrases.Attachment(attachment) + System.Text.Encoding.UTF8.GetString(Phrases.Problem(place.State)) + caption);
            if (place.File is { } file)
            {
                files.Add(mediaPrefix + file);
            }
        }

        return (string.Join("; ", attachments), string.Join("; ", files));
    }

    /// <summary>A text cell and the comma after it.</summary>
    private static void Cell(Utf8Writer writer, ReadOnlySpan<char> text)
    {
        if (text.Length == 0)
        {
            writer.Write(","u8);
            return;
        }

        writer.Write("\""u8);
        writer.Write(Formula.Contains(text[0]) ? "'"u8 : default);
        while (true)
        {
            var clean = text.IndexOfAny(Special);
            if (clean < 0)
            {
                break;
            }

            writer.Write(text[..clean]);
            writer.Write(text[clean] switch
            {
                '"' => "\"\""u8,
                // A terminal would write over the line.
                '\r' => clean + 1 < text.Length && text[clean + 1] == '\n' ? "\r"u8 : "\n"u8,
                '\u2028' => "\u2028"u8,
                '\u2029' => "\u2029"u8,
                _ => Neutral.Replacement,
            });
            text = text[(clean + 1)..];
        }

        writer.Write(text);
        writer.Write("\","u8);
    }
}
