using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;

namespace Fluister.Client.Sending;

/// <summary>Content for one account, as it waits in the outbox.</summary>
internal sealed record OutgoingContent
{
    /// <summary>For whom; our own account for what our other devices are told.</summary>
    public required ServiceId Recipient { get; init; }

    /// <summary>By our clock, in milliseconds of Unix time: names the message. Never twice the same from this device.</summary>
    public required long Timestamp { get; init; }

    /// <summary>Content, serialised and not padded.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>What the other side is to do when it cannot decrypt it. Kept in the send log unless implicit.</summary>
    public ContentHint Hint { get; init; }

    /// <summary>False for something that only holds its place until its content is known: files are uploaded first.</summary>
    public bool IsReady { get; init; } = true;

    /// <summary>Whether <see cref="Content"/> is a serialised PlaintextContent: it goes unencrypted by any session (a retry
    /// receipt).</summary>
    public bool IsPlaintext { get; init; }

    /// <summary>Worth waking a device for.</summary>
    public bool IsUrgent { get; init; } = true;

    /// <summary>The row of the message in the history, whose state of sending follows; null where there is none.</summary>
    public string? MessageId { get; init; }

    /// <summary>What our other devices are told once it was sent (Content with a SyncMessage), serialised; empty for nothing.</summary>
    public ReadOnlyMemory<byte> Transcript { get; init; }
}
