using Fluister.Protocol.Keys;

namespace Fluister.Client.Store;

/// <summary>What a person has said of another's key (Signal's Verified.State).</summary>
internal enum Verification
{
    /// <summary>Nothing.</summary>
    Default = 0,

    /// <summary>Compared the safety number.</summary>
    Verified = 1,

    /// <summary>It had been verified, and has changed since.</summary>
    Unverified = 2,
}

/// <summary>An identity key as it is known.</summary>
/// <param name="Key">The key.</param>
/// <param name="Verification">What the person said of it.</param>
/// <param name="FirstUse">Whether it is the first key known for the id.</param>
/// <param name="IsAccepted">False for a key that took another's place and is not approved yet: nothing is sent to it.</param>
/// <param name="Since">When it came to be known.</param>
internal sealed record KnownIdentity(
    IdentityKey Key, Verification Verification, bool FirstUse, bool IsAccepted, DateTimeOffset Since);
