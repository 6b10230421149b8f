using System.Text;

namespace Fluister.Summaries;

// Markdown (CommonMark), in which nothing that people wrote is markup.
public static partial class DigestWriter
{
    /// <summary>Writes Markdown.</summary>
    public static void WriteMarkdown(Digest digest, Stream stream)
    {
        using var writer = Open(stream);
        var sources = new Sources();
        writer.WriteLine($"# {Escape(digest.Conversation.Name)}");
        writer.WriteLine();
        if (Origin(digest) is { } origin)
        {
            writer.WriteLine($"*{Escape(origin)}*");
            writer.WriteLine();
        }

        writer.WriteLine(Head(digest));
        Section(writer, "People", digest.Activity.Select(x => $"{Escape(Name(x.Participant))}: {Activity(x)}"));
        if (digest.Ask is { } ask)
        {
            writer.WriteLine();
            writer.WriteLine($"## Asked: {Escape(ask)}");
            if (digest.Answers.Count == 0 && digest.AnswerPoints.Count == 0)
            {
                writer.WriteLine();
                writer.WriteLine("Nothing in these messages speaks of it.");
            }

            MarkdownPoints(writer, digest.AnswerPoints, sources);
            foreach (var answer in digest.AnswerPoints.Count == 0 ? digest.Answers : [])
            {
                writer.WriteLine();
                var lines = answer.Quotes.Select(x => $"**{Escape(x.Text)}** {Source(digest, x)}").ToList();
                if (answer.Before is { } before)
                {
                    lines.Insert(0, $"{Escape(before.Text)} {Source(digest, before)}");
                }

                if (answer.After is { } after)
                {
                    lines.Add($"{Escape(after.Text)} {Source(digest, after)}");
                }

                writer.WriteLine("> " + string.Join("\n>\n> ", lines));
            }
        }

        foreach (var day in Days(digest))
        {
            if (digest.Receipt is not null)
            {
                writer.WriteLine();
                writer.WriteLine($"## {Escape(day.Key)}");
            }

            foreach (var topic in day)
            {
                writer.WriteLine();
                var title = topic.Keywords.Count == 0 ? "Talk" : string.Join(", ", topic.Keywords.Select(Escape));
                writer.WriteLine($"{(digest.Receipt is null ? "##" : "###")} {title}");
                writer.WriteLine();
                writer.WriteLine($"{Period(digest, topic.From, topic.To)}, {Count(topic.MessageCount, "message", "messages")}");
                MarkdownPoints(writer, topic.Points, sources);
                foreach (var quote in topic.Points.Count > 0 ? [] : topic.Quotes)
                {
                    writer.WriteLine();
                    writer.WriteLine($"> {Escape(quote.Text)} {Source(digest, quote)}");
                }
            }
        }

        Section(writer, "Decisions", digest.Decisions.Select(x => Quoted(digest, x)));
        Section(writer, "Open questions", digest.OpenQuestions.Select(x => Quoted(digest, x)));
        Section(writer, "You were named", digest.MentionsOfMe.Select(x => Quoted(digest, x)));
        Section(writer, "Dates", digest.Dates.Select(x => $"{When(x)}: {Quoted(digest, x.Quote)}"));
        Section(writer, "Links", digest.Links.Select(x => $"{Escape(x.Url)}{Escape(Title(x))} {Source(digest, x.Quote)}"));
        Section(writer, "Files",
            digest.Files.Select(x => $"{Escape(FileName(x))} {Size(x.Size)} ({Escape(Name(x.Speaker))}, {Moment(digest, x.SentAt)})"));
        Section(writer, "Sources", sources.All.Select((x, i) => $"\\[{i + 1}\\] “{Escape(Short(x.Text))}” {Source(digest, x)}"));
        Section(writer, "Left out", Omissions(digest));
        Section(writer, "How this was made", digest.Receipt is { } receipt ? Making(receipt).Select(Escape) : []);
    }

    private static void MarkdownPoints(StreamWriter writer, IReadOnlyList<DigestPoint> points, Sources sources)
    {
        if (points.Count > 0)
        {
            writer.WriteLine();
        }

        foreach (var point in points)
        {
            writer.WriteLine($"- {Escape(Statement(point))}{string.Concat(sources.NumbersOf(point).Select(x => $" \\[{x}\\]"))}");
        }
    }

    private static string Quoted(Digest digest, DigestQuote quote) => $"“{Escape(quote.Text)}” {Source(digest, quote)}";

    private static string Source(Digest digest, DigestQuote quote) =>
        $"({Escape(Name(quote.Speaker))}, {Moment(digest, quote.SentAt)}, {Id(quote.MessageId)})";

    private static void Section(StreamWriter writer, string heading, IEnumerable<string> lines)
    {
        var first = true;
        foreach (var line in lines)
        {
            if (first)
            {
                writer.WriteLine();
                writer.WriteLine($"## {heading}");
                writer.WriteLine();
                first = false;
            }

            writer.WriteLine($"- {line}");
        }
    }

    private const string Punctuation = "\\`*_{}[]<>()#+-!|&~:@=\"'$.";

    /// <summary>CommonMark 2.4: a backslash before ASCII punctuation takes its meaning away. Bare links stay text for those who do not
    /// extend the standard; with GitHub's extension "http" and "www" would become links, so their colon and dot are escaped
    /// too.</summary>
    /// <summary>Ids of Signal's are letters, digits and hyphens: as code they can be copied as they are.</summary>
    private static string Id(string id) => id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? $"`{id}`" : Escape(id);

    private static string Escape(string text)
    {
        var builder = new StringBuilder(text.Length + 16);
        foreach (var c in Plain(text))
        {
            if (Punctuation.Contains(c))
            {
                builder.Append('\\');
            }

            builder.Append(c);
        }

        return builder.ToString();
    }
}
