using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.SealedSender;

/// <summary>An account that a message for many is sealed to.</summary>
/// <param name="Account">By which id it is reached.</param>
/// <param name="Identity">Its identity key.</param>
/// <param name="Devices">Its devices; at least one.</param>
public sealed record SealedRecipient(ServiceId Account, IdentityKey Identity, IReadOnlyList<SealedDevice> Devices);
