using System.Globalization;
using System.Net;
using System.Text;

namespace Fluister.Simulation.Network;

/// <summary>A run as a page that needs nothing else: no script, no font, no file beside it.</summary>
internal static class ReportPage
{
    private const string Style = """
        :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#59636e;--line:#d9dee3;--ok:#1a7f37;--bad:#c62828;
        --c0:#1f6feb;--c1:#d9730d;--c2:#1a7f37;--c3:#8250df;--c4:#bf3989;--c5:#7d8590;--c6:#b08800}
        @media(prefers-color-scheme:dark){:root{--bg:#0f1318;--fg:#e6edf3;--dim:#9198a1;--line:#30363d;--ok:#3fb950;--bad:#ff6b6b;
        --c0:#58a6ff;--c1:#ffa657;--c2:#56d364;--c3:#bc8cff;--c4:#ff7bb8;--c5:#9198a1;--c6:#e3b341}}
        *{box-sizing:border-box}body{margin:0 auto;max-width:1000px;padding:1rem;background:var(--bg);color:var(--fg);
        font:16px/1.45 system-ui,sans-serif}h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.4rem 0 .4rem}
        .ok{color:var(--ok)}.bad{color:var(--bad)}code{overflow-wrap:anywhere}
        table{border-collapse:collapse;width:100%}td,th{padding:.15rem .6rem .15rem 0;border-bottom:1px solid var(--line);text-align:left;
        vertical-align:top;font-weight:normal}td{font-variant-numeric:tabular-nums}th{color:var(--dim)}td.n{text-align:right}
        .grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:0 1.5rem}
        figure{margin:.8rem 0 0}figcaption{font-weight:600;font-size:.95rem}svg{width:100%;height:auto;display:block}
        svg text{font-size:12px;fill:var(--dim)}.g{stroke:var(--line)}.l{fill:none;stroke-width:1.5;stroke-linejoin:round}
        .s{fill:var(--dim);opacity:.18}.legend{margin:.1rem 0;font-size:.85rem;color:var(--dim)}.legend span{margin-right:.8rem}
        .legend i{display:inline-block;width:.8em;height:.8em;margin-right:.3em;border-radius:2px}
        """;

    /// <summary>The page.</summary>
    public static string Of(NetworkReport report)
    {
        var page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            + "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Fluister: the network proof</title><style>");
        page.Append(Style).Append(Colours()).Append("</style></head><body>\n");
        page.Append("<h1>The network proof: <span class=\"").Append(report.Passed ? "ok\">passed" : "bad\">failed");
        page.Append(CultureInfo.InvariantCulture, $"</span></h1>\n<p>{report.Started:yyyy-MM-dd HH:mm} UTC: ");
        page.Append(CultureInfo.InvariantCulture, $"<code>{Text(report.Command)}</code></p>\n");
        page.Append("<div class=\"grid\"><div>");
        Table(page, "What was sent and what came", report.Counts.Select(count => (count.Key, Number(count.Value))));
        page.Append("</div><div>");
        LatencyTable(page, report);
        Table(page, "The run", report.Setting.Select(setting => (setting.Key, Number(setting.Value))));
        Table(page, "The machine", report.Machine.Select(machine => (machine.Key, machine.Value)));
        page.Append("</div></div>\n");
        if (report.Wrong.Count > 0)
        {
            page.Append("<h2>What was noted</h2><ul>");
            page.AppendJoin('\n', report.Wrong.Select(wrong => $"<li>{Text(wrong)}</li>")).Append("</ul>\n");
        }

        page.Append("<h2>Over the seconds of the run</h2>\n<p class=\"legend\">Grey: a server was killed or held.</p><div class=\"grid\">");
        var plot = new Plot(
            report.Curves.Values.SelectMany(curves => curves.Values).SelectMany(points => points).Select(point => point[0])
                .DefaultIfEmpty().Max(),
            report.Faults);
        page.Append(plot.TimeLine("Faults"));
        foreach (var (name, curves) in report.Curves)
        {
            page.Append(plot.Curves(name, curves, name.StartsWith("Latency", StringComparison.Ordinal))).Append('\n');
        }

        return page.Append("</div></body></html>\n").ToString();
    }

    private static string Colours()
    {
        const int Count = 7;
        return string.Concat(Enumerable.Range(0, Count).Select(at =>
            $".l.c{at}{{stroke:var(--c{at})}}.f.c{at}{{fill:var(--c{at})}}.legend .c{at}{{background:var(--c{at})}}"));
    }

    private static void Table(StringBuilder page, string title, IEnumerable<(string Name, string Value)> rows)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2><table>");
        foreach (var (name, value) in rows)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(name)}</th><td>{Text(value)}</td></tr>");
        }

        page.Append("</table>");
    }

    private static void LatencyTable(StringBuilder page, NetworkReport report)
    {
        page.Append("<h2>Milliseconds from deed to telling</h2><table><tr><th></th>");
        foreach (var percent in report.Latency.Values.First().Keys)
        {
            page.Append(CultureInfo.InvariantCulture, $"<th>{(percent == "100" ? "longest" : $"p{percent}")}</th>");
        }

        page.Append("</tr>");
        foreach (var (way, latency) in report.Latency)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(way)}</th>");
            page.AppendJoin("", latency.Values.Select(value => $"<td>{Number(value)}</td>")).Append("</tr>");
        }

        page.Append("</table>");
    }

    private static string Number(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
