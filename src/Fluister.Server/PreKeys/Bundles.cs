using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;

namespace Fluister.Server.PreKeys;

/// <summary>What somebody took to begin sessions with the devices of an account.</summary>
/// <param name="Account">Whose devices.</param>
/// <param name="Kind">By which of its ids.</param>
/// <param name="Devices">Each device, the number that it drew for that id, and its keys.</param>
internal sealed record Bundles(
    Account Account, ServiceIdKind Kind, IReadOnlyList<(int Device, int RegistrationId, TakenKeys Keys)> Devices);
