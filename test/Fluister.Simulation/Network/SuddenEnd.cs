namespace Fluister.Simulation.Network;

/// <summary>A point at which the process ends itself, as kill -9 would: between a deed and its note, where only the stores know.</summary>
internal static class SuddenEnd
{
    private static volatile string? _at;

    /// <summary>After the client has taken a message, before that is noted.</summary>
    public const string AfterDeed = "deed";

    /// <summary>After a message was told, before that is noted.</summary>
    public const string AfterTelling = "told";

    /// <summary>After the home server has a message, before that is noted.</summary>
    public const string AfterSending = "sent";

    /// <summary>All points.</summary>
    public static IReadOnlyList<string> Points { get; } = [AfterDeed, AfterTelling, AfterSending];

    /// <summary>The next time that the process comes to a point it ends there.</summary>
    public static void Arm(string point) => _at = point;

    /// <summary>The process is at a point.</summary>
    public static void Pass(string point)
    {
        if (_at == point)
        {
            System.Diagnostics.Process.GetCurrentProcess().Kill();
        }
    }
}
