using System.Text;

namespace Fluister.NotForking.Configuration;

/// <summary>Reads `not-fork.d/NAME`.</summary>
public static class RecipeReader
{
    /// <summary>Reads one recipe.</summary>
    /// <param name="input">`not-fork.d`.</param>
    /// <param name="name">NAME.</param>
    /// <param name="request">What decides its conditions.</param>
    /// <exception cref="NotForkException">It is missing or malformed.</exception>
    public static Recipe Read(string input, string name, RecipeRequest request)
    {
        var folder = Path.Combine(input, name);
        var conf = Path.Combine(folder, "upstream.conf");
        var keys = Keys(conf, File.ReadLines(conf), out _);
        return new Recipe(name, folder, 0, [new Block(new Place(conf, 1), keys)], [.. Directory.GetFiles(folder, "*.mod")
            .Order(StringComparer.Ordinal).Select(file => Modification(folder, file))]);
    }

    private static ModificationFile Modification(string folder, string file)
    {
        var bytes = File.ReadAllBytes(file);
        var lines = Encoding.Latin1.GetString(bytes).Split('\n');
        var keys = Keys(file, lines, out var count);
        var body = lines.Select((text, index) => (new Place(file, index + 1), text)).Skip(count)
            .Where(line => line.Item1.Line < lines.Length || line.text.Length > 0);
        return new ModificationFile(new Place(file), folder, keys, [.. body], bytes);
    }

    private static Dictionary<string, string> Keys(string file, IEnumerable<string> lines, out int count)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        count = 0;
        foreach (var line in lines)
        {
            count++;
            if (line.Length > 0 && line.All(letter => letter == '-'))
            {
                break;
            }

            if (line.Trim() is { Length: > 0 } text && text[0] != '#')
            {
                var sides = text.Split('=', 2, StringSplitOptions.TrimEntries);
                keys[sides[0]] = sides.Length > 1
                    ? sides[1] : throw new NotForkException(ExitCode.Configuration, "Not \"key = value\".", new Place(file, count));
            }
        }

        return keys;
    }
}
