namespace Fluister.Wire.Json;

/// <summary>Sets a registration lock: 64 hexadecimal digits.</summary>
public sealed record RegistrationLockJson(string RegistrationLock);

/// <summary>423: how long the lock holds, in milliseconds. Signal's may say where a PIN is kept; here none is.</summary>
public sealed record RegistrationLockFailureJson(long TimeRemaining);

/// <summary>Names a device; the name is encrypted.</summary>
public sealed record DeviceNameJson(byte[] DeviceName);

/// <summary>Whether an account may be found by its number.</summary>
public sealed record DiscoverabilityJson(bool DiscoverableByPhoneNumber);

/// <summary>All that a server holds of an account, for the person whose it is.</summary>
public sealed record DataReportJson(Guid ReportId, string ReportTimestamp, DataReportBodyJson Data, string Text);

/// <summary>The data of a report.</summary>
public sealed record DataReportBodyJson(
    AccountReportJson Account, IReadOnlyList<DeviceReportJson> Devices, IReadOnlyList<AttachmentReportJson> Attachments);

/// <summary>What is held of the account itself.</summary>
public sealed record AccountReportJson
{
    /// <summary>Its number.</summary>
    public string? PhoneNumber { get; init; }

    /// <summary>What was bought: nothing.</summary>
    public IReadOnlyList<string> Badges { get; init; } = [];

    /// <summary>Anybody may send without saying who they are.</summary>
    public required bool AllowSealedSenderFromAnyone { get; init; }

    /// <summary>May be found by its number.</summary>
    public required bool FindAccountByPhoneNumber { get; init; }

    /// <summary>The account's id.</summary>
    public required Guid AccountId { get; init; }

    /// <summary>The number's id.</summary>
    public Guid? NumberId { get; init; }

    /// <summary>The hash of its username, base64url.</summary>
    public string? UsernameHash { get; init; }

    /// <summary>The handle of its username's link.</summary>
    public Guid? UsernameLinkHandle { get; init; }

    /// <summary>Whether a registration lock is set.</summary>
    public required bool HasRegistrationLock { get; init; }

    /// <summary>Whether a recovery password is set.</summary>
    public required bool HasRecoveryPassword { get; init; }

    /// <summary>The home servers that know its devices, by their domains, since accounts there have written to it.</summary>
    public required IReadOnlyList<string> KnownToServers { get; init; }

    /// <summary>How many encrypted versions of its profile are held.</summary>
    public required int EncryptedProfileVersions { get; init; }

    /// <summary>How many encrypted avatars are held.</summary>
    public required int Avatars { get; init; }

    /// <summary>How many hashes of usernames are kept that are reserved, or were given up lately.</summary>
    public required int FormerUsernames { get; init; }

    /// <summary>Whether random bytes are kept that stand for a number in credentials, as for accounts without one.</summary>
    public required bool HasCredentialSalt { get; init; }

    /// <summary>How many serials of receipts are kept that registered it; they expire.</summary>
    public required int RedeemedReceipts { get; init; }

    /// <summary>How many messages it has reported as spam.</summary>
    public required int ReportsMade { get; init; }

    /// <summary>How many of its messages were reported as spam.</summary>
    public required int ReportsAbout { get; init; }

    /// <summary>How many encrypted messages wait for its devices.</summary>
    public required int WaitingMessages { get; init; }

    /// <summary>How many encrypted items its devices keep in step by the storage service.</summary>
    public required int StorageItems { get; init; }

    /// <summary>The bytes of those items and of their manifest.</summary>
    public required int StorageBytes { get; init; }
}

/// <summary>What is held of a device.</summary>
public sealed record DeviceReportJson(
    int Id, string Created, string LastSeen, bool HasEncryptedName, IReadOnlyList<string> Capabilities, int OneTimePreKeys);

/// <summary>What is held of an encrypted attachment.</summary>
public sealed record AttachmentReportJson(string Created, string Expires, long Bytes, bool IsComplete);
