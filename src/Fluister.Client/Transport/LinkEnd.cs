using System.Globalization;

namespace Fluister.Client.Transport;

/// <summary>How a connection ended, or why there was none.</summary>
/// <param name="Cause">For whoever wants to know.</param>
/// <param name="IsFinal">There is no use in connecting again.</param>
internal sealed record LinkEnd(ClientException Cause, bool IsFinal = false)
{
    private const int GoingAway = 1001;
    private const int Unauthorized = 4401;
    private const int Elsewhere = 4409;

    /// <summary>Nothing is wrong but the network, or the server.</summary>
    public static LinkEnd Lost(string cause, Exception? inner = null, TimeSpan? retryAfter = null) => new(
        new ClientException(ClientError.Unreachable, cause, inner) { RetryAfter = retryAfter });

    /// <summary>The server has closed (RFC 6455, section 7.4, and Signal's codes).</summary>
    public static LinkEnd OfCode(int? code) => code switch
    {
        Unauthorized => new LinkEnd(Unlinked(), IsFinal: true),
        Elsewhere => new LinkEnd(
            new ClientException(
                ClientError.InUse,
                "This device's messages go to another connection now: another program uses the same account. End it, and connect again."),
            IsFinal: true),
        GoingAway => Lost("The home server is being stopped, or started anew. The client connects again by itself."),
        _ => Lost("The home server has ended the connection. The client connects again by itself."),
    };

    /// <summary>The server has refused to open a WebSocket.</summary>
    /// <param name="status">Its answer.</param>
    /// <param name="retryAfter">The header of that name, if any.</param>
    /// <param name="isAnonymous">Whether it was one that does not say who we are.</param>
    public static LinkEnd OfStatus(int status, string? retryAfter, bool isAnonymous) => status switch
    {
        401 or 403 when !isAnonymous => new LinkEnd(Unlinked(), IsFinal: true),
        499 => new LinkEnd(TooOld(), IsFinal: true),
        _ => Lost(
            string.Create(CultureInfo.InvariantCulture, $"The home server takes no connection now (status {status}). Wait a little."),
            null,
            ReadRetryAfter(retryAfter)),
    };

    /// <summary>The server does not know the device any more.</summary>
    public static ClientException Unlinked() => new(
        ClientError.Unlinked,
        "The home server does not know this device any more: it was unlinked, or the account was registered elsewhere or deleted. "
        + "Link it again, or register.");

    /// <summary>The server wants what this program cannot do.</summary>
    public static ClientException TooOld() => new(
        ClientError.Refused, "The home server takes no client of this version any more. Use a newer Fluister.")
    {
        IsForAll = true,
    };

    /// <summary>Seconds, as Signal's servers say it; bounded.</summary>
    public static TimeSpan? ReadRetryAfter(string? header)
    {
        if (!long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return null;
        }

        var most = (long)ClientLimits.LongestRetryAfter.TotalSeconds;
        return TimeSpan.FromSeconds(Math.Min(seconds, most));
    }
}
