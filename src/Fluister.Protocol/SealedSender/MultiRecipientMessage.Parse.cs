using System.Buffers.Binary;
using Fluister.Protocol.Addresses;

namespace Fluister.Protocol.SealedSender;

public sealed partial class MultiRecipientMessage
{
    // Stands in the place of a device's id where an account is left out.
    private const int NoDevices = 0;

    /// <summary>Parses a message without copying it; whether the recipients can open it, only they will see.</summary>
    /// <exception cref="ProtocolException">Malformed, or an unknown version; beyond a limit; or an account is left out and there as
    /// well. An account may come twice with devices, as libsignal allows; the devices are for the service to check.</exception>
    public static MultiRecipientMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length is 0 or > Limits.MultiRecipientBytes)
        {
            throw Malformed("A message for many is empty or too long.");
        }

        var cursor = new Cursor(bytes);
        var version = cursor.Byte();
        if (version is not (SentVersion or DeliveredVersion))
        {
            throw new ProtocolException(ProtocolError.UnknownVersion, "A message for many is of an unknown version.");
        }

        var count = cursor.Count();
        var places = new Dictionary<ServiceId, int>();
        var found = new List<(ServiceId Account, List<SealedDevice> Devices, int Material)>();
        for (var i = 0; i < count; i++)
        {
            var account = version == SentVersion ? cursor.Account() : cursor.Uuid();
            var isNew = places.TryAdd(account, found.Count);
            if (isNew)
            {
                found.Add((account, [], 0));
            }

            var (_, devices, material) = found[places[account]];
            var before = devices.Count;
            cursor.Devices(devices);
            if (!isNew && (before == 0 || devices.Count == before))
            {
                throw Malformed("An account is left out of a message for many, and is in it as well.");
            }

            if (devices.Count > before)
            {
                // The first appearance counts; where the others differ, their devices will not be able to open the message.
                var start = cursor.KeyMaterial();
                found[places[account]] = (account, devices, isNew ? start : material);
            }
        }

        if (cursor.Left < PointBytes)
        {
            throw Malformed("A message for many ends too early.");
        }

        var recipients = found
            .Where(entry => entry.Devices.Count > 0)
            .Select(entry => new MultiRecipient(
                entry.Account, entry.Devices, entry.Material, bytes.Slice(entry.Material, KeyMaterialBytes)));
        var excluded = found.Where(entry => entry.Devices.Count == 0).Select(entry => entry.Account);
        return new MultiRecipientMessage(bytes, [.. recipients], [.. excluded], cursor.At);
    }

    private static ProtocolException Malformed(string reason) => new(ProtocolError.Malformed, reason);

    // Where the parser stands.
    private ref struct Cursor(ReadOnlyMemory<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes.Span;

        public int At { get; private set; }

        public readonly int Left => _bytes.Length - At;

        public byte Byte() => Take(1)[0];

        // The number of recipients, at most five groups of seven bits, and in no more groups than it needs.
        public int Count()
        {
            var (count, shift) = (0u, 0);
            byte group;
            do
            {
                group = Byte();
                count |= (uint)(group & 0x7f) << shift;
                shift += 7;
            }
            while (group >= 0x80 && shift < 21);
            return group is > 0 and < 0x80 || (group == 0 && shift == 7)
                ? count <= Limits.MultiRecipients ? (int)count : throw Malformed("A message for many has too many recipients.")
                : throw Malformed("The number of recipients of a message for many is not written as it must be.");
        }

        public ServiceId Account() => ServiceId.TryReadFixedWidth(Take(ServiceId.FixedWidthBytes), out var account)
            ? account
            : throw Malformed("The id of an account in a message for many is of an unknown kind.");

        public ServiceId Uuid() => ServiceId.Aci(new Guid(Take(16), bigEndian: true));

        public void Devices(List<SealedDevice> devices)
        {
            for (var isFirst = true; ; isFirst = false)
            {
                int device = Byte();
                if (device == NoDevices && isFirst)
                {
                    return;
                }

                if (device is NoDevices or > ProtocolAddress.MaximumDevice || devices.Count == Limits.RecipientDevices)
                {
                    throw Malformed("A recipient of a message for many has a wrong device, or too many.");
                }

                var field = BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort)));
                devices.Add(new SealedDevice(device, field & (uint)Limits.RegistrationId));
                if ((field & MoreFlag) == 0)
                {
                    return;
                }
            }
        }

        public int KeyMaterial()
        {
            var start = At;
            Take(KeyMaterialBytes);
            return start;
        }

        private ReadOnlySpan<byte> Take(int count)
        {
            if (Left < count)
            {
                throw Malformed("A message for many ends too early.");
            }

            var taken = _bytes.Slice(At, count);
            At += count;
            return taken;
        }
    }
}
