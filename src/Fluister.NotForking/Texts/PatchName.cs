using System.Globalization;
using System.Text;

namespace Fluister.NotForking.Texts;

/// <summary>Reads the file name and time of a patch's header line.</summary>
internal static class PatchName
{
    /// <summary>Reads what follows "--- ", "+++ ", "*** " or "Index:".</summary>
    /// <param name="text">The rest of the line, without its end.</param>
    /// <param name="strip">How many leading folders go; null: all.</param>
    /// <param name="place">Where it stands.</param>
    /// <returns>The name (null: none that is taken) and whether it says that there is no such file (a time of 1970, /dev/null).</returns>
    public static (string? Name, bool IsMissing) Read(string text, int? strip, Place place)
    {
        text = text.TrimStart(' ', '\t');
        string name;
        if (text.StartsWith('"'))
        {
            if (Unquoted(text, out var length) is not { } unquoted)
            {
                return (null, false);
            }

            (name, text) = (unquoted, text[length..]);
        }
        else
        {
            var end = text.IndexOf('\t');
            end = end >= 0 ? end : text.IndexOfAny([' ', '\r', '\v', '\f']);
            end = end >= 0 ? end : text.Length;
            (name, text) = (text[..end], text[end..]);
        }

        return name == "/dev/null" ? (null, true) : (Stripped(name, strip, place), IsEpoch(text.Trim()));
    }

    /// <summary>Takes leading folders off a name; null where too few are there, or what remains leaves the tree.</summary>
    public static string? Stripped(string name, int? strip, Place place)
    {
        var rest = name.AsSpan();
        for (var left = strip ?? int.MaxValue; left > 0; left--)
        {
            var slash = rest.IndexOf('/');
            if (slash < 0)
            {
                if (strip is not null)
                {
                    return null;
                }

                break;
            }

            rest = rest[slash..].TrimStart('/');
        }

        return Trees.TreePath.IsInside(rest.ToString()) ? PerlText.Decode(rest.ToString(), place) : null;
    }

    /// <summary>Reads a name in quotation marks as C and git write them.</summary>
    public static string? Unquoted(string text, out int length)
    {
        var name = new StringBuilder();
        for (length = 1; length < text.Length; length++)
        {
            if (text[length] == '"')
            {
                length++;
                return name.ToString();
            }

            if (text[length] != '\\')
            {
                name.Append(text[length]);
                continue;
            }

            var letter = ++length < text.Length ? text[length] : '\0';
            var at = "abtnvfr".IndexOf(letter, StringComparison.Ordinal);
            if (at >= 0)
            {
                name.Append("\a\b\t\n\v\f\r"[at]);
            }
            else if (letter is '"' or '\\')
            {
                name.Append(letter);
            }
            else if (length + 3 <= text.Length && text.AsSpan(length, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                name.Append((char)Convert.ToByte(text.Substring(length, 3), 8));
                length += 2;
            }
            else
            {
                return null;
            }
        }

        return null;
    }

    private static bool IsEpoch(string time) =>
        time.Length > 0 && DateTimeOffset.TryParse(
            Shortened(time), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at == DateTimeOffset.UnixEpoch;

    private static string Shortened(string time)
    {
        // "1970-01-01 00:00:00.000000000 +0000": parts of a second are longer than .NET reads.
        var dot = time.IndexOf('.');
        var end = dot < 0 ? -1 : time.IndexOf(' ', dot);
        time = end < 0 ? time : time[dot..end].Trim('.', '0').Length == 0 ? time.Remove(dot, end - dot) : "";
        return time.Length > 4 && time[^5] is '+' or '-' ? time.Insert(time.Length - 2, ":") : time;
    }
}
