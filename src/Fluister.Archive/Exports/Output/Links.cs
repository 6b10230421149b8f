using System.Buffers;

namespace Fluister.Archive.Exports.Output;

/// <summary>Finds web addresses in text: "http://" or "https://" and what follows up to a character that no address holds.</summary>
internal static class Links
{
    private const int MaximumLength = 2048;

    private static readonly SearchValues<char> Ends = SearchValues.Create(" \n<>\"`{}|\\^\u00A0\u3000" + "\t" + Neutral.Characters);

    /// <summary>The next address at or after <paramref name="from"/>; length 0 where there is none.</summary>
    internal static (int Start, int Length) Next(ReadOnlySpan<char> text, int from)
    {
        while (from < text.Length)
        {
            var colon = text[from..].IndexOf("://");
            if (colon < 0)
            {
                break;
            }

            colon += from;
            var start = Scheme(text, from, colon);
            if (start >= 0)
            {
                var rest = text[(colon + 3)..];
                var length = rest.IndexOfAny(Ends);
                length = length < 0 ? rest.Length : length;
                length = rest[..length].TrimEnd(".,;:!?'*_~)]").Length;
                if (length > 0 && colon + 3 - start + length <= MaximumLength)
                {
                    return (start, colon + 3 - start + length);
                }
            }

            from = colon + 3;
        }

        return (text.Length, 0);
    }

    private static int Scheme(ReadOnlySpan<char> text, int from, int colon)
    {
        var before = text[from..colon];
        var length = before.EndsWith("https", StringComparison.OrdinalIgnoreCase) ? 5
            : before.EndsWith("http", StringComparison.OrdinalIgnoreCase) ? 4
            : 0;
        return length > 0 && (before.Length == length || !char.IsAsciiLetterOrDigit(before[^(length + 1)])) ? colon - length : -1;
    }
}
