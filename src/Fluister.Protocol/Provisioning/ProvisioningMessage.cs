using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;

namespace Fluister.Protocol.Provisioning;

/// <summary>What an account's primary device hands to a new one (protocol buffers ProvisionMessage).</summary>
public sealed partial record ProvisioningMessage : IDisposable
{
    /// <summary>The account's id.</summary>
    public required ServiceId Aci { get; init; }

    /// <summary>The id of the account's phone number; none for an account without one.</summary>
    public ServiceId? Pni { get; init; }

    /// <summary>The identity key of the account.</summary>
    public required IdentityKeyPair AciIdentity { get; init; }

    /// <summary>The identity key of the phone number; none without one, and from primaries that are too old.</summary>
    public IdentityKeyPair? PniIdentity { get; init; }

    /// <summary>The phone number, or none.</summary>
    public string? Number { get; init; }

    /// <summary>The token with which the new device registers itself at the server.</summary>
    public string? Code { get; init; }

    /// <summary>What kind of client the primary is.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Whether read receipts are on.</summary>
    public bool ReadReceipts { get; init; }

    /// <summary>The version of provisioning: 1 today.</summary>
    public uint Version { get; init; } = CurrentVersion;

    /// <summary>The profile key.</summary>
    public ProfileKey? ProfileKey { get; init; }

    /// <summary>The SVR key, from primaries without an account entropy pool.</summary>
    public SvrKey? SvrKey { get; init; }

    /// <summary>The account entropy pool.</summary>
    public AccountEntropyPool? EntropyPool { get; init; }

    /// <summary>The key of the one backup that brings the messages along, or none.</summary>
    public BackupKey? EphemeralBackupKey { get; init; }

    /// <summary>The root key of backups' media.</summary>
    public BackupKey? MediaRootBackupKey { get; init; }

    /// <summary>The version of provisioning that today's clients state.</summary>
    public const uint CurrentVersion = 1;

    /// <summary>Clears all keys.</summary>
    public void Dispose()
    {
        AciIdentity.Dispose();
        PniIdentity?.Dispose();
        ProfileKey?.Dispose();
        SvrKey?.Dispose();
        EntropyPool?.Dispose();
        EphemeralBackupKey?.Dispose();
        MediaRootBackupKey?.Dispose();
    }
}
