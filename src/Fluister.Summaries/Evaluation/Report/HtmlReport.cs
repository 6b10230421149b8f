using System.Net;
using System.Text;

namespace Fluister.Summaries.Evaluation.Report;

/// <summary>The report as one page without script, with its plots in it; a policy in the page forbids anything else.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1b1f; --soft: #5c5f66; --paper: #fff; --line: #d9dbe0; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e9e9ea; --soft: #a2a5ab; --paper: #1b1b1f; --line: #3a3b40; } }
        body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
        max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 1.8rem 0 .2rem; }
        p { margin: .3rem 0; max-width: 46rem; } .soft { color: var(--soft); font-size: .85rem; }
        div.wide { overflow-x: auto; }
        table { border-collapse: collapse; margin: .5rem 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; overflow-wrap: anywhere; }
        th { font-weight: 600; vertical-align: bottom; }
        figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 6px; }
        """;

    public static string Text(EvaluationSummary summary, IEnumerable<BarChart> charts)
    {
        var page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" ")
            .Append("content=\"default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">\n")
            .Append("<meta name=\"referrer\" content=\"no-referrer\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<title>Evaluation of digests</title><style>\n").Append(Style).Append("\n</style></head><body>\n")
            .Append("<h1>Evaluation of digests</h1>\n<p>").Append(Html(Tables.Head(summary))).Append("</p>\n<p class=\"soft\">")
            .Append(Html(MarkdownReport.Caution)).Append("</p>\n");
        foreach (var chart in charts)
        {
            page.Append("<figure>").Append(chart.Svg()).Append("</figure>\n");
        }

        foreach (var table in Tables.Of(summary))
        {
            page.Append("<h2>").Append(Html(table.Heading)).Append("</h2>\n");
            if (table.Note.Length > 0)
            {
                page.Append("<p class=\"soft\">").Append(Html(table.Note)).Append("</p>\n");
            }

            page.Append("<div class=\"wide\"><table><tr>");
            page.AppendJoin("", table.Columns.Select(x => $"<th>{Html(x)}</th>")).Append("</tr>\n");
            foreach (var row in table.Rows)
            {
                page.Append("<tr>").AppendJoin("", row.Select(x => $"<td>{Html(x)}</td>")).Append("</tr>\n");
            }

            page.Append("</table></div>\n");
        }

        return page.Append("</body></html>\n").ToString();
    }

    private static string Html(string text) => WebUtility.HtmlEncode(DigestWriter.Plain(text));
}
