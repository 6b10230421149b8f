using System.Buffers;
using System.Security.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Messages;

// Making a message with its MAC, and checking one.
public sealed partial class SignalMessage
{
    private const int AddressBytes = ServiceId.FixedWidthBytes + 1;
    private const int IdentityBytes = 2 * PublicKey.SerializedBytes;

    // Up to here the bytes under the MAC are gathered on the stack: a message of the common size.
    private const int StackBytes = 2048;

    /// <summary>Writes a message and its MAC.</summary>
    /// <param name="parts">The fields.</param>
    /// <param name="sender">The sender's identity key.</param>
    /// <param name="receiver">The receiver's identity key.</param>
    /// <param name="macKey">The message's MAC key, 32 bytes.</param>
    internal static SignalMessage Create(in Parts parts, IdentityKey sender, IdentityKey receiver, ReadOnlySpan<byte> macKey)
    {
        using var writer = new ProtoWriter(IdentityBytes + 160 + parts.Body.Length + parts.PostQuantum.Length);
        writer.Raw(sender.Serialized);
        writer.Raw(receiver.Serialized);
        writer.Raw([MessageVersion.Byte(parts.Version)]);
        writer.Bytes(1, parts.RatchetKey.Serialized);
        writer.UInt64(2, parts.Counter);
        writer.UInt64(3, parts.PreviousCounter);
        var body = Field(writer, 4, parts.Body);
        var postQuantum = parts.PostQuantum.IsEmpty ? default : Field(writer, 5, parts.PostQuantum);
        Range? addresses = null;
        if (parts.Addresses is var (from, to))
        {
            Span<byte> both = stackalloc byte[2 * AddressBytes];
            Write(from, to, both);
            addresses = Field(writer, 6, both);
        }

        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(macKey, writer.Written, mac);
        writer.Raw(mac[..MacBytes]);
        return new SignalMessage(writer.Written[IdentityBytes..].ToArray(), parts.RatchetKey, parts.Counter, body, postQuantum, addresses);
    }

    /// <summary>Whether the MAC fits, and the addresses too where the message states them.</summary>
    internal bool IsAuthentic(
        IdentityKey sender, IdentityKey receiver, ReadOnlySpan<byte> macKey, ProtocolAddress from, ProtocolAddress to)
    {
        var length = IdentityBytes + _serialized.Length - MacBytes;
        byte[]? rented = null;
        var covered = length <= StackBytes ? stackalloc byte[length] : (rented = ArrayPool<byte>.Shared.Rent(length)).AsSpan(0, length);
        sender.Serialized.CopyTo(covered);
        receiver.Serialized.CopyTo(covered[PublicKey.SerializedBytes..]);
        _serialized.AsSpan(..^MacBytes).CopyTo(covered[IdentityBytes..]);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(macKey, covered, mac);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        if (!CryptographicOperations.FixedTimeEquals(mac[..MacBytes], _serialized.AsSpan(^MacBytes..)))
        {
            return false;
        }

        if (_addresses is not { } stated)
        {
            return true;
        }

        Span<byte> expected = stackalloc byte[2 * AddressBytes];
        Write(from, to, expected);
        return CryptographicOperations.FixedTimeEquals(expected, _serialized.AsSpan(stated));
    }

    private static void Write(ProtocolAddress from, ProtocolAddress to, Span<byte> both)
    {
        from.Account.WriteFixedWidth(both);
        both[ServiceId.FixedWidthBytes] = (byte)from.Device;
        to.Account.WriteFixedWidth(both[AddressBytes..]);
        both[AddressBytes + ServiceId.FixedWidthBytes] = (byte)to.Device;
    }

    // Writes a field; where its value will lie in the message, which begins behind the identity keys.
    private static Range Field(ProtoWriter writer, uint field, ReadOnlySpan<byte> value)
    {
        writer.Bytes(field, value);
        var end = writer.Written.Length - IdentityBytes;
        return (end - value.Length)..end;
    }

    /// <summary>The fields of a message that is to be made.</summary>
    internal readonly ref struct Parts
    {
        public required byte Version { get; init; }

        public required PublicKey RatchetKey { get; init; }

        public required uint Counter { get; init; }

        public required uint PreviousCounter { get; init; }

        public required ReadOnlySpan<byte> Body { get; init; }

        public required ReadOnlySpan<byte> PostQuantum { get; init; }

        /// <summary>Sender and receiver, inside of pre-key messages.</summary>
        public (ProtocolAddress From, ProtocolAddress To)? Addresses { get; init; }
    }
}
