using System.Globalization;
using System.Net;
using System.Text;

namespace Fluister.NotForking.Drift;

/// <summary>The report as one HTML file with an SVG plot; it loads nothing and runs no script.</summary>
internal static class DriftPage
{
    private const int Cell = 18;
    private const int Bars = 60;

    /// <summary>Makes the page.</summary>
    public static string Of(DriftReport report)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $$"""
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width">
            <title>Drift of {{Text(report.Name)}}</title>
            <style>
            :root { color-scheme: light dark; font: 15px system-ui, sans-serif; }
            body { margin: 2em; } .plot { overflow-x: auto; } table { border-collapse: collapse; } td, th { padding: .2em .8em; text-align: left; vertical-align: top; }
            tr + tr { border-top: 1px solid #8884; } text { fill: currentColor; font-size: 12px; } .letter { fill: #fff; text-anchor: middle; font-weight: bold; }
            .fits { fill: #2a7f3b; } .offset { fill: #2b6cb0; } .fuzz { fill: #a86b00; } .fails { fill: #b3261e; } .assertion-fails { fill: #7b2d8b; } .not-applicable { fill: #8886; }
            </style>
            <h1>Drift of {{Text(report.Name)}}</h1>
            <p>{{report.Modifications.Count}} modifications on {{report.Versions.Count}} versions, oldest first.</p>
            <div class="plot">

            """);
        Plot(page, report);
        page.Append("</div>\n<p>");
        foreach (var status in Enum.GetValues<DriftStatus>())
        {
            var cell = new DriftCell(status, "");
            page.Append(CultureInfo.InvariantCulture, $"<svg width=\"{Cell}\" height=\"{Cell}\" role=\"img\">{Square(cell, 0, 0)}</svg> {cell.Word.Replace('-', ' ')} &#160; ");
        }

        page.Append("</p>\n<table>\n<tr><th>Modification<th>Versions<th>How<th>What\n");
        foreach (var (modification, from, to, cell) in report.Runs())
        {
            var versions = from == to ? Text(from) : $"{Text(from)} to {Text(to)}";
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(modification)}<td>{versions}<td>{cell.Word.Replace('-', ' ')}<td>{Text(cell.Sentence)}\n");
        }

        return page.Append("</table>\n</html>\n").ToString();
    }

    private static void Plot(StringBuilder page, DriftReport report)
    {
        var label = 12 + (7 * report.Modifications.Select(name => name.Length).Append(8).Max());
        var foot = 12 + (7 * report.Versions.Select(version => version.Length).Append(1).Max());
        var (width, matrix) = (label + (report.Versions.Count * Cell), Bars + 10);
        var height = matrix + (report.Modifications.Count * Cell) + foot;
        page.Append(CultureInfo.InvariantCulture, $"<svg width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"Which modification fits which version\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"14\">how many, by how they fit</text>\n");
        for (var row = 0; row < report.Modifications.Count; row++)
        {
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{matrix + (row * Cell) + 13}\">{Text(report.Modifications[row])}</text>\n");
        }

        for (var at = 0; at < report.Versions.Count; at++)
        {
            var (x, y) = (label + (at * Cell), (double)Bars);
            foreach (var group in report.Cells[at].GroupBy(cell => cell.Word).OrderBy(group => group.First().Status))
            {
                var share = Bars * (double)group.Count() / report.Modifications.Count;
                y -= share;
                page.Append(CultureInfo.InvariantCulture, $"<rect class=\"{group.Key}\" x=\"{x}\" y=\"{y:0.##}\" width=\"{Cell - 2}\" height=\"{share:0.##}\"/>");
            }

            for (var row = 0; row < report.Modifications.Count; row++)
            {
                var cell = report.Cells[at][row];
                page.Append(CultureInfo.InvariantCulture, $"<g><title>{Text($"{report.Modifications[row]}, {report.Versions[at]}: {cell.Word}. {cell.Sentence}")}</title>");
                page.Append(Square(cell, x, matrix + (row * Cell))).Append("</g>");
            }

            var below = matrix + (report.Modifications.Count * Cell) + 6;
            page.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate({x + 4},{below}) rotate(90)\">{Text(report.Versions[at])}</text>\n");
        }

        page.Append("</svg>\n");
    }

    private static string Square(DriftCell cell, int x, int y) => string.Create(
        CultureInfo.InvariantCulture,
        $"<rect class=\"{cell.Word}\" x=\"{x}\" y=\"{y}\" width=\"{Cell - 2}\" height=\"{Cell - 2}\"/><text class=\"letter\" x=\"{x + (Cell / 2) - 1}\" y=\"{y + 13}\">{Text(cell.Letter.ToString())}</text>");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
