using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluister.Archive.Conversations;

namespace Fluister.Summaries;

// JSON. The form is described in docs/DIGESTS.md; it grows by new members only, else the version changes.
public static partial class DigestWriter
{
    /// <summary>Value of "schema".</summary>
    public const string JsonSchema = "fluister-digest/1";

    /// <summary>Writes one JSON object. Text is as in the messages, but for lone surrogates, which JSON cannot hold: they become
    /// U+FFFD.</summary>
    public static void WriteJson(Digest digest, Stream stream)
    {
        // Quotes, angle brackets and ampersands need no escape outside HTML; the encoder still escapes what breaks JSON or a terminal.
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var json = new Utf8JsonWriter(stream, options);
        json.WriteStartObject();
        json.WriteString("schema", JsonSchema);
        json.WriteStartObject("conversation");
        json.WriteString("id", Whole(digest.Conversation.Id));
        json.WriteString("name", Whole(digest.Conversation.Name));
        json.WriteEndObject();
        Optional(json, "ask", digest.Ask);
        Time(json, "from", digest.From);
        Time(json, "to", digest.To);
        json.WriteString("timeZone", digest.TimeZone.Id);
        json.WriteString("language", digest.Language);
        json.WriteNumber("messageCount", digest.MessageCount);
        Array(json, "activity", digest.Activity, x =>
        {
            Person(json, "participant", x.Participant);
            json.WriteNumber("messages", x.Messages);
            json.WriteNumber("words", x.Words);
            json.WriteNumber("share", Math.Round(x.Share, 4));
        });
        Array(json, "topics", digest.Topics, x =>
        {
            json.WriteStartArray("keywords");
            x.Keywords.ToList().ForEach(word => json.WriteStringValue(Whole(word)));
            json.WriteEndArray();
            Time(json, "from", x.From);
            Time(json, "to", x.To);
            json.WriteNumber("messageCount", x.MessageCount);
            Array(json, "quotes", x.Quotes, q => Members(json, q));
            Array(json, "points", x.Points, p => Members(json, p));
        });
        Array(json, "answerPoints", digest.AnswerPoints, x => Members(json, x));
        Array(json, "answers", digest.Answers, x =>
        {
            Member(json, "before", x.Before);
            Array(json, "quotes", x.Quotes, q => Members(json, q));
            Member(json, "after", x.After);
        });
        Array(json, "decisions", digest.Decisions, x => Members(json, x));
        Array(json, "openQuestions", digest.OpenQuestions, x => Members(json, x));
        Array(json, "mentionsOfMe", digest.MentionsOfMe, x => Members(json, x));
        Array(json, "dates", digest.Dates, x =>
        {
            json.WriteString("text", Whole(x.Text));
            Optional(json, "day", x.Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            Optional(json, "time", x.Time?.ToString("HH:mm", CultureInfo.InvariantCulture));
            Member(json, "quote", x.Quote);
        });
        Array(json, "links", digest.Links, x =>
        {
            json.WriteString("url", Whole(x.Url));
            Optional(json, "title", x.Title);
            json.WriteNumber("count", x.Count);
            Member(json, "quote", x.Quote);
        });
        Array(json, "files", digest.Files, x =>
        {
            Optional(json, "name", x.Name);
            json.WriteString("contentType", Whole(x.ContentType));
            json.WriteNumber("size", x.Size);
            json.WriteBoolean("isVoiceMessage", x.IsVoiceMessage);
            json.WriteString("messageId", Whole(x.MessageId));
            Person(json, "speaker", x.Speaker);
            Time(json, "sentAt", x.SentAt);
        });
        json.WriteStartObject("omitted");
        json.WriteNumber("disappearing", digest.Omitted.Disappearing);
        json.WriteNumber("viewOnce", digest.Omitted.ViewOnce);
        json.WriteNumber("erased", digest.Omitted.Erased);
        json.WriteNumber("events", digest.Omitted.Events);
        json.WriteNumber("withoutText", digest.Omitted.WithoutText);
        json.WriteNumber("older", digest.Omitted.Older);
        json.WriteNumber("findings", digest.Omitted.Findings);
        json.WriteEndObject();
        Member(json, digest.Receipt);
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> members)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            members(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Member(Utf8JsonWriter json, string name, DigestQuote? quote)
    {
        if (quote is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        Members(json, quote);
        json.WriteEndObject();
    }

    private static void Members(Utf8JsonWriter json, DigestQuote quote)
    {
        json.WriteString("messageId", Whole(quote.MessageId));
        Person(json, "speaker", quote.Speaker);
        Time(json, "sentAt", quote.SentAt);
        json.WriteString("text", Whole(quote.Text));
        json.WriteNumber("score", Math.Round(quote.Score, 4));
    }

    private static void Members(Utf8JsonWriter json, DigestPoint point)
    {
        json.WriteString("text", Whole(point.Text));
        Person(json, "speaker", point.Speaker);
        json.WriteBoolean("isQuote", point.IsQuote);
        Array(json, "sources", point.Sources, x => Members(json, x));
    }

    private static void Person(Utf8JsonWriter json, string name, Participant? person)
    {
        if (person is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("id", Whole(person.Id));
        json.WriteString("name", Whole(person.Name));
        json.WriteBoolean("isSelf", person.IsSelf);
        json.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter json, string name, Timestamp? time) => Optional(json, name, time?.ToString());

    private static void Optional(Utf8JsonWriter json, string name, string? text)
    {
        if (text is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, Whole(text));
        }
    }

    private static string Whole(string text) => Utf8.GetString(Utf8.GetBytes(text));
}
