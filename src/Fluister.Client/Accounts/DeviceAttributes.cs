using Fluister.Cryptography;
using Fluister.Protocol.Devices;
using Fluister.Wire.Json;

namespace Fluister.Client.Accounts;

/// <summary>What a device says of itself and of its account to the home server.</summary>
internal static class DeviceAttributes
{
    /// <summary>What this client can do, by Signal's names.</summary>
    public static IReadOnlyDictionary<string, bool> Capabilities { get; } = new Dictionary<string, bool>
    {
        ["storage"] = true,
        ["spqr"] = true,
        ["versionedExpirationTimer"] = true,
        ["usernameChangeSyncMessage"] = true,
        ["optionalPhoneNumber"] = true,
    };

    /// <summary>Attributes of a device that is being registered or linked.</summary>
    /// <param name="secrets">What it drew.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="isPrimary">Whether it speaks for the account too: access key and recovery password.</param>
    /// <param name="random">Randomness.</param>
    public static AccountAttributesJson Of(DeviceSecrets secrets, string? name, bool isPrimary, RandomSource random)
    {
        var attributes = new AccountAttributesJson
        {
            FetchesMessages = true,
            RegistrationId = (int)secrets.RegistrationId,
            PniRegistrationId = secrets.PniIdentity is null ? null : (int)secrets.PniRegistrationId,
            Name = name is null ? null : DeviceName.Encrypt(name, secrets.AciIdentity.Public, random),
            Capabilities = Capabilities,
        };
        if (!isPrimary)
        {
            return attributes;
        }

        using var access = secrets.ProfileKey.AccessKey();
        using var svr = secrets.EntropyPool.SvrKey();
        using var recovery = svr.RegistrationRecoveryPassword();
        return attributes with
        {
            UnidentifiedAccessKey = access.Reveal().ToArray(),
            RecoveryPassword = recovery.Reveal().ToArray(),
        };
    }
}
