namespace Fluister.Server.Profiles;

/// <summary>A version of an account's profile; all of it is encrypted by a key that this server does not have.</summary>
internal sealed record Profile
{
    /// <summary>A hash of the profile key, in hexadecimal digits.</summary>
    public required string Version { get; init; }

    /// <summary>The commitment to the profile key, by which credentials for it are given.</summary>
    public required byte[] Commitment { get; init; }

    /// <summary>The name.</summary>
    public byte[]? Name { get; init; }

    /// <summary>A text.</summary>
    public byte[]? About { get; init; }

    /// <summary>An emoji.</summary>
    public byte[]? AboutEmoji { get; init; }

    /// <summary>Where the avatar lies.</summary>
    public string? Avatar { get; init; }

    /// <summary>Where to pay.</summary>
    public byte[]? PaymentAddress { get; init; }

    /// <summary>Whether the number is shown.</summary>
    public byte[]? PhoneNumberSharing { get; init; }
}
