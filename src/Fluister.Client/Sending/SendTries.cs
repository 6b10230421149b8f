using Fluister.Client.Transport;
using Fluister.Cryptography;

namespace Fluister.Client.Sending;

/// <summary>How often one thing was tried, and how long to wait before the next try.</summary>
internal sealed class SendTries(RandomSource random)
{
    private readonly Backoff _backoff = new(random);
    private int _senseless;

    /// <summary>Whether the last pause is over when the server is reached again; one that the server asked for is not.</summary>
    public bool EndsWithReconnection { get; private set; }

    /// <summary>The pause after a failure; null where it is no use to try again.</summary>
    public TimeSpan? Pause(ClientException failed)
    {
        EndsWithReconnection = failed.Error is ClientError.Unreachable or ClientError.UntrustedServer or ClientError.Unlinked
            && failed.RetryAfter is null;
        return After(failed);
    }

    /// <summary>It worked, or was given up.</summary>
    public void Reset()
    {
        _backoff.Reset();
        _senseless = 0;
    }

    private TimeSpan? After(ClientException failed) => failed.Error switch
    {
        // Whatever lies between here and the server, or the disk, may come back.
        ClientError.Unreachable or ClientError.UntrustedServer or ClientError.Unlinked or ClientError.Store =>
            _backoff.Next(Stated(failed)),

        // The link is over for good, and nobody has said no to the message: it waits in the outbox for another start.
        ClientError.InUse => _backoff.Next(Stated(failed)),
        ClientError.Refused when failed.IsForAll => _backoff.Next(Stated(failed)),
        ClientError.RateLimited or ClientError.Challenged => Stated(failed) ?? ClientLimits.UnstatedPause,

        // A server that talks nonsense may have been asked at a bad moment.
        ClientError.Malformed => ++_senseless < ClientLimits.SenselessAnswers ? _backoff.Next() : null,
        _ => null,
    };

    private static TimeSpan? Stated(ClientException failed) => failed.RetryAfter is not { } asked ? null
        : asked < ClientLimits.FirstPause ? ClientLimits.FirstPause
        : asked > ClientLimits.LongestStatedPause ? ClientLimits.LongestStatedPause
        : asked;
}
