using Fluister.Server.Accounts;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;

namespace Fluister.Server.Grpc;

/// <summary>What devices can do: gRPC's numbers for the names that JSON has.</summary>
internal static class CapabilityNames
{
    private static readonly Dictionary<DeviceCapability, string> All = new()
    {
        [DeviceCapability.Storage] = "storage",
        [DeviceCapability.Transfer] = "transfer",
        [DeviceCapability.AttachmentBackfill] = "attachmentBackfill",
        [DeviceCapability.SparsePostQuantumRatchet] = "spqr",
        [DeviceCapability.ProfilesV2] = "profiles_v2",
        [DeviceCapability.UsernameChangeSyncMessage] = "usernameChangeSyncMessage",
        [DeviceCapability.OptionalPhoneNumber] = "optionalPhoneNumber",
    };

    /// <summary>A capability's name.</summary>
    /// <exception cref="RefusedException">422: not one.</exception>
    public static string Name(DeviceCapability capability) => All.GetValueOrDefault(capability) ?? throw new RefusedException(422);

    /// <summary>What an account can do.</summary>
    public static IEnumerable<DeviceCapability> Of(Account account) =>
        All.Where(entry => Accounts.Capabilities.Has(account, entry.Value)).Select(entry => entry.Key);
}
