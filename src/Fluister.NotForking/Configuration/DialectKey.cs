using System.Globalization;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Configuration;

/// <summary>`dialect = 1`: the first line of upstream.conf that is neither empty nor a comment. Without it the dialect is 0.</summary>
internal static class DialectKey
{
    /// <summary>The key.</summary>
    public const string Name = "dialect";

    /// <summary>The dialect of an upstream.conf, and so of the modifications beside it.</summary>
    /// <exception cref="NotForkException">There is no such dialect.</exception>
    public static int Read(string file, byte[] bytes)
    {
        var lines = new LineReader(file, bytes);
        while (lines.Next() is { } line)
        {
            var text = PerlText.Trim(line);
            if (text.IsEmpty || text[0] == '#')
            {
                continue;
            }

            var sides = text.ToString().Split('=', 2, StringSplitOptions.TrimEntries);
            if (sides.Length < 2 || !sides[0].Equals(Name, StringComparison.OrdinalIgnoreCase))
            {
                return 0;
            }

            return int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out var dialect) && dialect <= 1
                ? dialect
                : throw new NotForkException(
                    ExitCode.Configuration, $"There is no dialect \"{sides[1]}\": 0 and 1 are known.", lines.Place);
        }

        return 0;
    }
}
