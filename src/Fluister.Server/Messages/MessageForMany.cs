namespace Fluister.Server.Messages;

/// <summary>A message that was sealed to many, however it was brought.</summary>
internal sealed record MessageForMany
{
    /// <summary>As the sender's protocol library wrote it: recipients, and one payload.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Stands for the network address that it comes from, in limits.</summary>
    public ulong Origin { get; init; }

    /// <summary>The exclusive or of the recipients' access keys.</summary>
    public ReadOnlyMemory<byte> AccessKey { get; init; }

    /// <summary>When it was sent, by the sender's clock, in milliseconds; 0 for now.</summary>
    public ulong Timestamp { get; init; }

    /// <summary>Only for devices that are connected now.</summary>
    public bool IsEphemeral { get; init; }

    /// <summary>Worth waking a device for.</summary>
    public bool IsUrgent { get; init; }

    /// <summary>A story, which needs no key and tells nobody who has an account.</summary>
    public bool IsStory { get; init; }
}
