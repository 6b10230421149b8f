using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Sessions;

/// <summary>This end of sessions.</summary>
/// <param name="Address">The account, by the id that the session is for, and the device.</param>
/// <param name="Identity">The identity key of that id.</param>
/// <param name="RegistrationId">The number that this device drew when it was registered.</param>
public sealed record LocalDevice(ProtocolAddress Address, IdentityKeyPair Identity, uint RegistrationId);
