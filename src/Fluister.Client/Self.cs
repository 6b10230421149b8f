using Fluister.Cryptography;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;
using Fluister.Protocol.Sessions;

namespace Fluister.Client;

/// <summary>Who this device is: what it drew, and what it was given, when it was registered or linked. The store keeps it.</summary>
public sealed record Self : IDisposable
{
    /// <summary>The account's id.</summary>
    public required ServiceId Aci { get; init; }

    /// <summary>The number's id; null for an account without a number.</summary>
    public ServiceId? Pni { get; init; }

    /// <summary>The number; null for an account without one.</summary>
    public string? Number { get; init; }

    /// <summary>1 for the primary.</summary>
    public required int Device { get; init; }

    /// <summary>The device's password at its home server, as text in UTF-8.</summary>
    public required Secret Password { get; init; }

    /// <summary>Drawn for sessions with the account's id.</summary>
    public required uint RegistrationId { get; init; }

    /// <summary>Drawn for sessions with the number's id; 0 where there is none.</summary>
    public uint PniRegistrationId { get; init; }

    /// <summary>The account's identity key.</summary>
    public required IdentityKeyPair AciIdentity { get; init; }

    /// <summary>The number's identity key; null for an account without one.</summary>
    public IdentityKeyPair? PniIdentity { get; init; }

    /// <summary>The key of the account's profile.</summary>
    public required ProfileKey ProfileKey { get; init; }

    /// <summary>What the account's other keys are derived from.</summary>
    public required AccountEntropyPool EntropyPool { get; init; }

    /// <summary>What stands for the number in credentials; null where there is one.</summary>
    public byte[]? CredentialSalt { get; init; }

    /// <summary>Whether this is the primary device.</summary>
    public bool IsPrimary => Device == 1;

    /// <summary>This end of sessions for one of the account's ids.</summary>
    /// <exception cref="ClientException">The account has no number, and so no such id.</exception>
    public LocalDevice End(ServiceIdKind kind) => kind == ServiceIdKind.Aci
        ? new LocalDevice(new ProtocolAddress(Aci, Device), AciIdentity, RegistrationId)
        : new LocalDevice(
            new ProtocolAddress(Pni ?? throw new ClientException(ClientError.Malformed, "The account has no number."), Device),
            PniIdentity ?? throw new ClientException(ClientError.Malformed, "The account has no key for a number."),
            PniRegistrationId);

    /// <summary>Clears the keys.</summary>
    public void Dispose()
    {
        Password.Dispose();
        AciIdentity.Dispose();
        PniIdentity?.Dispose();
        ProfileKey.Dispose();
        EntropyPool.Dispose();
    }
}
