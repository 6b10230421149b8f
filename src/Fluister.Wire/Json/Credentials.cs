namespace Fluister.Wire.Json;

/// <summary>A name and a password for a service beside the chat.</summary>
public sealed record CredentialJson(string Username, string Password);

/// <summary>Asks which of some credentials are those of a number's account; older clients say passwords for tokens.</summary>
public sealed record CheckCredentialsJson(string Number, IReadOnlyList<string>? Tokens = null, IReadOnlyList<string>? Passwords = null);

/// <summary>For each credential "match", "no-match" or "invalid".</summary>
public sealed record CheckedCredentialsJson(IReadOnlyDictionary<string, string> Matches);

/// <summary>Credentials by which members show groups that they belong to them; none yet.</summary>
public sealed record GroupCredentialsJson(
    IReadOnlyList<string> Credentials, IReadOnlyList<string> CallLinkAuthCredentials, Guid? Pni = null);
