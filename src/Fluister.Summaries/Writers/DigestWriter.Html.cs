using System.Net;

namespace Fluister.Summaries;

// One HTML page without script, picture or anything from elsewhere; a policy in the page forbids them too.
public static partial class DigestWriter
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1b1f; --soft: #5c5f66; --paper: #fff; --line: #d9dbe0; --mark: #2c6bed; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e9e9ea; --soft: #a2a5ab; --paper: #1b1b1f;
        --line: #3a3b40; --mark: #86a9f5; } }
        body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
        max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .3rem; }
        p, ul { margin: .3rem 0; } ul { padding-left: 1.2rem; }
        .soft, cite { color: var(--soft); font-size: .85rem; font-style: normal; }
        blockquote { margin: .5rem 0; padding: .1rem .8rem; border-left: 3px solid var(--line); overflow-wrap: anywhere; }
        blockquote.found { border-color: var(--mark); }
        .points li { margin: .3rem 0; overflow-wrap: anywhere; } .points a, .origin { color: var(--soft); }
        ol li:target { background: color-mix(in srgb, var(--mark) 20%, transparent); }
        """;

    /// <summary>Writes one self-contained HTML page.</summary>
    public static void WriteHtml(Digest digest, Stream stream)
    {
        using var writer = Open(stream);
        var title = Html(digest.Conversation.Name);
        writer.WriteLine("<!doctype html>");
        writer.WriteLine("<html lang=\"en\"><head><meta charset=\"utf-8\">");
        writer.WriteLine("<meta http-equiv=\"Content-Security-Policy\" "
            + "content=\"default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">");
        writer.WriteLine("<meta name=\"referrer\" content=\"no-referrer\">");
        writer.WriteLine("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        writer.WriteLine($"<title>{title}</title><style>\n{Style}\n</style></head><body>");
        var sources = new Sources();
        writer.WriteLine($"<h1 dir=\"auto\">{title}</h1><p class=\"soft\">{Html(Head(digest))}</p>");
        if (Origin(digest) is { } origin)
        {
            writer.WriteLine($"<p class=\"origin\">{Html(origin)}</p>");
        }

        List(writer, "People", digest.Activity.Select(x => $"{Html(Name(x.Participant))}: {Html(Activity(x))}"));
        if (digest.Ask is { } ask)
        {
            writer.WriteLine($"<h2 dir=\"auto\">Asked: {Html(ask)}</h2>");
            if (digest.Answers.Count == 0 && digest.AnswerPoints.Count == 0)
            {
                writer.WriteLine("<p>Nothing in these messages speaks of it.</p>");
            }

            HtmlPoints(writer, digest.AnswerPoints, sources);
            foreach (var answer in digest.AnswerPoints.Count == 0 ? digest.Answers : [])
            {
                writer.WriteLine("<section>");
                Block(writer, digest, answer.Before, "");
                answer.Quotes.ToList().ForEach(x => Block(writer, digest, x, " class=\"found\""));
                Block(writer, digest, answer.After, "");
                writer.WriteLine("</section>");
            }
        }

        foreach (var day in Days(digest))
        {
            var heading = digest.Receipt is null ? "h2" : "h3";
            if (digest.Receipt is not null)
            {
                writer.WriteLine($"<h2>{Html(day.Key)}</h2>");
            }

            foreach (var topic in day)
            {
                var period = $"{Period(digest, topic.From, topic.To)}, {Count(topic.MessageCount, "message", "messages")}";
                writer.WriteLine($"<{heading} dir=\"auto\">{Html(Title(topic))}</{heading}><p class=\"soft\">{Html(period)}</p>");
                HtmlPoints(writer, topic.Points, sources);
                (topic.Points.Count > 0 ? [] : topic.Quotes).ToList().ForEach(x => Block(writer, digest, x, ""));
            }
        }

        List(writer, "Decisions", digest.Decisions.Select(x => Inline(digest, x)));
        List(writer, "Open questions", digest.OpenQuestions.Select(x => Inline(digest, x)));
        List(writer, "You were named", digest.MentionsOfMe.Select(x => Inline(digest, x)));
        List(writer, "Dates", digest.Dates.Select(x => $"{Html(When(x))}: {Inline(digest, x.Quote)}"));
        List(writer, "Links", digest.Links.Select(x => $"{Anchor(x.Url)}{Html(Title(x))} {Cite(digest, x.Quote)}"));
        List(writer, "Files", digest.Files.Select(x =>
            $"<bdi>{Html(FileName(x))}</bdi> {Html(Size(x.Size))} <cite>{Html(Name(x.Speaker))}, {Html(Moment(digest, x.SentAt))}</cite>"));
        if (sources.All.Count > 0)
        {
            writer.WriteLine("<h2>Sources</h2><ol>");
            sources.All.Index().ToList().ForEach(x => writer.WriteLine(
                $"<li id=\"s{x.Index + 1}\"><bdi>“{Html(Short(x.Item.Text))}”</bdi> {Cite(digest, x.Item)}</li>"));
            writer.WriteLine("</ol>");
        }

        List(writer, "Left out", Omissions(digest).Select(Html));
        List(writer, "How this was made", digest.Receipt is { } receipt ? Making(receipt).Select(Html) : []);
        writer.WriteLine("</body></html>");
    }

    private static string Html(string text) => WebUtility.HtmlEncode(Plain(text));

    /// <summary>Only what a message has word for word, and only to the web.</summary>
    private static string Anchor(string url) => url.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        ? $"<a rel=\"noopener noreferrer\" href=\"{Html(url)}\">{Html(url)}</a>"
        : Html(url);

    private static string Cite(Digest digest, DigestQuote quote) =>
        $"<cite><bdi>{Html(Name(quote.Speaker))}</bdi>, {Html(Moment(digest, quote.SentAt))}, "
        + $"<span data-message=\"{Html(quote.MessageId)}\">{Html(quote.MessageId)}</span></cite>";

    private static string Inline(Digest digest, DigestQuote quote) => $"<bdi>“{Html(quote.Text)}”</bdi> {Cite(digest, quote)}";

    private static void Block(StreamWriter writer, Digest digest, DigestQuote? quote, string attribute)
    {
        if (quote is not null)
        {
            writer.WriteLine($"<blockquote{attribute}><p dir=\"auto\">{Html(quote.Text)}</p>{Cite(digest, quote)}</blockquote>");
        }
    }

    private static void HtmlPoints(StreamWriter writer, IReadOnlyList<DigestPoint> points, Sources sources)
    {
        if (points.Count > 0)
        {
            writer.WriteLine("<ul class=\"points\">");
            foreach (var point in points)
            {
                var links = string.Concat(sources.NumbersOf(point).Select(x => $" <a href=\"#s{x}\">[{x}]</a>"));
                writer.WriteLine($"<li><bdi{(point.IsQuote ? " class=\"quote\"" : "")}>{Html(Statement(point))}</bdi>{links}</li>");
            }

            writer.WriteLine("</ul>");
        }
    }

    private static void List(StreamWriter writer, string heading, IEnumerable<string> items)
    {
        var list = items.ToList();
        if (list.Count > 0)
        {
            writer.WriteLine($"<h2>{heading}</h2><ul>");
            list.ForEach(x => writer.WriteLine($"<li>{x}</li>"));
            writer.WriteLine("</ul>");
        }
    }
}
