using System.Text.Json.Nodes;
using Fluister.Protocol.Addresses;

namespace Fluister.Client.Store;

/// <summary>A row of the table conversations: columns, and what Signal Desktop keeps in its JSON.</summary>
internal sealed record StoredConversation
{
    /// <summary>A UUID, drawn here.</summary>
    public required string Id { get; init; }

    /// <summary>"private" or "group".</summary>
    public string Type { get; init; } = "private";

    /// <summary>The person.</summary>
    public ServiceId? ServiceId { get; init; }

    /// <summary>The number, where known.</summary>
    public string? Number { get; init; }

    /// <summary>The name that the owner gave.</summary>
    public string? Name { get; init; }

    /// <summary>The given name of the profile.</summary>
    public string? ProfileName { get; init; }

    /// <summary>The family name of the profile.</summary>
    public string? ProfileFamilyName { get; init; }

    /// <summary>The last activity, in milliseconds of Unix time; null for a person never written to.</summary>
    public long? ActiveAt { get; init; }

    /// <summary>Everything else, by Signal Desktop's names: profileKey (base64), expireTimer (seconds), expireTimerVersion, isArchived,
    /// unreadCount, profileSharing, messageRequestResponseType, isBlocked (ours), username, sealedSender, storageID, ...</summary>
    public JsonObject Json { get; init; } = [];
}
