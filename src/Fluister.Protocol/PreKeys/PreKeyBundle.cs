using Fluister.Protocol.Keys;

namespace Fluister.Protocol.PreKeys;

/// <summary>Everything that is needed to write first to one device, as its home server hands it out.</summary>
/// <remarks>The signatures are checked where a session is begun with it, not before.</remarks>
/// <param name="Identity">The identity key of the device's account.</param>
/// <param name="Device">The device, 1 to 127.</param>
/// <param name="RegistrationId">The number that the device drew when it was registered; a message to another one is refused by the
/// server.</param>
/// <param name="Signed">The signed pre-key.</param>
/// <param name="Kem">The KEM pre-key; nobody can write to a device that has none.</param>
/// <param name="OneTime">A one-time pre-key, while there are any left.</param>
public sealed record PreKeyBundle(
    IdentityKey Identity,
    int Device,
    uint RegistrationId,
    PublicSignedPreKey Signed,
    PublicKemPreKey Kem,
    PublicPreKey? OneTime);
