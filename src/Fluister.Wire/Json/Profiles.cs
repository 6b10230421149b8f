namespace Fluister.Wire.Json;

/// <summary>Sets a version of a profile; everything is encrypted by the profile key, of which the version is a hash.</summary>
public sealed record SetProfileJson
{
    /// <summary>64 hexadecimal digits.</summary>
    public required string Version { get; init; }

    /// <summary>The commitment to the profile key, 97 bytes.</summary>
    public required byte[] Commitment { get; init; }

    /// <summary>81 or 285 bytes.</summary>
    public byte[]? Name { get; init; }

    /// <summary>60 bytes.</summary>
    public byte[]? AboutEmoji { get; init; }

    /// <summary>156, 282 or 540 bytes.</summary>
    public byte[]? About { get; init; }

    /// <summary>582 bytes.</summary>
    public byte[]? PaymentAddress { get; init; }

    /// <summary>29 bytes.</summary>
    public byte[]? PhoneNumberSharing { get; init; }

    /// <summary>There is an avatar.</summary>
    public bool Avatar { get; init; }

    /// <summary>The avatar is the one before.</summary>
    public bool SameAvatar { get; init; }
}

/// <summary>How an avatar is uploaded: the fields of a form, as S3 has them.</summary>
public sealed record AvatarFormJson(
    string Key, string Credential, string Acl, string Algorithm, string Date, string Policy, string Signature);

/// <summary>A profile as others are given it.</summary>
public sealed record ProfileJson
{
    /// <summary>The identity key.</summary>
    public required byte[] IdentityKey { get; init; }

    /// <summary>By which those who know the access key see that it is the right one.</summary>
    public byte[]? UnidentifiedAccess { get; init; }

    /// <summary>Anybody may send without saying who they are.</summary>
    public bool UnrestrictedUnidentifiedAccess { get; init; }

    /// <summary>What the account can do.</summary>
    public IReadOnlyDictionary<string, bool> Capabilities { get; init; } = new Dictionary<string, bool>();

    /// <summary>What was bought: nothing.</summary>
    public IReadOnlyList<string> Badges { get; init; } = [];

    /// <summary>The id that was asked for.</summary>
    public required string Uuid { get; init; }

    /// <summary>The encrypted name.</summary>
    public byte[]? Name { get; init; }

    /// <summary>The encrypted text.</summary>
    public byte[]? About { get; init; }

    /// <summary>The encrypted emoji.</summary>
    public byte[]? AboutEmoji { get; init; }

    /// <summary>Where the avatar lies.</summary>
    public string? Avatar { get; init; }

    /// <summary>The encrypted payment address.</summary>
    public byte[]? PaymentAddress { get; init; }

    /// <summary>Whether the number is shown, encrypted.</summary>
    public byte[]? PhoneNumberSharing { get; init; }
}

/// <summary>Compares identity keys with what somebody knows of them.</summary>
public sealed record IdentityChecksJson(IReadOnlyList<IdentityCheckJson> Elements);

/// <summary>The first four bytes of the hash of an identity key.</summary>
public sealed record IdentityCheckJson(string Uuid, byte[] Fingerprint);

/// <summary>Identity keys that differ.</summary>
public sealed record IdentityKeysJson(IReadOnlyList<IdentityKeyJson> Elements);

/// <summary>The identity key of an id.</summary>
public sealed record IdentityKeyJson(string Uuid, byte[] IdentityKey);
