using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Curves;

/// <summary>A point with a table of its multiples, so that multiplying it takes no more than four doublings.</summary>
/// <remarks>Row i holds 1 to 8 times 256^i times the point: 32 rows, 30 KB.</remarks>
internal sealed class EdwardsTable
{
    /// <summary>Width of the sparse digits that <see cref="SparseBase"/> serves.</summary>
    public const int SparseBaseWidth = 8;

    private const int Rows = Scalar25519.Radix16Digits / 2;

    private readonly EdwardsPoint.Affine[] _entries;

    public EdwardsTable(in EdwardsPoint point)
    {
        var points = new EdwardsPoint[Rows * EdwardsPoint.WindowSize];
        var row = point;
        for (var i = 0; i < Rows; i++)
        {
            EdwardsPoint.WriteMultiples(row, points.AsSpan(i * EdwardsPoint.WindowSize, EdwardsPoint.WindowSize), row);
            for (var j = 0; j < 8; j++)
            {
                EdwardsPoint.Double(ref row);
            }
        }

        _entries = EdwardsPoint.Affine.From(points);
    }

    /// <summary>The generator's.</summary>
    public static EdwardsTable Base { get; } = new(EdwardsPoint.Base);

    /// <summary>The odd multiples of the generator up to 127, for public scalars.</summary>
    public static EdwardsPoint.Affine[] SparseBase { get; } = MakeSparseBase();

    /// <summary>Multiplies, in fixed time.</summary>
    public EdwardsPoint Multiply(in Scalar25519 scalar)
    {
        Span<sbyte> digits = stackalloc sbyte[Scalar25519.Radix16Digits];
        scalar.WriteRadix16(digits);

        // Digit 2i + 1 counts 16 times 256^i: those go first, and are then multiplied by 16.
        var result = EdwardsPoint.Identity;
        AddRows(ref result, digits, first: 1);
        EdwardsPoint.MultiplyBy16(ref result);
        AddRows(ref result, digits, first: 0);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(digits));
        return result;
    }

    private void AddRows(ref EdwardsPoint result, ReadOnlySpan<sbyte> digits, int first)
    {
        for (var i = first; i < digits.Length; i += 2)
        {
            EdwardsPoint.Lookup(_entries.AsSpan(i / 2 * EdwardsPoint.WindowSize, EdwardsPoint.WindowSize), digits[i], out var entry);
            EdwardsPoint.Add(ref result, entry);
        }
    }

    private static EdwardsPoint.Affine[] MakeSparseBase()
    {
        var points = new EdwardsPoint[1 << (SparseBaseWidth - 2)];
        EdwardsPoint.WriteMultiples(EdwardsPoint.Base, points, EdwardsPoint.Base + EdwardsPoint.Base);
        return EdwardsPoint.Affine.From(points);
    }
}
