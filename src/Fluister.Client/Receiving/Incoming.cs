using Fluister.Protocol.Addresses;

namespace Fluister.Client.Receiving;

/// <summary>An envelope that was opened.</summary>
internal sealed record Incoming
{
    /// <summary>Who sent it: certain.</summary>
    public required ServiceId Sender { get; init; }

    /// <summary>With which device.</summary>
    public required int Device { get; init; }

    /// <summary>To which of our ids it was sent.</summary>
    public ServiceIdKind Destination { get; init; }

    /// <summary>The sender's time, in milliseconds of Unix time; names the message.</summary>
    public required long Timestamp { get; init; }

    /// <summary>The server's time, in milliseconds of Unix time.</summary>
    public long ServerTimestamp { get; init; }

    /// <summary>Our time.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The server's id of the envelope.</summary>
    public Guid ServerGuid { get; init; }

    /// <summary>Came under a seal.</summary>
    public bool IsSealed { get; init; }

    /// <summary>With what the envelope is reported as spam; empty for none.</summary>
    public ReadOnlyMemory<byte> ReportToken { get; init; }

    /// <summary>The envelope says that it is a story.</summary>
    public bool IsStory { get; init; }
}
