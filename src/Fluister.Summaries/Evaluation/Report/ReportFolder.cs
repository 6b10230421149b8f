using System.Text;

namespace Fluister.Summaries.Evaluation.Report;

/// <summary>report.md, report.json, report.html and the plots.</summary>
internal static class ReportFolder
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes all of them; each replaces what was there in one step.</summary>
    public static void Write(string folder, EvaluationSummary summary)
    {
        var charts = Charts.Of(summary);
        foreach (var chart in charts)
        {
            Put(folder, $"{chart.Name}.svg", Utf8.GetBytes(chart.Svg()));
        }

        Put(folder, "report.json", JsonReport.Bytes(summary));
        Put(folder, "report.md", Utf8.GetBytes(MarkdownReport.Text(summary, charts)));
        Put(folder, "report.html", Utf8.GetBytes(HtmlReport.Text(summary, charts)));
    }

    private static void Put(string folder, string name, byte[] content)
    {
        var partial = Path.Combine(folder, $".{name}.partial");
        File.WriteAllBytes(partial, content);
        File.Move(partial, Path.Combine(folder, name), overwrite: true);
    }
}
