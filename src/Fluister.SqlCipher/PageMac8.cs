using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using V = System.Runtime.Intrinsics.Vector512<ulong>;
using VB = System.Runtime.Intrinsics.Vector512<byte>;

namespace Fluister.SqlCipher;

/// <summary>Eight pages at once, with AVX-512.</summary>
internal sealed unsafe class PageMac8(ReadOnlySpan<byte> key) : PageMac(key, Lanes)
{
    private const int Lanes = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Compute(byte* pages, ReadOnlySpan<uint> numbers, byte* macs)
    {
        V* w = stackalloc V[BlockWords];
        V* state = stackalloc V[StateWords];
        byte** lanes = stackalloc byte*[Lanes];
        uint* number = stackalloc uint[Lanes];
        for (int first = 0; first < numbers.Length; first += Lanes)
        {
            // Lanes without a page of their own repeat the first page.
            int used = Math.Min(Lanes, numbers.Length - first);
            for (int i = 0; i < Lanes; i++)
            {
                int page = first + (i < used ? i : 0);
                lanes[i] = pages + (page * PageCodec.PageSize);
                number[i] = numbers[page];
            }

            Copy((V*)InnerState, state);
            for (int offset = 0; offset < FullBlocks * 128; offset += 128)
            {
                Load(lanes, offset, w);
                Load(lanes, offset + 64, w + 8);
                Compress(state, w);
            }

            Load(lanes, FullBlocks * 128, w);
            for (int i = 0; i < Lanes; i++)
            {
                ((ulong*)(w + 8))[i] = NumberWord(number[i]);
            }

            End(w, 9, InnerBits);
            Compress(state, w);
            Copy(state, w);
            w[8] = Vector512.Create(1UL << 63);
            End(w, 9, OuterBits);
            Copy((V*)OuterState, state);
            Compress(state, w);
            for (int i = 0; i < used; i++)
            {
                for (int word = 0; word < StateWords; word++)
                {
                    var at = new Span<byte>(macs + ((first + i) * PageCodec.MacSize) + (word * sizeof(ulong)), sizeof(ulong));
                    BinaryPrimitives.WriteUInt64BigEndian(at, ((ulong*)(state + word))[i]);
                }
            }
        }
    }

    private static void Copy(V* from, V* to)
    {
        for (int i = 0; i < StateWords; i++)
        {
            to[i] = from[i];
        }
    }

    private static void End(V* w, int from, ulong bits)
    {
        for (int i = from; i < BlockWords - 1; i++)
        {
            w[i] = V.Zero;
        }

        w[BlockWords - 1] = Vector512.Create(bits);
    }

    // Compiled for speed at once: there is no time to warm up in a program that scans a file and ends.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compress(V* state, V* w)
    {
        V a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        ulong* k = K;
        int t = 0;
        while (true)
        {
            h += Xor(Rotate(e, 14), Rotate(e, 18), Rotate(e, 41)) + Choose(e, f, g) + (Vector512.Create(k[0]) + w[0]);
            d += h;
            h += Xor(Rotate(a, 28), Rotate(a, 34), Rotate(a, 39)) + Majority(a, b, c);
            g += Xor(Rotate(d, 14), Rotate(d, 18), Rotate(d, 41)) + Choose(d, e, f) + (Vector512.Create(k[1]) + w[1]);
            c += g;
            g += Xor(Rotate(h, 28), Rotate(h, 34), Rotate(h, 39)) + Majority(h, a, b);
            f += Xor(Rotate(c, 14), Rotate(c, 18), Rotate(c, 41)) + Choose(c, d, e) + (Vector512.Create(k[2]) + w[2]);
            b += f;
            f += Xor(Rotate(g, 28), Rotate(g, 34), Rotate(g, 39)) + Majority(g, h, a);
            e += Xor(Rotate(b, 14), Rotate(b, 18), Rotate(b, 41)) + Choose(b, c, d) + (Vector512.Create(k[3]) + w[3]);
            a += e;
            e += Xor(Rotate(f, 28), Rotate(f, 34), Rotate(f, 39)) + Majority(f, g, h);
            d += Xor(Rotate(a, 14), Rotate(a, 18), Rotate(a, 41)) + Choose(a, b, c) + (Vector512.Create(k[4]) + w[4]);
            h += d;
            d += Xor(Rotate(e, 28), Rotate(e, 34), Rotate(e, 39)) + Majority(e, f, g);
            c += Xor(Rotate(h, 14), Rotate(h, 18), Rotate(h, 41)) + Choose(h, a, b) + (Vector512.Create(k[5]) + w[5]);
            g += c;
            c += Xor(Rotate(d, 28), Rotate(d, 34), Rotate(d, 39)) + Majority(d, e, f);
            b += Xor(Rotate(g, 14), Rotate(g, 18), Rotate(g, 41)) + Choose(g, h, a) + (Vector512.Create(k[6]) + w[6]);
            f += b;
            b += Xor(Rotate(c, 28), Rotate(c, 34), Rotate(c, 39)) + Majority(c, d, e);
            a += Xor(Rotate(f, 14), Rotate(f, 18), Rotate(f, 41)) + Choose(f, g, h) + (Vector512.Create(k[7]) + w[7]);
            e += a;
            a += Xor(Rotate(b, 28), Rotate(b, 34), Rotate(b, 39)) + Majority(b, c, d);
            h += Xor(Rotate(e, 14), Rotate(e, 18), Rotate(e, 41)) + Choose(e, f, g) + (Vector512.Create(k[8]) + w[8]);
            d += h;
            h += Xor(Rotate(a, 28), Rotate(a, 34), Rotate(a, 39)) + Majority(a, b, c);
            g += Xor(Rotate(d, 14), Rotate(d, 18), Rotate(d, 41)) + Choose(d, e, f) + (Vector512.Create(k[9]) + w[9]);
            c += g;
            g += Xor(Rotate(h, 28), Rotate(h, 34), Rotate(h, 39)) + Majority(h, a, b);
            f += Xor(Rotate(c, 14), Rotate(c, 18), Rotate(c, 41)) + Choose(c, d, e) + (Vector512.Create(k[10]) + w[10]);
            b += f;
            f += Xor(Rotate(g, 28), Rotate(g, 34), Rotate(g, 39)) + Majority(g, h, a);
            e += Xor(Rotate(b, 14), Rotate(b, 18), Rotate(b, 41)) + Choose(b, c, d) + (Vector512.Create(k[11]) + w[11]);
            a += e;
            e += Xor(Rotate(f, 28), Rotate(f, 34), Rotate(f, 39)) + Majority(f, g, h);
            d += Xor(Rotate(a, 14), Rotate(a, 18), Rotate(a, 41)) + Choose(a, b, c) + (Vector512.Create(k[12]) + w[12]);
            h += d;
            d += Xor(Rotate(e, 28), Rotate(e, 34), Rotate(e, 39)) + Majority(e, f, g);
            c += Xor(Rotate(h, 14), Rotate(h, 18), Rotate(h, 41)) + Choose(h, a, b) + (Vector512.Create(k[13]) + w[13]);
            g += c;
            c += Xor(Rotate(d, 28), Rotate(d, 34), Rotate(d, 39)) + Majority(d, e, f);
            b += Xor(Rotate(g, 14), Rotate(g, 18), Rotate(g, 41)) + Choose(g, h, a) + (Vector512.Create(k[14]) + w[14]);
            f += b;
            b += Xor(Rotate(c, 28), Rotate(c, 34), Rotate(c, 39)) + Majority(c, d, e);
            a += Xor(Rotate(f, 14), Rotate(f, 18), Rotate(f, 41)) + Choose(f, g, h) + (Vector512.Create(k[15]) + w[15]);
            e += a;
            a += Xor(Rotate(b, 28), Rotate(b, 34), Rotate(b, 39)) + Majority(b, c, d);
            t += BlockWords;
            if (t == Rounds)
            {
                break;
            }

            k += BlockWords;
            for (int i = 0; i < BlockWords; i++)
            {
                V x = w[(i + 1) & 15], y = w[(i + 14) & 15];
                w[i] += Xor(Rotate(y, 19), Rotate(y, 61), Vector512.ShiftRightLogical(y, 6)) + w[(i + 9) & 15]
                    + Xor(Rotate(x, 1), Rotate(x, 8), Vector512.ShiftRightLogical(x, 7));
            }
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    /// <summary>Eight words of eight lanes, big endian: reads 64 bytes of each page and transposes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(byte** lanes, int offset, V* w)
    {
        VB swap = Vector512.Create(
            0x0001020304050607UL, 0x08090A0B0C0D0E0FUL, 0x0001020304050607UL, 0x08090A0B0C0D0E0FUL,
            0x0001020304050607UL, 0x08090A0B0C0D0E0FUL, 0x0001020304050607UL, 0x08090A0B0C0D0E0FUL).AsByte();
        V r0 = Read(lanes[0] + offset, swap), r1 = Read(lanes[1] + offset, swap);
        V r2 = Read(lanes[2] + offset, swap), r3 = Read(lanes[3] + offset, swap);
        V r4 = Read(lanes[4] + offset, swap), r5 = Read(lanes[5] + offset, swap);
        V r6 = Read(lanes[6] + offset, swap), r7 = Read(lanes[7] + offset, swap);
        Spread(Avx512F.UnpackLow(r0, r1), Avx512F.UnpackLow(r2, r3), Avx512F.UnpackLow(r4, r5), Avx512F.UnpackLow(r6, r7), w);
        Spread(Avx512F.UnpackHigh(r0, r1), Avx512F.UnpackHigh(r2, r3), Avx512F.UnpackHigh(r4, r5), Avx512F.UnpackHigh(r6, r7), w + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Read(byte* from, VB swap) => Avx512BW.Shuffle(Vector512.Load(from), swap).AsUInt64();

    /// <summary>Quarters of four rows to four words, two apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(V a, V b, V c, V d, V* w)
    {
        V even = Avx512F.Shuffle4x128(a, b, 0x88), evenRest = Avx512F.Shuffle4x128(c, d, 0x88);
        V odd = Avx512F.Shuffle4x128(a, b, 0xDD), oddRest = Avx512F.Shuffle4x128(c, d, 0xDD);
        w[0] = Avx512F.Shuffle4x128(even, evenRest, 0x88);
        w[2] = Avx512F.Shuffle4x128(odd, oddRest, 0x88);
        w[4] = Avx512F.Shuffle4x128(even, evenRest, 0xDD);
        w[6] = Avx512F.Shuffle4x128(odd, oddRest, 0xDD);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Xor(V x, V y, V z) => Avx512F.TernaryLogic(x, y, z, 0x96);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Choose(V e, V f, V g) => Avx512F.TernaryLogic(e, f, g, 0xCA);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Majority(V a, V b, V c) => Avx512F.TernaryLogic(a, b, c, 0xE8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Rotate(V x, [ConstantExpected] byte n) => Avx512F.RotateRight(x, n);
}
