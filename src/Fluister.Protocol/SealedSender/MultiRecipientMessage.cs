using System.Buffers.Binary;
using Fluister.Cryptography.Symmetric;
using Fluister.Protocol.Addresses;

namespace Fluister.Protocol.SealedSender;

/// <summary>A message that is sealed to many, as it is sent; the service fans it out without being able to open it.</summary>
/// <remarks>
/// <para>What each recipient's devices get is a version byte, that recipient's key material and the shared bytes. A service that
/// stores the shared bytes once keeps <see cref="MultiRecipient.KeyMaterial"/> per recipient, and joins them with
/// <see cref="Join"/> on delivery.</para>
/// <para>Form (libsignal, sealed_sender.rs, "Sent messages"): version byte; count; per recipient its id of fixed width, its
/// devices, its key material; then a point and the encrypted content, which are shared.</para>
/// </remarks>
public sealed partial class MultiRecipientMessage
{
    /// <summary>Bytes of one recipient's key material: encrypted key and sender's tag.</summary>
    public const int KeyMaterialBytes = 48;

    /// <summary>Bytes of the point at the beginning of the shared bytes.</summary>
    internal const int PointBytes = 32;

    // As sent, with ids of both namespaces; and its elder, with UUIDs of accounts only, which is also the version as delivered.
    private const byte SentVersion = 0x23;
    private const byte DeliveredVersion = 0x22;

    // The last field of a device: more devices follow (bit 15), nothing (bit 14), registration id.
    private const ushort MoreFlag = 0x8000;

    private readonly ReadOnlyMemory<byte> _bytes;

    private MultiRecipientMessage(
        ReadOnlyMemory<byte> bytes, IReadOnlyList<MultiRecipient> recipients, IReadOnlyList<ServiceId> excluded, int sharedOffset)
    {
        (_bytes, Recipients, Excluded) = (bytes, recipients, excluded);
        SharedOffset = sharedOffset;
    }

    /// <summary>Who gets the message, in order of first appearance; each account once.</summary>
    public IReadOnlyList<MultiRecipient> Recipients { get; }

    /// <summary>Who is left out on purpose; nobody who is also a recipient.</summary>
    public IReadOnlyList<ServiceId> Excluded { get; }

    /// <summary>Where the shared bytes begin; they go to the end.</summary>
    public int SharedOffset { get; }

    /// <summary>The part that all recipients share.</summary>
    public ReadOnlyMemory<byte> Shared => _bytes[SharedOffset..];

    /// <summary>What is delivered to all devices of a recipient.</summary>
    public byte[] MessageFor(MultiRecipient recipient) => Join(recipient.KeyMaterial.Span, Shared.Span);

    /// <summary>Puts together what is delivered, from a recipient's key material and the shared bytes.</summary>
    public static byte[] Join(ReadOnlySpan<byte> keyMaterial, ReadOnlySpan<byte> shared) => [DeliveredVersion, .. keyMaterial, .. shared];

    /// <summary>The bytes of a message in full.</summary>
    internal static int Length(IReadOnlyList<SealedRecipient> recipients, int excluded, int content)
    {
        var length = 1 + VarintLength(recipients.Count + excluded) + (excluded * (ServiceId.FixedWidthBytes + 1));
        for (var i = 0; i < recipients.Count; i++)
        {
            length += ServiceId.FixedWidthBytes + (recipients[i].Devices.Count * 3) + KeyMaterialBytes;
        }

        return checked(length + PointBytes + content + AesGcmSiv.TagBytes);
    }

    /// <summary>Writes all but the key material, the point and the content.</summary>
    /// <returns>Where each recipient's key material goes, then where the shared bytes go.</returns>
    internal static int[] WriteAddresses(Span<byte> message, IReadOnlyList<SealedRecipient> recipients, IReadOnlyList<ServiceId> excluded)
    {
        var starts = new int[recipients.Count + 1];
        message[0] = SentVersion;
        var at = 1;
        var count = (uint)(recipients.Count + excluded.Count);
        for (; count >= 0x80; count >>= 7)
        {
            message[at++] = (byte)(count | 0x80);
        }

        message[at++] = (byte)count;
        for (var i = 0; i < recipients.Count; i++)
        {
            recipients[i].Account.WriteFixedWidth(message[at..]);
            at += ServiceId.FixedWidthBytes;
            var devices = recipients[i].Devices;
            for (var d = 0; d < devices.Count; d++)
            {
                message[at] = (byte)devices[d].Device;
                var more = d + 1 < devices.Count ? MoreFlag : 0;
                BinaryPrimitives.WriteUInt16BigEndian(message[(at + 1)..], (ushort)(devices[d].RegistrationId | (uint)more));
                at += 3;
            }

            starts[i] = at;
            at += KeyMaterialBytes;
        }

        foreach (var account in excluded)
        {
            account.WriteFixedWidth(message[at..]);
            at += ServiceId.FixedWidthBytes;
            message[at++] = 0;
        }

        starts[^1] = at;
        return starts;
    }

    private static int VarintLength(int count)
    {
        var length = 1;
        for (; count >= 0x80; count >>= 7)
        {
            length++;
        }

        return length;
    }
}
