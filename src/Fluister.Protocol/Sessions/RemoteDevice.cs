using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Sessions;

/// <summary>The other end of a session.</summary>
/// <param name="Address">The account and the device.</param>
/// <param name="Pinned">The identity key that is known for the account and trusted; none at first contact, when any is taken.</param>
public sealed record RemoteDevice(ProtocolAddress Address, IdentityKey? Pinned);
