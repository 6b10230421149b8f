using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;
using Fluister.Server.Profiles;

namespace Fluister.Server.PreKeys;

/// <summary>What somebody took to begin sessions with the devices of an account.</summary>
/// <param name="IdentityKey">Of the id by which they were taken, 33 bytes.</param>
/// <param name="AccessKeyChecksum">As in profiles; none for a number's id, and where there is no key.</param>
/// <param name="IsUnrestricted">Anybody may send without saying who they are; never to a number's id.</param>
/// <param name="Devices">Each device, the number that it drew for that id, and its keys.</param>
internal sealed record Bundles(
    byte[] IdentityKey,
    byte[]? AccessKeyChecksum,
    bool IsUnrestricted,
    IReadOnlyList<(int Device, int RegistrationId, TakenKeys Keys)> Devices)
{
    /// <summary>Of an account of this server.</summary>
    public static Bundles Of(
        Account account, ServiceIdKind kind, IReadOnlyList<(int Device, int RegistrationId, TakenKeys Keys)> devices) => new(
            account.Identity(kind)!.Value.Serialized.ToArray(),
            kind == ServiceIdKind.Aci ? ProfileRoom.Checksum(account) : null,
            kind == ServiceIdKind.Aci && account.IsUnrestricted,
            devices);

    /// <summary>Of an account of a peer's.</summary>
    public static Bundles Of(RemoteAccount account, IReadOnlyList<(int Device, int RegistrationId, TakenKeys Keys)> devices) =>
        new(account.IdentityKey, account.AccessKeyChecksum, account.IsUnrestricted, devices);
}
