using Fluister.Wire;

namespace Fluister.Server.Federation;

/// <summary>What is known here of an account of a peer's: enough to take messages to it while the peer is down.</summary>
/// <param name="Aci">The account.</param>
/// <param name="Peer">Its home.</param>
/// <param name="Version">A later list has a higher one.</param>
/// <param name="Devices">Each device, and the number that it drew.</param>
/// <param name="AccessKeyChecksum">By which an access key is known to fit; none where there is no key.</param>
/// <param name="IsUnrestricted">Anybody may send without saying who they are.</param>
/// <param name="IdentityKey">33 bytes.</param>
internal sealed record RemoteAccount(
    Guid Aci,
    ServerTag Peer,
    long Version,
    IReadOnlyList<(int Id, int RegistrationId)> Devices,
    byte[]? AccessKeyChecksum,
    bool IsUnrestricted,
    byte[] IdentityKey);
