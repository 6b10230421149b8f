using Microsoft.Extensions.Logging;

namespace Fluister.Server.Operations;

/// <summary>What the server logs of itself. No id, number, address, key or content stands in any line.</summary>
internal static partial class ServerLog
{
    /// <summary>It listens.</summary>
    [LoggerMessage(1, LogLevel.Information, "Server {Tag} listens on port {Port}.")]
    public static partial void Listening(ILogger log, string tag, int port);

    /// <summary>It was asked to stop.</summary>
    [LoggerMessage(2, LogLevel.Information, "Asked to stop: no new connections, and {Seconds} seconds for requests under way.")]
    public static partial void Draining(ILogger log, int seconds);

    /// <summary>It has stopped.</summary>
    [LoggerMessage(3, LogLevel.Information, "Stopped; everything that was answered is on the disk.")]
    public static partial void Stopped(ILogger log);

    /// <summary>The certificate is about to expire.</summary>
    [LoggerMessage(4, LogLevel.Warning, "The TLS certificate ends in {Days} days; `fluister-server doctor` says what helps.")]
    public static partial void CertificateEnds(ILogger log, int days);

    /// <summary>It ends because the disk failed.</summary>
    [LoggerMessage(5, LogLevel.Critical, "The disk failed to keep a commit. The server ends now, since nobody knows what is on the disk; "
        + "nothing of that commit was answered.")]
    public static partial void SyncFailed(ILogger log);
}
