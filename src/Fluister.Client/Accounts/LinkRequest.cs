namespace Fluister.Client.Accounts;

/// <summary>What a computer becomes a device of an account with.</summary>
public sealed record LinkRequest
{
    /// <summary>The account's home server: an invite's link with or without the invite (fluister://HOST:PORT/?key=KEY), or
    /// https://HOST:PORT with <see cref="Fingerprint"/>.</summary>
    public required string Server { get; init; }

    /// <summary>The fingerprint of the server's key, where the address does not have the key in it.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>What the device is called among the account's devices.</summary>
    public required string DeviceName { get; init; }
}
