using System.Globalization;
using System.Net;
using System.Text;

namespace Fluister.Simulation.Network;

/// <summary>Draws curves over the seconds of a run as SVG. Colours are classes, which the page sets for light and dark.</summary>
internal sealed class Plot
{
    private const double Width = 440;
    private const double Height = 190;
    private const double Left = 46;
    private const double Right = 8;
    private const double Top = 8;
    private const double Bottom = 22;

    private readonly double _seconds;
    private readonly IReadOnlyList<NetworkReport.FaultDone> _faults;

    /// <summary>A plot of a run.</summary>
    /// <param name="seconds">How long it was.</param>
    /// <param name="faults">What was done to its servers, which all plots shade.</param>
    public Plot(double seconds, IReadOnlyList<NetworkReport.FaultDone> faults) => (_seconds, _faults) = (Math.Max(seconds, 1), faults);

    /// <summary>Curves.</summary>
    /// <param name="name">What is drawn.</param>
    /// <param name="curves">Pairs of second and value, by what they show.</param>
    /// <param name="isLogarithmic">Whether the values' axis is; values below 1 are drawn as 1 then.</param>
    public string Curves(string name, IReadOnlyDictionary<string, IReadOnlyList<double[]>> curves, bool isLogarithmic)
    {
        var highest = Math.Max(1, curves.Values.SelectMany(points => points).Select(point => point[1]).DefaultIfEmpty().Max());
        var axis = new PlotAxis(highest, isLogarithmic);
        var svg = Begin(name);
        foreach (var tick in axis.Ticks)
        {
            var y = Y(axis.Share(tick));
            Add(svg, $"<line class=\"g\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:F1}\" y2=\"{y:F1}\"/>");
            Add(svg, $"<text x=\"{Left - 4}\" y=\"{y + 4:F1}\" text-anchor=\"end\">{PlotAxis.Text(tick)}</text>");
        }

        foreach (var (points, at) in curves.Values.Select((points, at) => (points, at)))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"l c{at}\" points=\"");
            foreach (var point in points)
            {
                Add(svg, $"{X(point[0]):F1},{Y(axis.Share(point[1])):F1} ");
            }

            svg.Append("\"/>");
        }

        return Figure(name, svg.Append("</svg>"), curves.Keys.Select((key, at) => (key, $"c{at}")));
    }

    /// <summary>What was done to whom and when: a row for each server, each pair of servers, and the people.</summary>
    public string TimeLine(string name)
    {
        const double Thinnest = 2;
        var rows = _faults.Select(Row).Distinct().Order(StringComparer.Ordinal).ToList();
        var kinds = _faults.Select(fault => fault.Kind).Distinct().Order(StringComparer.Ordinal).ToList();
        var height = (Height - Top - Bottom) / Math.Max(rows.Count, 1);
        var svg = Begin(name);
        foreach (var (row, at) in rows.Select((row, at) => (row, at)))
        {
            Add(svg, $"<text x=\"{Left - 4}\" y=\"{Top + ((at + 0.5) * height) + 4:F1}\" text-anchor=\"end\">{row}</text>");
        }

        foreach (var fault in _faults)
        {
            var y = Top + (rows.IndexOf(Row(fault)) * height);
            var width = Math.Max(Thinnest, X(fault.Until) - X(fault.From));
            Add(svg, $"<rect class=\"f c{kinds.IndexOf(fault.Kind)}\" x=\"{X(fault.From):F1}\" y=\"{y + 2:F1}\" width=\"{width:F1}\" ");
            Add(svg, $"height=\"{height - 4:F1}\"><title>{fault.Kind} {fault.Target}, {fault.From:F1} to {fault.Until:F1} s");
            svg.Append("</title></rect>");
        }

        return Figure(name, svg.Append("</svg>"), kinds.Select((kind, at) => (Words(kind), $"c{at}")));
    }

    private static string Row(NetworkReport.FaultDone fault) =>
        fault.Target.StartsWith("people", StringComparison.Ordinal) ? "people" : string.Join('-', fault.Target.Split('-').Order());

    private static string Words(string kind) =>
        string.Concat(kind.Select((letter, at) =>
            char.IsUpper(letter) ? $"{(at > 0 ? " " : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));

    private static void Add(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));

    private static double Y(double share) => Height - Bottom - (share * (Height - Top - Bottom));

    private static string Figure(string name, StringBuilder svg, IEnumerable<(string Text, string Style)> legend) =>
        $"<figure><figcaption>{WebUtility.HtmlEncode(name)}</figcaption>{svg}<p class=\"legend\">"
        + string.Join(" ", legend.Select(one => $"<span><i class=\"{one.Style}\"></i>{WebUtility.HtmlEncode(one.Text)}</span>"))
        + "</p></figure>";

    private double X(double second) => Left + (Math.Clamp(second / _seconds, 0, 1) * (Width - Left - Right));

    // The frame, the seconds, and a shade where a server was not there.
    private StringBuilder Begin(string name)
    {
        var svg = new StringBuilder();
        Add(svg, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(name)}\">");
        foreach (var fault in _faults.Where(fault => fault.Kind is nameof(FaultKind.ServerKilled) or nameof(FaultKind.ServerPaused)))
        {
            var (from, width) = (X(fault.From), Math.Max(1, X(fault.Until) - X(fault.From)));
            Add(svg, $"<rect class=\"s\" x=\"{from:F1}\" y=\"{Top}\" width=\"{width:F1}\" height=\"{Height - Top - Bottom}\"/>");
        }

        foreach (var tick in new PlotAxis(_seconds, isLogarithmic: false).Ticks)
        {
            Add(svg, $"<text x=\"{X(tick):F1}\" y=\"{Height - 6}\" text-anchor=\"middle\">{PlotAxis.Text(tick)} s</text>");
        }

        return svg;
    }
}
