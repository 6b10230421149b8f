namespace Fluister.Client.Sending;

/// <summary>One message encrypted for one device, as the outbox keeps it. The seal is not kept: it is made anew for each request, around
/// the same bytes, by which the receiver knows a message that it has.</summary>
/// <param name="Device">The device.</param>
/// <param name="RegistrationId">The number that the device drew, as far as is known.</param>
/// <param name="Type">The envelope's type without a seal: 1, 3 or 8.</param>
/// <param name="Bytes">The ciphertext; of type 8 plain content.</param>
internal sealed record SealedCopy(int Device, int RegistrationId, int Type, byte[] Bytes);
