using Fluister.Wire;
using Microsoft.Extensions.Logging;

namespace Fluister.Server.Federation;

/// <summary>What is noted of peers: tags and domains, no account.</summary>
internal static class FederationLog
{
    // Defined here rather than by attributes: see RequestLog.
    private static readonly Action<ILogger, string, string, Exception?> Loss = LoggerMessage.Define<string, string>(
        LogLevel.Warning,
        default,
        "Peer {Domain} ({Tag}) and this server disagree about what was sent: one of them was restored from an old backup, and messages "
            + "may be lost. `fluister-server peer list` counts this.");

    private static readonly Action<ILogger, string, string, Exception?> Failure = LoggerMessage.Define<string, string>(
        LogLevel.Error, default, "Sending to peer {Tag} failed with {Kind}. This is a mistake of the server's; please report it.");

    /// <summary>Something is known to be lost.</summary>
    public static void Lost(this ILogger log, Peer peer) => Loss(log, peer.Said.Domain, peer.Tag.ToString(), null);

    /// <summary>A mistake of this program.</summary>
    public static void LinkFailed(this ILogger log, Exception failure, ServerTag tag) =>
        Failure(log, tag.ToString(), failure.GetType().Name, null);
}
