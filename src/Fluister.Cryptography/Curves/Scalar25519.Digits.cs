using System.Diagnostics;

namespace Fluister.Cryptography.Curves;

// Digits, for the multiplication of points.
public readonly partial struct Scalar25519
{
    /// <summary>Digits of <see cref="WriteRadix16"/>.</summary>
    internal const int Radix16Digits = 64;

    /// <summary>Digits of <see cref="WriteSparse"/>.</summary>
    internal const int SparseDigits = 256;

    /// <summary>64 digits to base 16, the lowest first, each from -8 to 7 and the last from 0 to 2, in fixed time.</summary>
    internal void WriteRadix16(Span<sbyte> digits)
    {
        Debug.Assert(digits.Length == Radix16Digits, "64 digits.");
        Span<ulong> words = [_0, _1, _2, _3];
        var carry = 0;
        for (var i = 0; i < Radix16Digits; i++)
        {
            var digit = (int)(words[i / 16] >> (4 * (i % 16))) & 15;
            digit += carry;
            carry = (digit + 8) >> 4;
            digits[i] = (sbyte)(digit - (carry << 4));
        }
    }

    /// <summary>256 digits to base 2, the lowest first: zero, or odd and below 2^(width - 1) in size, and among
    /// <paramref name="width"/> neighbours at most one is not zero (wNAF). For public scalars: takes time by their value.</summary>
    internal void WriteSparse(Span<sbyte> digits, int width)
    {
        Debug.Assert(digits.Length == SparseDigits && width is >= 2 and <= 8, "256 digits, and a width that an sbyte holds.");
        Span<ulong> words = [_0, _1, _2, _3, 0];
        digits.Clear();
        var carry = 0;
        for (var position = 0; position < SparseDigits;)
        {
            var (word, shift) = (position / 64, position % 64);
            var window = words[word] >> shift;
            if (shift > 64 - width)
            {
                window |= words[word + 1] << (64 - shift);
            }

            var digit = (int)(window & ((1UL << width) - 1)) + carry;
            if ((digit & 1) == 0)
            {
                position++;
                continue;
            }

            carry = digit >> (width - 1);
            digits[position] = (sbyte)(digit - (carry << width));
            position += width;
        }
    }
}
