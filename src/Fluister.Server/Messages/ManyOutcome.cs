using Fluister.Protocol.Addresses;

namespace Fluister.Server.Messages;

/// <summary>What became of a message for many.</summary>
internal abstract record ManyOutcome
{
    /// <summary>It is in the mailboxes of all but those, who have no account.</summary>
    public sealed record Sent(IReadOnlyList<ServiceId> Unresolved) : ManyOutcome;

    /// <summary>Nothing was sent: the sender does not know the devices of these as they are.</summary>
    public sealed record Mismatched(IReadOnlyList<KeyValuePair<ServiceId, DeviceMismatch>> Accounts) : ManyOutcome;

    /// <summary>Nothing was sent: some have no account.</summary>
    public sealed record NoSuchAccount : ManyOutcome;

    /// <summary>Nothing was sent: the key does not open the accounts.</summary>
    public sealed record NotAuthorized : ManyOutcome;
}
