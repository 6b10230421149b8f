namespace Fluister.Protocol.SealedSender;

/// <summary>What a recipient should do who cannot decrypt; values beyond these are passed on as they are.</summary>
public enum ContentHint : uint
{
    /// <summary>The sender will not send again: show the failure at once.</summary>
    Default = 0,

    /// <summary>The sender will try to send again: wait before showing a failure.</summary>
    Resendable = 1,

    /// <summary>Sent without anybody's doing, such as a receipt or typing: show nothing.</summary>
    Implicit = 2,
}
