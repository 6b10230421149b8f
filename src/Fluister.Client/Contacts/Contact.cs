using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;

namespace Fluister.Client.Contacts;

/// <summary>A person as this account knows them.</summary>
public sealed record Contact
{
    /// <summary>Their id.</summary>
    public required ServiceId Id { get; init; }

    /// <summary>The name that this account's owner gave them.</summary>
    public string? Name { get; init; }

    /// <summary>The name that they gave themselves; null where it is not known.</summary>
    public ProfileName? ProfileName { get; init; }

    /// <summary>The username by which they were found.</summary>
    public string? Username { get; init; }

    /// <summary>Their number, a label.</summary>
    public string? Number { get; init; }

    /// <summary>Their line about themselves.</summary>
    public string? About { get; init; }

    /// <summary>Whether nothing of them is taken.</summary>
    public bool IsBlocked { get; init; }

    /// <summary>Whether they may write to this account; until then their messages wait as a request.</summary>
    public bool IsAccepted { get; init; }

    /// <summary>Whether the safety number was compared, and is that one still.</summary>
    public bool IsVerified { get; init; }

    /// <summary>Whether their key took the place of one that was verified, and was not accepted yet: nothing is sent to them.</summary>
    public bool HasUntrustedIdentity { get; init; }

    /// <summary>After how many seconds messages disappear; 0 for never.</summary>
    public long ExpireSeconds { get; init; }

    /// <summary>The conversation's last activity.</summary>
    public DateTimeOffset? ActiveAt { get; init; }

    /// <summary>The name to show: what the owner calls them, else what they call themselves, else username, number, id.</summary>
    public string DisplayName => Name ?? Full(ProfileName) ?? Username ?? Number ?? Id.ToString();

    private static string? Full(ProfileName? name) => $"{name?.Given} {name?.Family}".Trim() is { Length: > 0 } full ? full : null;
}
