using System.Globalization;
using System.Net;
using System.Text;

namespace Fluister.NotForking.Drift;

/// <summary>The report as one HTML file with an SVG plot; it loads nothing and runs no script.</summary>
internal sealed class DriftPage
{
    private const int Cell = 18;
    private const int Bars = 60;

    private const string Head = """
        <!DOCTYPE html>
        <html lang="en">
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width">
        <style>
        :root { color-scheme: light dark; font: 15px system-ui, sans-serif; }
        body { margin: 2em; }
        .plot { overflow-x: auto; }
        table { border-collapse: collapse; }
        td, th { padding: .2em .8em; text-align: left; vertical-align: top; }
        tr + tr { border-top: 1px solid #8884; }
        text { fill: currentColor; font-size: 12px; }
        .letter { fill: #fff; text-anchor: middle; font-weight: bold; }
        .fits { fill: #2a7f3b; }
        .offset { fill: #2b6cb0; }
        .fuzz { fill: #a86b00; }
        .fails { fill: #b3261e; }
        .assertion-fails { fill: #7b2d8b; }
        .not-applicable { fill: #8886; }
        </style>

        """;

    private readonly DriftReport _report;
    private readonly StringBuilder _page = new(Head);

    private DriftPage(DriftReport report) => _report = report;

    /// <summary>Makes the page.</summary>
    public static string Of(DriftReport report) => new DriftPage(report).Write();

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Words(DriftCell cell) => cell.Word.Replace('-', ' ');

    private void Add(FormattableString text) => _page.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private string Write()
    {
        Add($"<title>Drift of {Text(_report.Name)}</title>");
        Add($"<h1>Drift of {Text(_report.Name)}</h1>");
        Add($"<p>{_report.Modifications.Count} modifications on {_report.Versions.Count} versions, oldest first.</p>");
        Plot();
        Add($"<p>");
        foreach (var status in Enum.GetValues<DriftStatus>())
        {
            var cell = new DriftCell(status, "");
            Add($"<svg width=\"{Cell}\" height=\"{Cell}\" role=\"img\">");
            Square(cell, 0, 0);
            Add($"</svg> {Words(cell)} &#160;");
        }

        Add($"</p>\n<table>\n<tr><th>Modification<th>Versions<th>How<th>What");
        foreach (var (modification, from, to, cell) in _report.Runs())
        {
            var versions = from == to ? from : $"{from} to {to}";
            Add($"<tr><td>{Text(modification)}<td>{Text(versions)}<td>{Words(cell)}<td>{Text(cell.Sentence)}");
        }

        Add($"</table>\n</html>");
        return _page.ToString();
    }

    private void Plot()
    {
        // Letters of this size are 7 wide.
        var label = 12 + (7 * _report.Modifications.Select(name => name.Length).Append(26).Max());
        var foot = 12 + (7 * _report.Versions.Select(version => version.Length).Append(1).Max());
        var (top, below) = (Bars + 10, Bars + 10 + (_report.Modifications.Count * Cell));
        Add($"<div class=\"plot\"><svg width=\"{label + (_report.Versions.Count * Cell)}\" height=\"{below + foot}\" role=\"img\"");
        Add($" aria-label=\"Which modification fits which version\">");
        Add($"<text x=\"0\" y=\"14\">how many, by how they fit</text>");
        for (var row = 0; row < _report.Modifications.Count; row++)
        {
            Add($"<text x=\"0\" y=\"{top + (row * Cell) + 13}\">{Text(_report.Modifications[row])}</text>");
        }

        for (var at = 0; at < _report.Versions.Count; at++)
        {
            var x = label + (at * Cell);
            Bar(_report.Cells[at], x);
            for (var row = 0; row < _report.Modifications.Count; row++)
            {
                var cell = _report.Cells[at][row];
                var title = $"{_report.Modifications[row]}, {_report.Versions[at]}: {Words(cell)}. {cell.Sentence}";
                Add($"<g><title>{Text(title)}</title>");
                Square(cell, x, top + (row * Cell));
                Add($"</g>");
            }

            Add($"<text transform=\"translate({x + 4},{below + 6}) rotate(90)\">{Text(_report.Versions[at])}</text>");
        }

        Add($"</svg></div>");
    }

    /// <summary>One version's modifications, as shares of a bar.</summary>
    private void Bar(IReadOnlyList<DriftCell> cells, int x)
    {
        var y = (double)Bars;
        foreach (var group in cells.GroupBy(cell => cell.Status).OrderBy(group => group.Key))
        {
            var share = (double)Bars * group.Count() / cells.Count;
            y -= share;
            Add($"<rect class=\"{group.First().Word}\" x=\"{x}\" y=\"{y:0.##}\" width=\"{Cell - 2}\" height=\"{share:0.##}\"/>");
        }
    }

    private void Square(DriftCell cell, int x, int y)
    {
        Add($"<rect class=\"{cell.Word}\" x=\"{x}\" y=\"{y}\" width=\"{Cell - 2}\" height=\"{Cell - 2}\"/>");
        Add($"<text class=\"letter\" x=\"{x + (Cell / 2) - 1}\" y=\"{y + 13}\">{Text(cell.Letter.ToString())}</text>");
    }
}
