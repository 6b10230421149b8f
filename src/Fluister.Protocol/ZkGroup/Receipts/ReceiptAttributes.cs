using System.Buffers.Binary;
using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.ZkGroup.Receipts;

/// <summary>The two attributes of a receipt as points (crypto/receipt_struct.rs).</summary>
internal static class ReceiptAttributes
{
    /// <summary>When it expires, in seconds since 1970, and its level: what the issuer sees.</summary>
    public static RistrettoPoint Term(ulong expiration, ulong level)
    {
        Span<byte> input = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(input, expiration);
        BinaryPrimitives.WriteUInt64BigEndian(input[sizeof(ulong)..], level);
        using var sho = ZkSystem.Sho("Signal_ZKGroup_20210919_Receipt_CalcM1"u8, input);
        return sho.SqueezeScalar() * ZkSystem.M1;
    }

    /// <summary>Its serial, which the issuer does not see.</summary>
    public static RistrettoPoint Serial(ReadOnlySpan<byte> serial)
    {
        Span<byte> scalar = stackalloc byte[Scalar25519.Bytes];
        scalar.Clear();
        serial.CopyTo(scalar);
        return Scalar25519.Reduce(scalar) * ZkSystem.M2;
    }
}
