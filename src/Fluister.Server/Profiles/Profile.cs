namespace Fluister.Server.Profiles;

/// <summary>A version of an account's profile; all of it is encrypted by a key that this server does not have.</summary>
internal sealed record Profile
{
    private const int VersionDigits = 64;
    private const int CommitmentBytes = 97;

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

    /// <summary>Whether everything has one of the lengths that it can have: those of padded plaintexts, so that they say little.</summary>
    public bool IsWellFormed =>
        IsVersion(Version)
        && Commitment.Length == CommitmentBytes
        && Name is { Length: 81 or 285 }
        && About is null or { Length: 156 or 282 or 540 }
        && AboutEmoji is null or { Length: 60 }
        && PaymentAddress is null or { Length: 582 }
        && PhoneNumberSharing is null or { Length: 29 };

    /// <summary>Whether a text can name a version.</summary>
    public static bool IsVersion(string version) => version.Length == VersionDigits && version.All(char.IsAsciiHexDigit);
}
