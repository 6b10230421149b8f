using Fluister.Protocol.Addresses;

namespace Fluister.Protocol.SealedSender;

/// <summary>One account to which a message for many goes.</summary>
/// <param name="Account">By which id it is reached.</param>
/// <param name="Devices">Its devices as the sender knows them, in the order in which they came.</param>
/// <param name="KeyMaterialOffset">Where its key material lies in the message.</param>
/// <param name="KeyMaterial">Its own part of what is delivered, <see cref="MultiRecipientMessage.KeyMaterialBytes"/> bytes.</param>
public sealed record MultiRecipient(
    ServiceId Account, IReadOnlyList<SealedDevice> Devices, int KeyMaterialOffset, ReadOnlyMemory<byte> KeyMaterial);
