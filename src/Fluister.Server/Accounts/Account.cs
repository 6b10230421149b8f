using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;

namespace Fluister.Server.Accounts;

/// <summary>An account of this home server.</summary>
internal sealed record Account
{
    /// <summary>The account's id; it bears the server's tag.</summary>
    public required Guid Aci { get; init; }

    /// <summary>The id of its number; none for accounts without one.</summary>
    public Guid? Pni { get; init; }

    /// <summary>Its number, a label; none for accounts without one.</summary>
    public string? Number { get; init; }

    /// <summary>The identity key of the account's id.</summary>
    public required IdentityKey AciIdentity { get; init; }

    /// <summary>The identity key of the number's id, where there is one.</summary>
    public IdentityKey? PniIdentity { get; init; }

    /// <summary>16 bytes that let others send without saying who they are; none while it is not set.</summary>
    public byte[]? AccessKey { get; init; }

    /// <summary>Anybody may send without saying who they are.</summary>
    public bool IsUnrestricted { get; init; }

    /// <summary>Disabled by the operator.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>What the registration lock is checked against, where one is set.</summary>
    public PasswordHash? RegistrationLock { get; init; }

    /// <summary>What the recovery password is checked against, where one is set.</summary>
    public PasswordHash? RecoveryPassword { get; init; }

    /// <summary>May be found by its number; kept for clients, since nothing here is found by a number.</summary>
    public bool IsDiscoverable { get; init; } = true;

    /// <summary>The hash of its username, 32 bytes.</summary>
    public byte[]? UsernameHash { get; init; }

    /// <summary>The handle of its username's link.</summary>
    public Guid? UsernameLink { get; init; }

    /// <summary>The username, encrypted for those who have the link.</summary>
    public byte[]? EncryptedUsername { get; init; }

    /// <summary>16 bytes that stand for the number in credentials; for accounts without one.</summary>
    public byte[]? CredentialSalt { get; init; }

    /// <summary>Its devices, the primary first.</summary>
    public required IReadOnlyList<Device> Devices { get; init; }

    /// <summary>A device, or none.</summary>
    public Device? Find(int device)
    {
        for (var i = 0; i < Devices.Count; i++)
        {
            if (Devices[i].Id == device)
            {
                return Devices[i];
            }
        }

        return null;
    }

    /// <summary>The account with one of its devices changed.</summary>
    public Account With(int id, Func<Device, Device> change) =>
        this with { Devices = [.. Devices.Select(device => device.Id == id ? change(device) : device)] };

    /// <summary>The identity key of one of its ids.</summary>
    public IdentityKey? Identity(ServiceIdKind kind) => kind == ServiceIdKind.Aci ? AciIdentity : PniIdentity;
}
