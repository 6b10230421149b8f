using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Fluister.Protocol.AccountKeys;

/// <summary>The form of a PIN in which it is hashed, so that it is the same on every keyboard.</summary>
public static class Pin
{
    /// <summary>
    /// White space around the PIN goes. Where all that stays are decimal digits of any script, they become 0 to 9. Anything
    /// else would be decomposed by Unicode's NFKD, which leaves ASCII as it is (libsignal, account-keys/hash.rs).
    /// </summary>
    /// <param name="pin">What the person typed.</param>
    /// <param name="normalized">UTF-8; the caller clears it.</param>
    /// <returns>
    /// False for a PIN that has both something else than digits and something else than ASCII: .NET decomposes nothing
    /// without ICU, and a PIN that hashes differently from Signal's own clients would lock its owner out.
    /// </returns>
    public static bool TryNormalize(string pin, [NotNullWhen(true)] out byte[]? normalized)
    {
        var trimmed = pin.Trim();
        Span<char> digits = trimmed.Length <= 256 ? stackalloc char[trimmed.Length] : new char[trimmed.Length];
        var isNumber = true;
        for (var i = 0; i < trimmed.Length; i++)
        {
            var digit = CharUnicodeInfo.GetDecimalDigitValue(trimmed[i]);
            isNumber &= digit >= 0;
            digits[i] = (char)('0' + digit);
        }

        normalized = isNumber ? System.Text.Encoding.ASCII.GetBytes(digits.ToArray())
            : Ascii.IsValid(trimmed) ? System.Text.Encoding.ASCII.GetBytes(trimmed)
            : null;
        digits.Clear();
        return normalized is not null;
    }
}
