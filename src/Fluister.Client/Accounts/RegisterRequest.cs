using Fluister.Protocol.Profiles;

namespace Fluister.Client.Accounts;

/// <summary>What somebody registers with.</summary>
public sealed record RegisterRequest
{
    /// <summary>The invite's link, "fluister://HOST:PORT/?key=KEY#TOKEN.CODE"; or "TOKEN.CODE" where <see cref="Server"/> is given. It is a
    /// secret until it is used.</summary>
    public required string Invite { get; init; }

    /// <summary>"https://HOST:PORT", where the invite is no link.</summary>
    public string? Server { get; init; }

    /// <summary>The fingerprint of the server's key, with <see cref="Server"/>.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>A number, "+" and 7 to 15 digits, as a label of the account; null for an account without one.</summary>
    public string? Number { get; init; }

    /// <summary>The name that people see; it can be set later too.</summary>
    public ProfileName? Name { get; init; }

    /// <summary>What the device is called among the account's devices.</summary>
    public string? DeviceName { get; init; }
}
