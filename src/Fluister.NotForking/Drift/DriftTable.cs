using System.Text;

namespace Fluister.NotForking.Drift;

/// <summary>The report for a terminal: a line a version, a letter a modification.</summary>
internal static class DriftTable
{
    /// <summary>Writes it.</summary>
    public static void Write(DriftReport report, TextWriter output, bool isColoured)
    {
        output.WriteLine($"{report.Name}: {report.Versions.Count} versions, {report.Modifications.Count} modifications");
        for (var at = 0; at < report.Modifications.Count; at++)
        {
            output.WriteLine($"  {Label(at),3} {report.Modifications[at]}");
        }

        var width = report.Versions.Select(version => version.Length).Append(7).Max();
        output.WriteLine();
        output.WriteLine("version".PadRight(width) + string.Concat(report.Modifications.Select((_, at) => $" {Label(at),2}")));
        for (var row = 0; row < report.Versions.Count; row++)
        {
            var line = new StringBuilder(report.Versions[row].PadRight(width));
            foreach (var cell in report.Cells[row])
            {
                line.Append("  ").Append(isColoured ? $"\e[{Colour(cell.Status)}m{cell.Letter}\e[0m" : cell.Letter);
            }

            output.WriteLine(line);
        }

        output.WriteLine();
        output.WriteLine("= fits   o with an offset   ~ with fuzz   X fails   ! assertion fails   . not for this version");
        foreach (var (modification, from, to, cell) in report.Runs()
            .Where(run => run.Cell.Status is not (DriftStatus.Fits or DriftStatus.NotApplicable)))
        {
            output.WriteLine($"{modification}, {(from == to ? from : $"{from} to {to}")}: {cell.Word}: {cell.Sentence}");
        }
    }

    private static string Label(int at) => (at + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static int Colour(DriftStatus status) => status switch
    {
        DriftStatus.Fits => 32,
        DriftStatus.Offset => 36,
        DriftStatus.Fuzz => 33,
        DriftStatus.NotApplicable => 90,
        _ => 31,
    };
}
