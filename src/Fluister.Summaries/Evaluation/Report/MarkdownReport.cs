using System.Text;

namespace Fluister.Summaries.Evaluation.Report;

/// <summary>The report as Markdown.</summary>
internal static class MarkdownReport
{
    /// <summary>What the numbers are not.</summary>
    public const string Caution = "ROUGE counts shared words, not understanding. A word that stands in the source is no proof that the "
        + "statement is true, and a name that does not may be a matter of grammar: the table of false statements counts signs.";

    public static string Text(EvaluationSummary summary, IEnumerable<BarChart> charts)
    {
        var text = new StringBuilder("# Evaluation of digests\n\n").Append(Escape(Tables.Head(summary))).Append("\n\n").Append(Caution)
            .Append('\n');
        foreach (var table in Tables.Of(summary))
        {
            text.Append("\n## ").Append(Escape(table.Heading)).Append("\n\n");
            if (table.Note.Length > 0)
            {
                text.Append(Escape(table.Note)).Append("\n\n");
            }

            Line(text, table.Columns);
            text.Append('|').Append(string.Concat(table.Columns.Select((_, i) => i == 0 ? "---|" : "---:|"))).Append('\n');
            foreach (var row in table.Rows)
            {
                Line(text, row);
            }
        }

        text.Append("\n## Plots\n");
        foreach (var chart in charts)
        {
            text.Append("\n![").Append(Escape(chart.Title)).Append("](").Append(chart.Name).Append(".svg)\n");
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, IReadOnlyList<string> cells)
    {
        text.Append('|');
        foreach (var cell in cells)
        {
            text.Append(' ').Append(Escape(cell)).Append(" |");
        }

        text.Append('\n');
    }

    /// <summary>Names of models are their makers' words: no markup.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in DigestWriter.Plain(text))
        {
            escaped.Append(c is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '|' or '#' or '&' or '!' or '~' ? $"\\{c}"
                : $"{c}");
        }

        return escaped.ToString();
    }
}
