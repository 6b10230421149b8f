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

    private static readonly Action<ILogger, string, string, Exception?> Item = LoggerMessage.Define<string, string>(
        LogLevel.Error,
        default,
        "An item of peer {Tag} failed here with {Kind}, and was refused. This is a mistake of the server's; please report it.");

    private static readonly Action<ILogger, string, string, string, Exception?> Fault = LoggerMessage.Define<string, string, string>(
        LogLevel.Warning, default, "The descriptor of peer {Domain} ({Tag}) was not taken. {Sentence}");

    private static readonly Action<ILogger, string, string, long, Exception?> Clock = LoggerMessage.Define<string, string, long>(
        LogLevel.Warning,
        default,
        "The clock of peer {Domain} ({Tag}) is {Seconds} seconds ahead of this server's: it will be refused when that is five minutes, "
            + "either way. Set the clock that is wrong.");

    private static readonly Action<ILogger, string, string, Exception?> NewPeer = LoggerMessage.Define<string, string>(
        LogLevel.Information,
        default,
        "Server {Domain} ({Tag}) has let itself in, as \"limit\". `fluister-server peer set` says otherwise.");

    private static readonly Action<ILogger, string, string, string?, Exception?> Holding = LoggerMessage.Define<string, string, string?>(
        LogLevel.Warning, default, "Peer {Domain} ({Tag}) is held back for its build; what waits for it is kept. {Sentence}");

    /// <summary>A peer's build is not attested by as many as the settings ask for.</summary>
    public static void HeldBack(this ILogger log, Peer peer, string? sentence) =>
        Holding(log, peer.Said.Domain, peer.Tag.ToString(), sentence, null);

    /// <summary>Something is known to be lost.</summary>
    public static void Lost(this ILogger log, Peer peer) => Loss(log, peer.Said.Domain, peer.Tag.ToString(), null);

    /// <summary>A mistake of this program.</summary>
    public static void LinkFailed(this ILogger log, Exception failure, ServerTag tag) =>
        Failure(log, tag.ToString(), failure.GetType().Name, null);

    /// <summary>A mistake of this program.</summary>
    public static void ItemFailed(this ILogger log, Exception failure, ServerTag tag) =>
        Item(log, tag.ToString(), failure.GetType().Name, null);

    /// <summary>A peer shows a descriptor that is not to be believed, or none.</summary>
    public static void Faulty(this ILogger log, Peer peer, string sentence) =>
        Fault(log, peer.Said.Domain, peer.Tag.ToString(), sentence, null);

    /// <summary>A peer's clock goes wrong, or ours.</summary>
    public static void ClockOff(this ILogger log, Peer peer, long seconds) =>
        Clock(log, peer.Said.Domain, peer.Tag.ToString(), seconds, null);

    /// <summary>A server was let in that nobody has added.</summary>
    public static void LetIn(this ILogger log, string domain, ServerTag tag) => NewPeer(log, domain, tag.ToString(), null);
}
