using System.Globalization;

namespace Fluister.NotForking.Commands;

/// <summary>Reads a command line as Perl's Getopt::Long does with "bundling", which the old tool's options rely on: `-qn`, `-v1.0`,
/// `--vers 1.0`, options between names, in order.</summary>
/// <param name="options">The options that are known.</param>
/// <param name="onName">Takes each argument that is no option.</param>
internal sealed class Getopt(IReadOnlyList<GetoptOption> options, Action<string> onName)
{
    private readonly List<string> _arguments = [];

    /// <summary>What is wrong with the command line, one sentence each.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Reads arguments from first to last. A "--" means nothing, as names cannot begin with "-".</summary>
    public void Read(IEnumerable<string> arguments)
    {
        _arguments.AddRange(arguments);
        while (_arguments.Count > 0)
        {
            var argument = Shift();
            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                if (argument.Length > 2)
                {
                    Long(argument[2..]);
                }
            }
            else if (argument.Length > 1 && argument[0] == '+')
            {
                Long(argument[1..]);
            }
            else if (argument.Length > 1 && argument[0] == '-')
            {
                Short(argument[1], argument[2..]);
            }
            else
            {
                onName(argument);
            }
        }
    }

    private string Shift()
    {
        var first = _arguments[0];
        _arguments.RemoveAt(0);
        return first;
    }

    private void Long(string text)
    {
        var equals = text.IndexOf('=', 1);
        var value = equals > 0 ? text[(equals + 1)..] : null;
        var name = (equals > 0 ? text[..equals] : text).ToLowerInvariant();
        if (Named(name) is not { } option)
        {
            return;
        }

        if (option.Kind == GetoptKind.Flag)
        {
            if (value is not null)
            {
                Errors.Add($"The option \"--{name}\" takes no value.");
                return;
            }

            option.Set("");
        }
        else if (value is "" || (value is null && _arguments.Count == 0))
        {
            Errors.Add($"The option \"--{name}\" needs a value.");
        }
        else
        {
            Set(option, "--" + name, value ?? Shift());
        }
    }

    private GetoptOption? Named(string name)
    {
        // A whole name wins; of one letter, in lower case only, as the original folds it.
        if (options.FirstOrDefault(option => option.Names.Contains(name, StringComparer.Ordinal)) is { } exact)
        {
            return exact;
        }

        var found = options.Where(option => option.Names.Any(other => other.StartsWith(name, StringComparison.Ordinal))).ToList();
        if (found.Count == 1)
        {
            return found[0];
        }

        Errors.Add(found.Count == 0
            ? $"There is no option \"--{name}\"."
            : $"The option \"--{name}\" could be {string.Join(" or ", found.Select(option => "--" + option.Names[^1]))}.");
        return null;
    }

    private void Short(char letter, string rest)
    {
        var option = options.FirstOrDefault(option => option.Names.Contains(letter.ToString(), StringComparer.Ordinal));
        if (option is null or { Kind: GetoptKind.Flag })
        {
            if (option is null)
            {
                Errors.Add($"There is no option \"-{letter}\".");
            }

            option?.Set("");
            if (rest.Length > 0)
            {
                _arguments.Insert(0, "-" + rest);
            }
        }
        else if (rest.Length == 0 && _arguments.Count == 0)
        {
            Errors.Add($"The option \"-{letter}\" needs a value.");
        }
        else
        {
            Set(option, $"-{letter}", rest.Length > 0 ? rest : Shift());
        }
    }

    private void Set(GetoptOption option, string name, string value)
    {
        if (option.Kind == GetoptKind.Number && !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            Errors.Add($"The option \"{name}\" wants a number, not \"{value}\".");
            return;
        }

        option.Set(value);
    }
}
