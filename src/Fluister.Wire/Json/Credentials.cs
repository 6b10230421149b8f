namespace Fluister.Wire.Json;

/// <summary>A name and a password for a service beside the chat.</summary>
public sealed record CredentialJson(string Username, string Password);
