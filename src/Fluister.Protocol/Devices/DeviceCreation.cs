using System.Buffers.Binary;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Devices;

/// <summary>When a device was linked, which the server keeps and only the account's own devices can read.</summary>
/// <remarks>Sealed for the identity key (<see cref="KeySealing"/>) for "deviceCreatedAt", bound to device and registration id.</remarks>
public static class DeviceCreation
{
    /// <summary>Seals a time in milliseconds since 1970.</summary>
    public static byte[] Seal(DateTimeOffset time, byte device, uint registrationId, IdentityKey identity, RandomSource random)
    {
        Span<byte> milliseconds = stackalloc byte[8];
        Span<byte> device5 = stackalloc byte[5];
        BinaryPrimitives.WriteInt64BigEndian(milliseconds, time.ToUnixTimeMilliseconds());
        Bind(device, registrationId, device5);
        return identity.Key.Seal(milliseconds, "deviceCreatedAt"u8, device5, random);
    }

    /// <summary>Opens the time.</summary>
    /// <exception cref="ProtocolException">Malformed: no time in it; unknown version; or not authentic.</exception>
    public static DateTimeOffset Open(ReadOnlySpan<byte> sealedTime, byte device, uint registrationId, PrivateKey identity)
    {
        Span<byte> device5 = stackalloc byte[5];
        Bind(device, registrationId, device5);
        var bytes = identity.Open(sealedTime, "deviceCreatedAt"u8, device5);
        var milliseconds = bytes.Length == 8 ? BinaryPrimitives.ReadInt64BigEndian(bytes) : -1;
        return milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new ProtocolException(ProtocolError.Malformed, "The time of a device must be eight bytes and a date.");
    }

    private static void Bind(byte device, uint registrationId, Span<byte> bytes)
    {
        bytes[0] = device;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[1..], registrationId);
    }
}
