using Fluister.Server.Challenges;

namespace Fluister.Server.Messages;

/// <summary>What became of a message to one account.</summary>
internal abstract record SendOutcome
{
    /// <summary>It is in the mailboxes. The sender has further devices, which should hear of it too.</summary>
    public sealed record Sent(bool NeedsSync) : SendOutcome;

    /// <summary>Nothing was sent: the sender does not know the devices as they are.</summary>
    public sealed record Mismatched(DeviceMismatch Devices) : SendOutcome;

    /// <summary>Nothing was sent: the sender must answer a challenge first.</summary>
    public sealed record Challenged(Challenge Challenge) : SendOutcome;

    /// <summary>There is no such account.</summary>
    public sealed record NoSuchAccount : SendOutcome;

    /// <summary>Nobody said who they are, and the access key does not fit; or there is no such account, which is not told.</summary>
    public sealed record NotAuthorized : SendOutcome;
}
