using Fluister.Protocol.Profiles;

namespace Fluister.Client.Contacts;

/// <summary>What the account shows of itself to the people that it gave its profile key to.</summary>
public sealed record OwnProfile
{
    /// <summary>The name that people see.</summary>
    public required ProfileName Name { get; init; }

    /// <summary>A line about oneself, or null.</summary>
    public string? About { get; init; }

    /// <summary>An emoji beside it, or null.</summary>
    public string? Emoji { get; init; }

    /// <summary>Whether there is a picture.</summary>
    public bool HasAvatar { get; init; }
}
