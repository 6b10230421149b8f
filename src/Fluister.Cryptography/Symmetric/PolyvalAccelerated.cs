using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Symmetric;

/// <summary>POLYVAL (RFC 8452, section 3) by the processor's carry-less multiplication, eight blocks to a reduction.</summary>
internal ref struct PolyvalAccelerated
{
    private const int BlockBytes = 16;
    private const int Most = 8;

    // Powers of the key: the first, the second, and so on.
    private KeyPowers _powers;
    private readonly int _count;

    /// <summary>Takes the key, and the length in bytes of the longest input, which says how many powers pay.</summary>
    public PolyvalAccelerated(Vector128<byte> key, int longest)
    {
        _count = Math.Clamp((longest + BlockBytes - 1) / BlockBytes, 1, Most);
        _powers[0] = key.AsUInt64();
        for (var i = 1; i < _count; i++)
        {
            _powers[i] = Multiply(_powers[i / 2], _powers[(i - 1) / 2]);
        }
    }

    public static bool IsSupported => Pclmulqdq.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>Adds bytes, filled up to a whole block with zeros, to a sum.</summary>
    public readonly Vector128<byte> Update(Vector128<byte> sum, ReadOnlySpan<byte> bytes)
    {
        var s = sum.AsUInt64();
        var blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        while (!blocks.IsEmpty)
        {
            var take = Math.Min(blocks.Length, _count);
            s = Add(s, blocks[..take]);
            blocks = blocks[take..];
        }

        var rest = bytes[(bytes.Length & ~(BlockBytes - 1))..];
        if (!rest.IsEmpty)
        {
            Span<byte> last = stackalloc byte[BlockBytes];
            last.Clear();
            rest.CopyTo(last);
            s = Multiply(s ^ Vector128.Create<byte>(last).AsUInt64(), _powers[0]);
            CryptographicOperations.ZeroMemory(last);
        }

        return s.AsByte();
    }

    /// <summary>Clears the key.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<KeyPowers>(ref _powers)));

    // (s + x1) h^n + x2 h^(n-1) + ... + xn h, reduced once.
    private readonly Vector128<ulong> Add(Vector128<ulong> sum, ReadOnlySpan<Vector128<ulong>> blocks)
    {
        var (low, middle, high) = (Vector128<ulong>.Zero, Vector128<ulong>.Zero, Vector128<ulong>.Zero);
        for (var i = 0; i < blocks.Length; i++)
        {
            var x = blocks[i] ^ sum;
            var power = _powers[blocks.Length - 1 - i];
            low ^= Pclmulqdq.CarrylessMultiply(x, power, 0x00);
            high ^= Pclmulqdq.CarrylessMultiply(x, power, 0x11);
            middle ^= Pclmulqdq.CarrylessMultiply(x, power, 0x01) ^ Pclmulqdq.CarrylessMultiply(x, power, 0x10);
            sum = default;
        }

        return Reduce(low, middle, high);
    }

    private static Vector128<ulong> Multiply(Vector128<ulong> a, Vector128<ulong> b) => Reduce(
        Pclmulqdq.CarrylessMultiply(a, b, 0x00),
        Pclmulqdq.CarrylessMultiply(a, b, 0x01) ^ Pclmulqdq.CarrylessMultiply(a, b, 0x10),
        Pclmulqdq.CarrylessMultiply(a, b, 0x11));

    // Divides 256 bits by x^128 modulo x^128 + x^127 + x^126 + x^121 + 1: twice 64 bits, each time adding that multiple of the
    // modulus which clears the lowest 64 (Montgomery's way, for polynomials).
    private static Vector128<ulong> Reduce(Vector128<ulong> low, Vector128<ulong> middle, Vector128<ulong> high)
    {
        var modulus = Vector128.Create(0xc200_0000_0000_0000, 0);
        low ^= Sse2.ShiftLeftLogical128BitLane(middle, 8);
        high ^= Sse2.ShiftRightLogical128BitLane(middle, 8);
        low = Pclmulqdq.CarrylessMultiply(low, modulus, 0x00) ^ Swap(low);
        low = Pclmulqdq.CarrylessMultiply(low, modulus, 0x00) ^ Swap(low);
        return low ^ high;
    }

    private static Vector128<ulong> Swap(Vector128<ulong> value) => Sse2.Shuffle(value.AsUInt32(), 0x4e).AsUInt64();

    [InlineArray(Most)]
    private struct KeyPowers
    {
        private Vector128<ulong> _first;
    }
}
