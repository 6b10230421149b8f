using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Fluister.Cryptography;

/// <summary>Bech32, the text form of short binary values with a checksum (BIP 173), without its limit of 90 characters.</summary>
public static class Bech32
{
    /// <summary>The longest text that is read; far beyond any key.</summary>
    public const int MaximumLength = 8192;

    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int ChecksumLength = 6;

    /// <summary>Lower-case text of <paramref name="bytes"/> under a lower-case prefix.</summary>
    public static string Encode(string prefix, ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(prefix.Length + 1 + (((bytes.Length * 8) + 4) / 5) + ChecksumLength);
        text.Append(prefix).Append('1');
        var checksum = ExpandPrefix(prefix);
        uint window = 0;
        var bits = 0;
        foreach (var value in bytes)
        {
            window = (window << 8) | value;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                Append((window >> bits) & 31);
            }
        }

        if (bits > 0)
        {
            Append((window << (5 - bits)) & 31);
        }

        for (var i = 0; i < ChecksumLength; i++)
        {
            checksum = Step(checksum, 0);
        }

        checksum ^= 1;
        for (var i = ChecksumLength - 1; i >= 0; i--)
        {
            text.Append(Alphabet[(int)((checksum >> (5 * i)) & 31)]);
        }

        return text.ToString();

        void Append(uint five)
        {
            checksum = Step(checksum, five);
            text.Append(Alphabet[(int)five]);
        }
    }

    /// <summary>Reads text that is all lower or all upper case.</summary>
    /// <param name="text">The text.</param>
    /// <param name="prefix">What stands before the last "1", in lower case.</param>
    /// <param name="bytes">The value; clear it where it is secret.</param>
    /// <returns>False where it is not Bech32: mixed case, a wrong checksum, a foreign character, bits left over.</returns>
    public static bool TryDecode(string text, [NotNullWhen(true)] out string? prefix, [NotNullWhen(true)] out byte[]? bytes)
    {
        (prefix, bytes) = (null, null);
        if (text.Length > MaximumLength || (text.Any(char.IsAsciiLetterLower) && text.Any(char.IsAsciiLetterUpper)))
        {
            return false;
        }

        var separator = text.LastIndexOf('1');
        var count = text.Length - separator - 1 - ChecksumLength;
        if (separator < 1 || count < 0 || text.AsSpan(0, separator).ContainsAnyExceptInRange('!', '~'))
        {
            return false;
        }

        var lower = text[..separator].ToLowerInvariant();
        var checksum = ExpandPrefix(lower);
        var result = new byte[count * 5 / 8];
        uint window = 0;
        var (bits, written, valid) = (0, 0, true);
        for (var i = separator + 1; i < text.Length; i++)
        {
            // The Kelvin sign is a capital k to Unicode, and none here.
            var five = Alphabet.IndexOf(char.ToLowerInvariant(text[i]), StringComparison.Ordinal);
            valid &= five >= 0 && char.IsAscii(text[i]);
            checksum = Step(checksum, (uint)five & 31);
            if (i >= text.Length - ChecksumLength)
            {
                continue;
            }

            window = (window << 5) | ((uint)five & 31);
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                result[written++] = (byte)(window >> bits);
            }
        }

        var rest = window & ((1u << bits) - 1);
        if (!valid || checksum != 1 || bits >= 5 || rest != 0)
        {
            CryptographicOperations.ZeroMemory(result);
            return false;
        }

        (prefix, bytes) = (lower, result);
        return true;
    }

    private static uint ExpandPrefix(string prefix)
    {
        var checksum = 1u;
        foreach (var character in prefix)
        {
            checksum = Step(checksum, (uint)character >> 5);
        }

        checksum = Step(checksum, 0);
        foreach (var character in prefix)
        {
            checksum = Step(checksum, (uint)character & 31);
        }

        return checksum;
    }

    // The BCH code over GF(32) of BIP 173: one step of the division by its generator.
    private static uint Step(uint checksum, uint value)
    {
        var top = checksum >> 25;
        checksum = ((checksum & 0x1ffffff) << 5) ^ value;
        checksum ^= (0 - (top & 1)) & 0x3b6a57b2;
        checksum ^= (0 - ((top >> 1) & 1)) & 0x26508e6d;
        checksum ^= (0 - ((top >> 2) & 1)) & 0x1ea119fa;
        checksum ^= (0 - ((top >> 3) & 1)) & 0x3d4233dd;
        checksum ^= (0 - ((top >> 4) & 1)) & 0x2a1462b3;
        return checksum;
    }
}
