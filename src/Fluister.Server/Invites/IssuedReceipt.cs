namespace Fluister.Server.Invites;

/// <summary>What an invite buys.</summary>
internal enum IssuedReceipt
{
    /// <summary>A receipt, now or by the same request before.</summary>
    Given,

    /// <summary>There is no such invite, or not any more.</summary>
    UnknownInvite,

    /// <summary>It is used up, by other requests.</summary>
    UsedUp,
}
