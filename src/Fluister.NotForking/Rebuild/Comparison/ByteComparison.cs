using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Fluister.NotForking.Rebuild.Comparison;

/// <summary>Compares bytes, and guesses what a difference comes from.</summary>
internal static partial class ByteComparison
{
    private const int Around = 40;

    /// <summary>The first difference.</summary>
    public static Difference Compare(string name, byte[] first, byte[] second)
    {
        var at = first.AsSpan().CommonPrefixLength(second);
        var (one, other) = (Words(first, at), Words(second, at));
        return new Difference(
            name,
            $"from byte {at.ToString(CultureInfo.InvariantCulture)} on (one has {first.Length} bytes, the other {second.Length}): " +
            $"\"{one}\" in the one, \"{other}\" in the other.{Suspicion(one, other)}");
    }

    /// <summary>Names what reproducible files must not have, if it is there: " An absolute path.", or nothing.</summary>
    public static string Suspicion(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text is not null && AbsolutePath().IsMatch(text))
            {
                return " That is an absolute path.";
            }

            if (text is not null && Time().IsMatch(text))
            {
                return " That is a time.";
            }
        }

        return "";
    }

    /// <summary>What can be read around a place; the rest as dots.</summary>
    private static string Words(byte[] bytes, int at)
    {
        var start = Math.Clamp(at - Around / 2, 0, bytes.Length);
        return string.Concat(Encoding.Latin1.GetString(bytes, start, Math.Min(Around * 2, bytes.Length - start))
            .Select(letter => letter is >= ' ' and <= '~' ? letter : '.'));
    }

    [GeneratedRegex(
        """(^|[^\w/])(/(home|root|tmp|var|usr|opt|work|Users|build|mnt|src)/|[A-Za-z]:[\\/])""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AbsolutePath();

    [GeneratedRegex(
        """(?<!\d)((19|20)\d\d-\d\d-\d\d|6[34]\d{16}|1[6-9]\d{8}|\d\d:\d\d:\d\d)(?!\d)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Time();
}
