namespace Fluister.Simulation.Network;

/// <summary>A run as a page.</summary>
internal static class ReportPage
{
    /// <summary>The page.</summary>
    public static string Of(NetworkReport report) => report.Summary();
}
