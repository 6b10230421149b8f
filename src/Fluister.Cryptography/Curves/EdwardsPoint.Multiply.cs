using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Curves;

// Multiplication by scalars.
internal partial struct EdwardsPoint
{
    // Width of the sparse digits of a point that has no table yet, and how many odd multiples that takes.
    private const int SparseWidth = 5;
    private const int SparseSize = 1 << (SparseWidth - 2);

    // Up to so many points have their tables on the stack: 6 KB.
    private const int FewPoints = 4;

    /// <summary>Multiplies the generator, by its table, in fixed time.</summary>
    public static EdwardsPoint MultiplyBase(in Scalar25519 scalar) => EdwardsTable.Base.Multiply(scalar);

    /// <summary>Multiplies, in fixed time.</summary>
    public static EdwardsPoint operator *(in Scalar25519 scalar, in EdwardsPoint point) => MultiplySum([scalar], [point]);

    /// <summary>A sum of products, in a time that depends on their number only.</summary>
    [SkipLocalsInit]
    public static EdwardsPoint MultiplySum(ReadOnlySpan<Scalar25519> scalars, ReadOnlySpan<EdwardsPoint> points)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(points.Length, scalars.Length);
        const int digitCount = Scalar25519.Radix16Digits;
        var few = points.Length <= FewPoints;
        Span<sbyte> digits = few ? stackalloc sbyte[FewPoints * digitCount] : new sbyte[points.Length * digitCount];
        Span<Cached> tables = few ? stackalloc Cached[FewPoints * WindowSize] : new Cached[points.Length * WindowSize];
        for (var i = 0; i < scalars.Length; i++)
        {
            scalars[i].WriteRadix16(digits.Slice(i * digitCount, digitCount));
            WriteMultiples(points[i], tables.Slice(i * WindowSize, WindowSize), points[i]);
        }

        var result = Identity;
        for (var position = digitCount - 1; position >= 0; position--)
        {
            MultiplyBy16(ref result);
            for (var i = 0; i < scalars.Length; i++)
            {
                Lookup(tables.Slice(i * WindowSize, WindowSize), digits[(i * digitCount) + position], out Cached entry);
                Add(ref result, entry);
            }
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(digits));
        return result;
    }

    /// <summary>A sum of products of public values: takes time by their value.</summary>
    public static EdwardsPoint MultiplySumPublic(ReadOnlySpan<Scalar25519> scalars, ReadOnlySpan<EdwardsPoint> points) =>
        MultiplySumPublic(scalars, points, Scalar25519.Zero);

    /// <summary>A sum of products of public values and of the generator's product: takes time by their value.</summary>
    [SkipLocalsInit]
    public static EdwardsPoint MultiplySumPublic(
        ReadOnlySpan<Scalar25519> scalars, ReadOnlySpan<EdwardsPoint> points, in Scalar25519 baseScalar)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(points.Length, scalars.Length);
        const int digitCount = Scalar25519.SparseDigits;
        var few = points.Length <= FewPoints;
        Span<sbyte> digits = few ? stackalloc sbyte[FewPoints * digitCount] : new sbyte[points.Length * digitCount];
        Span<Cached> tables = few ? stackalloc Cached[FewPoints * SparseSize] : new Cached[points.Length * SparseSize];
        for (var i = 0; i < points.Length; i++)
        {
            var twice = points[i];
            Double(ref twice);
            WriteMultiples(points[i], tables.Slice(i * SparseSize, SparseSize), twice);
            scalars[i].WriteSparse(digits.Slice(i * digitCount, digitCount), SparseWidth);
        }

        Span<sbyte> baseDigits = stackalloc sbyte[digitCount];
        baseScalar.WriteSparse(baseDigits, EdwardsTable.SparseBaseWidth);

        // T is made only where an addition follows before the next doubling, and at the end.
        var result = Identity;
        var started = false;
        for (var position = digitCount - 1; position >= 0; position--)
        {
            int baseDigit = baseDigits[position];
            var any = baseDigit != 0 || AnyDigit(digits, points.Length, position);
            if (started)
            {
                Double(ref result, withT: any || position == 0);
            }

            if (!any)
            {
                continue;
            }

            started = true;
            for (var i = 0; i < points.Length; i++)
            {
                int digit = digits[(i * digitCount) + position];
                var withT = baseDigit != 0 || i + 1 < points.Length || position == 0;
                if (digit > 0)
                {
                    Add(ref result, tables[(i * SparseSize) + (digit / 2)], withT);
                }
                else if (digit < 0)
                {
                    Subtract(ref result, tables[(i * SparseSize) + (-digit / 2)], withT);
                }
            }

            if (baseDigit > 0)
            {
                Add(ref result, EdwardsTable.SparseBase[baseDigit / 2], withT: position == 0);
            }
            else if (baseDigit < 0)
            {
                Subtract(ref result, EdwardsTable.SparseBase[-baseDigit / 2], withT: position == 0);
            }
        }

        return result;
    }

    /// <summary>Four doublings in place.</summary>
    internal static void MultiplyBy16(ref EdwardsPoint point)
    {
        Double(ref point, withT: false);
        Double(ref point, withT: false);
        Double(ref point, withT: false);
        Double(ref point);
    }

    private static bool AnyDigit(ReadOnlySpan<sbyte> digits, int count, int position)
    {
        for (var i = 0; i < count; i++)
        {
            if (digits[(i * Scalar25519.SparseDigits) + position] != 0)
            {
                return true;
            }
        }

        return false;
    }
}
