namespace Fluister.Protocol.SealedSender;

/// <summary>A device that a message for many is meant for.</summary>
/// <param name="Device">Its id, 1 to 127.</param>
/// <param name="RegistrationId">Its registration id, at most <see cref="Limits.RegistrationId"/>: by it the service sees whether
/// the sender knows the device that is there now.</param>
public readonly record struct SealedDevice(int Device, uint RegistrationId);
