using System.Text.Json.Serialization;

namespace Fluister.Wire.Json;

/// <summary>Proposes usernames, by their hashes as base64url; the first that is free is reserved.</summary>
public sealed record ReserveUsernameJson(IReadOnlyList<string> UsernameHashes);

/// <summary>A username was reserved.</summary>
public sealed record ReservedUsernameJson([property: JsonConverter(typeof(Base64UrlConverter))] byte[] UsernameHash);

/// <summary>Takes a reserved username, with the proof that its name is known.</summary>
public sealed record ConfirmUsernameJson(
    [property: JsonConverter(typeof(Base64UrlConverter))] byte[] UsernameHash,
    [property: JsonConverter(typeof(Base64UrlConverter))] byte[] ZkProof,
    [property: JsonConverter(typeof(Base64UrlConverter))] byte[]? EncryptedUsername = null);

/// <summary>A username was taken.</summary>
public sealed record ConfirmedUsernameJson(
    [property: JsonConverter(typeof(Base64UrlConverter))] byte[] UsernameHash, Guid? UsernameLinkHandle = null);

/// <summary>Whose a username is.</summary>
public sealed record FoundUsernameJson(Guid Uuid);

/// <summary>Makes a username's link.</summary>
public sealed record UsernameLinkJson(
    [property: JsonConverter(typeof(Base64UrlConverter))] byte[] UsernameLinkEncryptedValue, bool KeepLinkHandle = false);

/// <summary>The handle of a link.</summary>
public sealed record UsernameLinkHandleJson(Guid UsernameLinkHandle);

/// <summary>What lies behind a link.</summary>
public sealed record FoundUsernameLinkJson([property: JsonConverter(typeof(Base64UrlConverter))] byte[] UsernameLinkEncryptedValue);
