using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Commands;

/// <summary>A file of long options, "option = value" without dashes: `--config FILE`, or ~/.config/LumoSQL/not-fork.conf.</summary>
internal static class OptionsFile
{
    /// <summary>Which file holds for a command line.</summary>
    /// <returns>The file, or null; and how many arguments named it: `--config` counts only as the first.</returns>
    public static (string? File, int Count) Find(IReadOnlyList<string> arguments, string? home)
    {
        const string option = "--config";
        if (arguments is [var first, ..] && first.StartsWith(option + "=", StringComparison.Ordinal))
        {
            return (first[(option.Length + 1)..], 1);
        }

        if (arguments is [option, var named, ..])
        {
            return (named, 2);
        }

        var usual = Path.Combine(home ?? "", ".config", "LumoSQL", "not-fork.conf");
        return (home is not null && File.Exists(usual) ? usual : null, 0);
    }

    /// <summary>The file's lines as arguments.</summary>
    /// <exception cref="NotForkException">It cannot be read.</exception>
    public static IReadOnlyList<string> Read(string file)
    {
        var lines = new Configuration.LineReader(file, Configuration.LineReader.Read(file));
        var arguments = new List<string>();
        while (lines.Next() is { } line)
        {
            line = line.TrimEnd('\n');
            if (PerlText.IsBlank(line) || PerlText.TrimStart(line)[0] == '#')
            {
                continue;
            }

            var equals = line.IndexOf('=');
            if (equals >= 0)
            {
                var name = line.AsSpan(0, equals);
                while (!name.IsEmpty && PerlText.IsSpace(name[^1]))
                {
                    name = name[..^1];
                }

                line = $"{name}={PerlText.TrimStart(line.AsSpan(equals + 1))}";
            }

            arguments.Add("--" + PerlText.Decode(line, lines.Place));
        }

        return arguments;
    }
}
