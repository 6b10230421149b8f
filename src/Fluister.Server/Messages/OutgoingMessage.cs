using Fluister.Protocol.Addresses;
using Fluister.Server.Requests;

namespace Fluister.Server.Messages;

/// <summary>A message to the devices of one account, however it was brought.</summary>
internal sealed record OutgoingMessage
{
    /// <summary>The device that says it sends; none for a sealed message.</summary>
    public Caller? Sender { get; init; }

    /// <summary>What opens the account to those who do not say who they are.</summary>
    public ReadOnlyMemory<byte> AccessKey { get; init; }

    /// <summary>Stands for the network address that it comes from, in limits.</summary>
    public ulong Origin { get; init; }

    /// <summary>To whom, by one of the account's ids.</summary>
    public required ServiceId Target { get; init; }

    /// <summary>One for each device.</summary>
    public required IReadOnlyList<DevicePart> Parts { get; init; }

    /// <summary>When it was sent, by the sender's clock, in milliseconds; 0 for now.</summary>
    public ulong Timestamp { get; init; }

    /// <summary>Only for devices that are connected now.</summary>
    public bool IsEphemeral { get; init; }

    /// <summary>Worth waking a device for.</summary>
    public bool IsUrgent { get; init; }

    /// <summary>A story, which needs no key: the recipient's client decides.</summary>
    public bool IsStory { get; init; }
}
