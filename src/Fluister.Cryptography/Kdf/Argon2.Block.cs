using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fluister.Cryptography.Kdf;

internal sealed unsafe partial class Argon2
{
    // The function G, RFC 9106, section 3.5: target becomes (or has added) the permuted sum of two blocks and that sum.
    // Where target is one of the two, it is read before it is written.
    private void Compress(ulong* previous, ulong* reference, ulong* target, bool addToTarget)
    {
        var sum = _scratch;
        var z = sum + BlockWords;
        for (var i = 0; i < BlockWords; i += Vector256<ulong>.Count)
        {
            var both = Vector256.Load(previous + i) ^ Vector256.Load(reference + i);
            both.Store(z + i);
            (addToTarget ? both ^ Vector256.Load(target + i) : both).Store(sum + i);
        }

        if (Avx2.IsSupported)
        {
            PermuteAccelerated(z);
        }
        else
        {
            Permute(z);
        }

        for (var i = 0; i < BlockWords; i += Vector256<ulong>.Count)
        {
            (Vector256.Load(sum + i) ^ Vector256.Load(z + i)).Store(target + i);
        }
    }

    // A block is 8 by 8 registers of two words: the permutation P on each row, then on each column.
    internal static void Permute(ulong* z)
    {
        for (var row = 0; row < 8; row++)
        {
            Permute(z + (16 * row), 2);
        }

        for (var column = 0; column < 8; column++)
        {
            Permute(z + (2 * column), 16);
        }
    }

    // P, section 3.6, of 8 registers that are a stride apart.
    private static void Permute(ulong* z, int stride)
    {
        ulong* W(int word) => z + (word / 2 * stride) + (word % 2);
        for (var i = 0; i < 4; i++)
        {
            Mix(W(i), W(4 + i), W(8 + i), W(12 + i));
        }

        for (var i = 0; i < 4; i++)
        {
            Mix(W(i), W(4 + ((i + 1) % 4)), W(8 + ((i + 2) % 4)), W(12 + ((i + 3) % 4)));
        }
    }

    private static void Mix(ulong* a, ulong* b, ulong* c, ulong* d)
    {
        *a = Add(*a, *b);
        *d = BitOperations.RotateRight(*d ^ *a, 32);
        *c = Add(*c, *d);
        *b = BitOperations.RotateRight(*b ^ *c, 24);
        *a = Add(*a, *b);
        *d = BitOperations.RotateRight(*d ^ *a, 16);
        *c = Add(*c, *d);
        *b = BitOperations.RotateRight(*b ^ *c, 63);
    }

    private static ulong Add(ulong x, ulong y) => x + y + (2 * (ulong)(uint)x * (uint)y);

    // The same with four words to a vector: a row is four vectors; of columns, two are taken together.
    internal static void PermuteAccelerated(ulong* z)
    {
        for (var row = 0; row < 8; row++)
        {
            var p = z + (16 * row);
            var (a, b, c, d) = (Vector256.Load(p), Vector256.Load(p + 4), Vector256.Load(p + 8), Vector256.Load(p + 12));
            Mix(ref a, ref b, ref c, ref d);
            b = Avx2.Permute4x64(b, 0b00_11_10_01);
            c = Avx2.Permute4x64(c, 0b01_00_11_10);
            d = Avx2.Permute4x64(d, 0b10_01_00_11);
            Mix(ref a, ref b, ref c, ref d);
            a.Store(p);
            Avx2.Permute4x64(b, 0b10_01_00_11).Store(p + 4);
            Avx2.Permute4x64(c, 0b01_00_11_10).Store(p + 8);
            Avx2.Permute4x64(d, 0b00_11_10_01).Store(p + 12);
        }

        for (var pair = 0; pair < 4; pair++)
        {
            var p = z + (4 * pair);
            var (a0, a1, b0, b1) = (Vector256.Load(p), Vector256.Load(p + 16), Vector256.Load(p + 32), Vector256.Load(p + 48));
            var (c0, c1, d0, d1) = (Vector256.Load(p + 64), Vector256.Load(p + 80), Vector256.Load(p + 96), Vector256.Load(p + 112));
            Mix(ref a0, ref b0, ref c0, ref d0);
            Mix(ref a1, ref b1, ref c1, ref d1);
            var (b12, b30, d30, d12) = (Across(b0, b1), Across(b1, b0), Across(d1, d0), Across(d0, d1));
            Mix(ref a0, ref b12, ref c1, ref d30);
            Mix(ref a1, ref b30, ref c0, ref d12);
            a0.Store(p);
            a1.Store(p + 16);
            Across(b30, b12).Store(p + 32);
            Across(b12, b30).Store(p + 48);
            c0.Store(p + 64);
            c1.Store(p + 80);
            Across(d30, d12).Store(p + 96);
            Across(d12, d30).Store(p + 112);
        }
    }

    // The second word of one register, then the first of the next, for two columns.
    private static Vector256<ulong> Across(Vector256<ulong> one, Vector256<ulong> next) => Avx2.AlignRight(next, one, 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Vector256<ulong> a, ref Vector256<ulong> b, ref Vector256<ulong> c, ref Vector256<ulong> d)
    {
        a = Add(a, b);
        d = Rotate(d ^ a, 32);
        c = Add(c, d);
        b = Rotate(b ^ c, 24);
        a = Add(a, b);
        d = Rotate(d ^ a, 16);
        c = Add(c, d);
        b = Rotate(b ^ c, 63);
    }

    private static Vector256<ulong> Add(Vector256<ulong> x, Vector256<ulong> y)
    {
        var product = Avx2.Multiply(x.AsUInt32(), y.AsUInt32());
        return x + y + (product + product);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Rotate(Vector256<ulong> value, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(value, bits) : (value >> bits) | (value << (64 - bits));
}
