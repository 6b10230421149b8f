namespace Fluister.Server;

// Operation. All ours.
internal static partial class ServerLimits
{
    /// <summary>Least room on the disk with which a server is ready: 16 MiB. Below, the next messages may be refused.</summary>
    public const long ReadyRoom = 16 * 1024 * 1024;

    /// <summary>How long the database may take to answer before the server is not ready: 5 seconds, less than what asks waits.</summary>
    public static readonly TimeSpan Ready = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer about readiness is good for others who ask: a second, so that asking costs at most one commit a
    /// second.</summary>
    public static readonly TimeSpan ReadyAge = TimeSpan.FromSeconds(1);

    /// <summary>How often metrics are sent: 60 seconds, as OpenTelemetry's default.</summary>
    public static readonly TimeSpan TelemetryInterval = TimeSpan.FromSeconds(60);

    /// <summary>How long a receiver of metrics may take: 10 seconds, OpenTelemetry's default. What it does not take goes.</summary>
    public static readonly TimeSpan TelemetryPatience = TimeSpan.FromSeconds(10);
}
