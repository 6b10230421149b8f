using System.Globalization;
using System.Net;
using System.Text;

namespace Fluister.Summaries.Evaluation.Report;

/// <summary>One bar: its length, what stands beside it, and the interval that the true length is likely in.</summary>
internal sealed record Bar(double Value, string Label, double? Low = null, double? High = null);

/// <summary>Bars that belong together, one for each series; null where a series has none here.</summary>
internal sealed record BarGroup(string Label, IReadOnlyList<Bar?> Bars);

/// <summary>Lying bars with their values, as a self-contained SVG file: no script, no font, nothing from elsewhere. Series differ in
/// lightness and pattern, so that nobody needs to tell colours apart.</summary>
internal sealed record BarChart(string Name, string Title, string Note, IReadOnlyList<string> Series, IReadOnlyList<BarGroup> Groups)
{
    private const string Axis = "#5c5f66";
    private const string Grid = "#e3e5ea";
    private const int Width = 760;
    private const int Left = 168;
    private const int Right = 118;
    private const int Thick = 16;
    private const int Gap = 3;
    private const int GroupGap = 14;

    /// <summary>Where the scale ends at least, in units of the values; 0 for as far as the bars reach.</summary>
    public double Maximum { get; init; }

    /// <summary>The picture.</summary>
    public string Svg()
    {
        var values = Groups.SelectMany(x => x.Bars).OfType<Bar>().Select(x => Math.Max(x.Value, x.High ?? 0)).Append(Maximum).Max();
        var step = Step(values);
        var end = Math.Max(step, Math.Ceiling((values / step) - 1e-9) * step);
        var top = Series.Count > 1 ? 88 : 62;
        var heights = Groups.Select(x => (x.Bars.Count(b => b is not null) * (Thick + Gap)) + GroupGap).ToList();
        var bottom = top + heights.Sum();
        var height = bottom + 30;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}" """)
            .Append(CultureInfo.InvariantCulture, $"""role="img" aria-label="{Text(Title)}" font-family="system-ui, sans-serif">""")
            .Append('\n');
        Patterns(svg);
        svg.Append(CultureInfo.InvariantCulture, $"""<rect width="{Width}" height="{height}" fill="#fff"/>""").Append('\n');
        Say(svg, 16, 26, Title, "font-size=\"16\" font-weight=\"600\" fill=\"#1b1b1f\"");
        Say(svg, 16, 45, Note, "font-size=\"12\" fill=\"#5c5f66\"");
        Legend(svg);
        for (var tick = 0.0; tick <= end + (step / 2); tick += step)
        {
            var x = At(tick);
            svg.Append(CultureInfo.InvariantCulture,
                $"""<line x1="{x:F1}" y1="{top - 4}" x2="{x:F1}" y2="{bottom - 6}" stroke="{(tick == 0 ? Axis : Grid)}"/>""").Append('\n');
            Say(svg, x, bottom + 12, tick.ToString("0.###", CultureInfo.InvariantCulture),
                "font-size=\"11\" fill=\"#5c5f66\" text-anchor=\"middle\"");
        }

        var y = (double)top;
        for (var g = 0; g < Groups.Count; g++)
        {
            Say(svg, Left - 10, y + ((heights[g] - GroupGap) / 2.0) + 3, Groups[g].Label,
                "font-size=\"13\" fill=\"#1b1b1f\" text-anchor=\"end\"");
            for (var s = 0; s < Groups[g].Bars.Count; s++)
            {
                if (Groups[g].Bars[s] is { } bar)
                {
                    Draw(svg, bar, s, y);
                    y += Thick + Gap;
                }
            }

            y += GroupGap;
        }

        return svg.Append("</svg>\n").ToString();

        double At(double value) => Left + ((Width - Left - Right) * value / end);

        void Draw(StringBuilder into, Bar bar, int series, double at)
        {
            into.Append(CultureInfo.InvariantCulture,
                $"""<rect x="{Left}" y="{at:F1}" width="{Math.Max(0, At(bar.Value) - Left):F1}" height="{Thick}" """)
                .Append(CultureInfo.InvariantCulture, $"""fill="url(#{Name}-{series})" stroke="#16335b" stroke-width="1"/>""").Append('\n');
            var edge = At(bar.Value);
            if (bar is { Low: { } low, High: { } high } && high > low)
            {
                var middle = at + (Thick / 2.0);
                edge = Math.Max(edge, At(high));
                var path = string.Create(CultureInfo.InvariantCulture,
                    $"M{At(low):F1} {middle:F1}H{At(high):F1}M{At(low):F1} {middle - 4:F1}v8M{At(high):F1} {middle - 4:F1}v8");
                into.Append("<path d=\"").Append(path).Append("\" stroke=\"#fff\" stroke-width=\"4\" fill=\"none\"/>")
                    .Append("<path d=\"").Append(path).Append("\" ")
                    .Append("stroke=\"#1b1b1f\" stroke-width=\"1.3\" fill=\"none\"/>\n");
            }

            Say(into, edge + 6, at + 12.5, bar.Label, "font-size=\"12\" fill=\"#1b1b1f\"");
        }
    }

    private static double Step(double maximum)
    {
        if (!(maximum > 0))
        {
            return 1;
        }

        var rough = maximum / 5;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return new[] { 1, 2, 2.5, 5, 10 }.Select(x => x * power).First(x => x >= rough * 0.999);
    }

    private static void Say(StringBuilder svg, double x, double y, string text, string style) => svg
        .Append(CultureInfo.InvariantCulture, $"""<text x="{x:F1}" y="{y:F1}" {style}>{Text(text)}</text>""").Append('\n');

    private static string Text(string text) => WebUtility.HtmlEncode(DigestWriter.Plain(text));

    private void Legend(StringBuilder svg)
    {
        var x = 16.0;
        for (var i = 0; i < Series.Count && Series.Count > 1; i++)
        {
            svg.Append(CultureInfo.InvariantCulture,
                $"""<rect x="{x:F1}" y="56" width="22" height="12" fill="url(#{Name}-{i})" stroke="#16335b"/>""").Append('\n');
            Say(svg, x + 28, 66.5, Series[i], "font-size=\"12\" fill=\"#1b1b1f\"");
            x += 28 + 24 + (6.6 * Series[i].Length);
        }
    }

    /// <summary>From light to dark: dots, stripes, solid. A single series is solid.</summary>
    private void Patterns(StringBuilder svg)
    {
        (string Ground, string Mark)[] looks =
        [
            ("#f3f6fb", "<circle cx=\"3\" cy=\"3\" r=\"1\" fill=\"#16335b\"/>"),
            ("#bcd3f5", "<path d=\"M-1 7L7 -1M-1 1L1 -1M5 7L7 5\" stroke=\"#16335b\" stroke-width=\"1.1\"/>"),
            ("#2456a6", ""),
        ];
        svg.Append("<defs>");
        for (var i = 0; i < Series.Count; i++)
        {
            var (ground, mark) = looks[Math.Min(looks.Length - 1, i + looks.Length - Math.Min(looks.Length, Series.Count))];
            svg.Append(CultureInfo.InvariantCulture,
                $"""<pattern id="{Name}-{i}" width="6" height="6" patternUnits="userSpaceOnUse">""")
                .Append(CultureInfo.InvariantCulture, $"""<rect width="6" height="6" fill="{ground}"/>""")
                .Append(mark).Append("</pattern>");
        }

        svg.Append("</defs>\n");
    }
}
