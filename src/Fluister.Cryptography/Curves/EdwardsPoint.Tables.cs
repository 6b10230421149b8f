using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Fluister.Cryptography.Curves;

// Points prepared for addition, and tables of them.
internal partial struct EdwardsPoint
{
    /// <summary>Multiples that a window of a signed digit to base 16 needs: 1 to 8 times a point.</summary>
    internal const int WindowSize = 8;

    /// <summary>A table's entry for a digit from -8 to 8, in fixed time: every entry is read.</summary>
    [SkipLocalsInit]
    internal static void Lookup(ReadOnlySpan<Affine> multiples, int digit, out Affine entry)
    {
        Debug.Assert(multiples.Length == WindowSize && digit is >= -WindowSize and <= WindowSize, "A window.");
        Unsafe.SkipInit(out entry);
        ref var table = ref Unsafe.As<Affine, ulong>(ref MemoryMarshal.GetReference(multiples));
        ref var words = ref Unsafe.As<Affine, ulong>(ref entry);
        var size = Size(digit, out var bit);

        // Fifteen words; the last vector reaches back one. What stands before the first entry is the neutral point.
        var (w0, w4) = (Vector256.Create(1UL, 0, 0, 0), Vector256.Create(0UL, 1, 0, 0));
        var (w8, w11) = (Vector256<ulong>.Zero, Vector256<ulong>.Zero);
        for (nuint i = 0; i < WindowSize; i++)
        {
            var chosen = Vector256.Equals(size, Vector256.Create((ulong)i + 1));
            w0 = Vector256.ConditionalSelect(chosen, Vector256.LoadUnsafe(ref table, 15 * i), w0);
            w4 = Vector256.ConditionalSelect(chosen, Vector256.LoadUnsafe(ref table, (15 * i) + 4), w4);
            w8 = Vector256.ConditionalSelect(chosen, Vector256.LoadUnsafe(ref table, (15 * i) + 8), w8);
            w11 = Vector256.ConditionalSelect(chosen, Vector256.LoadUnsafe(ref table, (15 * i) + 11), w11);
        }

        w0.StoreUnsafe(ref words);
        w4.StoreUnsafe(ref words, 4);
        w8.StoreUnsafe(ref words, 8);
        w11.StoreUnsafe(ref words, 11);
        Field25519.Swap(ref entry.Sum, ref entry.Difference, bit);
        Field25519.NegateIf(ref entry.T2D, bit);
    }

    /// <summary>The same for cached points.</summary>
    [SkipLocalsInit]
    internal static void Lookup(ReadOnlySpan<Cached> multiples, int digit, out Cached entry)
    {
        Debug.Assert(multiples.Length == WindowSize && digit is >= -WindowSize and <= WindowSize, "A window.");
        Unsafe.SkipInit(out entry);
        ref var table = ref Unsafe.As<Cached, ulong>(ref MemoryMarshal.GetReference(multiples));
        ref var words = ref Unsafe.As<Cached, ulong>(ref entry);
        var size = Size(digit, out var bit);

        // Twenty words.
        var (w0, w4) = (Vector256.Create(1UL, 0, 0, 0), Vector256.Create(0UL, 1, 0, 0));
        var (w8, w12, w16) = (Vector256.Create(0UL, 0, 2, 0), Vector256<ulong>.Zero, Vector256<ulong>.Zero);
        for (nuint i = 0; i < WindowSize; i++)
        {
            var chosen = Vector256.Equals(size, Vector256.Create((ulong)i + 1));
            w0 = Vector256.ConditionalSelect(chosen, Vector256.LoadUnsafe(ref table, 20 * i), w0);
            w4 = Vector256.ConditionalSelect(chosen, Vector256.LoadUnsafe(ref table, (20 * i) + 4), w4);
            w8 = Vector256.ConditionalSelect(chosen, Vector256.LoadUnsafe(ref table, (20 * i) + 8), w8);
            w12 = Vector256.ConditionalSelect(chosen, Vector256.LoadUnsafe(ref table, (20 * i) + 12), w12);
            w16 = Vector256.ConditionalSelect(chosen, Vector256.LoadUnsafe(ref table, (20 * i) + 16), w16);
        }

        w0.StoreUnsafe(ref words);
        w4.StoreUnsafe(ref words, 4);
        w8.StoreUnsafe(ref words, 8);
        w12.StoreUnsafe(ref words, 12);
        w16.StoreUnsafe(ref words, 16);
        Field25519.Swap(ref entry.Sum, ref entry.Difference, bit);
        Field25519.NegateIf(ref entry.T2D, bit);
    }

    /// <summary>Writes a point, that point and a step, and so on.</summary>
    internal static void WriteMultiples(in EdwardsPoint first, Span<EdwardsPoint> multiples, in EdwardsPoint step)
    {
        var cached = new Cached(step);
        multiples[0] = first;
        for (var i = 1; i < multiples.Length; i++)
        {
            multiples[i] = multiples[i - 1];
            Add(ref multiples[i], cached);
        }
    }

    /// <summary>The same as cached points.</summary>
    internal static void WriteMultiples(in EdwardsPoint first, Span<Cached> multiples, in EdwardsPoint step)
    {
        var cached = new Cached(step);
        var sum = first;
        multiples[0] = new Cached(first);
        for (var i = 1; i < multiples.Length; i++)
        {
            Add(ref sum, cached);
            multiples[i] = new Cached(sum);
        }
    }

    // The size of a digit in every element, and 1 for a negative digit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Size(int digit, out uint bit)
    {
        var negative = digit >> 31;
        bit = (uint)negative & 1;
        return Vector256.Create((ulong)((digit ^ negative) - negative));
    }

    /// <summary>A point as the right side of an addition needs it.</summary>
    internal struct Cached
    {
        /// <summary>Y + X, Y - X, 2Z and 2dT.</summary>
        public Field25519 Sum, Difference, Z2, T2D;

        public Cached(in EdwardsPoint point)
        {
            Sum = point.Y + point.X;
            Difference = point.Y - point.X;
            Z2 = point.Z + point.Z;
            T2D = point.T * D2;
        }
    }

    /// <summary>A cached point whose Z is 1.</summary>
    internal struct Affine
    {
        /// <summary>y + x, y - x and 2dxy.</summary>
        public Field25519 Sum, Difference, T2D;

        public Affine(in EdwardsPoint point, in Field25519 inverseZ)
        {
            var (x, y) = (point.X * inverseZ, point.Y * inverseZ);
            Sum = y + x;
            Difference = y - x;
            T2D = x * y * D2;
        }

        // One inversion for all (Montgomery's trick).
        public static Affine[] From(ReadOnlySpan<EdwardsPoint> points)
        {
            var before = new Field25519[points.Length];
            var product = Field25519.One;
            for (var i = 0; i < points.Length; i++)
            {
                before[i] = product;
                product *= points[i].Z;
            }

            var inverse = product.Invert();
            var result = new Affine[points.Length];
            for (var i = points.Length - 1; i >= 0; i--)
            {
                result[i] = new Affine(points[i], inverse * before[i]);
                inverse *= points[i].Z;
            }

            return result;
        }
    }
}
