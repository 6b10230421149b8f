using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Server.Messages;

/// <summary>What an envelope says of a message, besides its content.</summary>
internal readonly ref struct EnvelopeHead
{
    /// <summary>What kind of message it is.</summary>
    public required Envelope.Types.Type Type { get; init; }

    /// <summary>When it was sent, by the sender's clock, in milliseconds.</summary>
    public required ulong ClientTimestamp { get; init; }

    /// <summary>When it came here, in milliseconds.</summary>
    public required ulong ServerTimestamp { get; init; }

    /// <summary>Who sent it, where they say.</summary>
    public ServiceId? Source { get; init; }

    /// <summary>From which device, where they say.</summary>
    public int SourceDevice { get; init; }

    /// <summary>By which id it was addressed.</summary>
    public required ServiceId Destination { get; init; }

    /// <summary>The message's id.</summary>
    public required Guid Guid { get; init; }

    /// <summary>What a report of spam must bear; none for receipts.</summary>
    public ReadOnlySpan<byte> ReportSpamToken { get; init; }

    /// <summary>Worth waking a device for.</summary>
    public required bool IsUrgent { get; init; }

    /// <summary>A story.</summary>
    public bool IsStory { get; init; }
}
