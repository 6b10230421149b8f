namespace Fluister.Summaries;

// Plain text, for a terminal.
public static partial class DigestWriter
{
    /// <summary>Writes plain text.</summary>
    public static void WriteText(Digest digest, Stream stream)
    {
        using var writer = Open(stream);
        var sources = new Sources();
        if (Origin(digest) is { } origin)
        {
            writer.WriteLine(origin);
        }

        writer.WriteLine(Plain(digest.Conversation.Name));
        writer.WriteLine(Head(digest));
        foreach (var person in digest.Activity)
        {
            writer.WriteLine($"  {Name(person.Participant)}: {Activity(person)}");
        }

        if (digest.Ask is { } ask)
        {
            Heading(writer, $"Asked: {Plain(ask)}");
            if (digest.Answers.Count == 0 && digest.AnswerPoints.Count == 0)
            {
                writer.WriteLine("  Nothing in these messages speaks of it.");
            }

            TextPoints(writer, digest.AnswerPoints, sources);
            foreach (var answer in digest.AnswerPoints.Count == 0 ? digest.Answers : [])
            {
                writer.WriteLine();
                Line(writer, digest, answer.Before, "    ");
                answer.Quotes.ToList().ForEach(x => Line(writer, digest, x, "  > "));
                Line(writer, digest, answer.After, "    ");
            }
        }

        foreach (var day in Days(digest))
        {
            if (digest.Receipt is not null)
            {
                Heading(writer, $"== {day.Key}");
            }

            foreach (var topic in day)
            {
                var period = Period(digest, topic.From, topic.To);
                Heading(writer, $"{Title(topic)} ({period}, {Count(topic.MessageCount, "message", "messages")})");
                TextPoints(writer, topic.Points, sources);
                (topic.Points.Count > 0 ? [] : topic.Quotes).ToList().ForEach(x => Line(writer, digest, x, "  "));
            }
        }

        Quotes(writer, digest, "Decisions", digest.Decisions);
        Quotes(writer, digest, "Open questions", digest.OpenQuestions);
        Quotes(writer, digest, "You were named", digest.MentionsOfMe);
        Lines(writer, "Dates", digest.Dates.Select(x => $"{When(x)}  {Line(digest, x.Quote)}"));
        Lines(writer, "Links", digest.Links.Select(x => $"{Plain(x.Url)}{Title(x)}  {By(digest, x.Quote)}"));
        Lines(writer, "Files", digest.Files.Select(x =>
            $"{FileName(x)} {Size(x.Size)}  {Name(x.Speaker)}, {Moment(digest, x.SentAt)} [{Plain(x.MessageId)}]"));
        Lines(writer, "Sources", sources.All.Select((x, i) =>
            $"[{i + 1}] {Moment(digest, x.SentAt)} {Name(x.Speaker)}: “{Short(x.Text)}” [{Plain(x.MessageId)}]"));
        Lines(writer, "Left out", Omissions(digest));
        Lines(writer, "How this was made", digest.Receipt is { } receipt ? Making(receipt) : []);
    }

    private static void TextPoints(StreamWriter writer, IReadOnlyList<DigestPoint> points, Sources sources)
    {
        foreach (var point in points)
        {
            writer.WriteLine($"  - {Statement(point)}{string.Concat(sources.NumbersOf(point).Select(x => $" [{x}]"))}");
        }
    }

    private static string Activity(DigestActivity person) =>
        $"{Count(person.Messages, "message", "messages")}, {Count(person.Words, "word", "words")} ({100 * person.Share:F0} %)";

    private static string Title(DigestTopic topic) => topic.Keywords.Count == 0 ? "Talk" : string.Join(", ", topic.Keywords.Select(Plain));

    private static string Title(DigestLink link) => (link.Title is { Length: > 0 } title ? $" ({Plain(title)})" : "")
        + (link.Count > 1 ? $" ×{link.Count}" : "");

    private static string By(Digest digest, DigestQuote quote) =>
        $"{Name(quote.Speaker)}, {Moment(digest, quote.SentAt)} [{Plain(quote.MessageId)}]";

    private static string Line(Digest digest, DigestQuote quote) => $"“{Nested(quote.Text)}” {By(digest, quote)}";

    private static void Line(StreamWriter writer, Digest digest, DigestQuote? quote, string indent)
    {
        if (quote is not null)
        {
            writer.WriteLine(indent + Line(digest, quote));
        }
    }

    private static void Heading(StreamWriter writer, string text)
    {
        writer.WriteLine();
        writer.WriteLine(text);
    }

    private static void Quotes(StreamWriter writer, Digest digest, string heading, IReadOnlyList<DigestQuote> quotes) =>
        Lines(writer, heading, quotes.Select(x => Line(digest, x)));

    private static void Lines(StreamWriter writer, string heading, IEnumerable<string> lines)
    {
        var first = true;
        foreach (var line in lines)
        {
            if (first)
            {
                Heading(writer, heading);
                first = false;
            }

            writer.WriteLine($"  {line}");
        }
    }
}
