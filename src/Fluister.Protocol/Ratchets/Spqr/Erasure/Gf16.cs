using System.Runtime.Intrinsics;

namespace Fluister.Protocol.Ratchets.Spqr.Erasure;

/// <summary>The field of 2^16 elements, modulo x^16 + x^12 + x^3 + x + 1; addition is exclusive or.</summary>
/// <remarks>Branches on its operands: everything that is coded here travels in the open (encapsulation keys, ciphertexts and
/// their MACs), so time tells nothing. The work is done sixteen elements at a time, which needs neither tables nor
/// carry-less multiplication to be far cheaper than one hash.</remarks>
internal static class Gf16
{
    private const int Modulus = 0x1100b;

    public static ushort Multiply(ushort a, ushort b)
    {
        var product = 0;
        for (int shifted = a, rest = b; rest != 0; rest >>= 1)
        {
            product ^= (rest & 1) != 0 ? shifted : 0;
            shifted <<= 1;
            shifted ^= shifted > ushort.MaxValue ? Modulus : 0;
        }

        return (ushort)product;
    }

    /// <summary>Sixteen products with one factor.</summary>
    public static Vector256<ushort> Multiply(Vector256<ushort> a, ushort b)
    {
        var product = Vector256<ushort>.Zero;
        var reduction = Vector256.Create(unchecked((ushort)Modulus));
        for (int rest = b; rest != 0; rest >>= 1)
        {
            if ((rest & 1) != 0)
            {
                product ^= a;
            }

            var carry = Vector256.ShiftRightArithmetic(a.AsInt16(), 15).AsUInt16();
            a = (a << 1) ^ (carry & reduction);
        }

        return product;
    }

    /// <summary>The inverse as a^(2^16 - 2); zero for zero.</summary>
    public static ushort Invert(ushort a)
    {
        ushort power = a, result = 1;
        for (var i = 1; i < 16; i++)
        {
            power = Multiply(power, power);
            result = Multiply(result, power);
        }

        return result;
    }
}
