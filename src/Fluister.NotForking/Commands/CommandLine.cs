using System.CommandLine;

namespace Fluister.NotForking.Commands;

/// <summary>The program's command line: a subcommand, or the old tool's options and names.</summary>
internal static class CommandLine
{
    private static IEnumerable<Command> Subcommands(CommonOptions common) =>
        [LockCommand.Create(common), VerifyCommand.Create(common), DriftCommand.Create(common), ExplainCommand.Create(common),
            DiffCommand.Create(common), RebaseCommand.Create(common), BuildCommand.Create()];

    /// <summary>Runs the program.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments)
    {
        var isJson = arguments.Contains("--json", StringComparer.Ordinal);
        try
        {
            var common = new CommonOptions();
            var commands = Subcommands(common).ToList();
            var word = Subword(arguments);
            return word is not null && commands.Exists(command => command.Name == word)
                ? RunSubcommand(common, commands, arguments)
                : new MassageCommand(arguments).Run();
        }
        catch (NotForkException e)
        {
            Failure.Report(e, isJson);
            return (int)e.Code;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var failure = new NotForkException(ExitCode.System, Failure.Sentence(e), inner: e);
            Failure.Report(failure, isJson);
            return (int)failure.Code;
        }
    }

    /// <summary>The first argument that is no option, where it may be a subcommand: only the shared options may stand before it.</summary>
    private static string? Subword(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "-i" or "--input" or "-o" or "--output" or "-k" or "--cache" or "--network" or "--local-mirror" or "--verbose":
                    i++;
                    break;
                case "-n" or "--no-update" or "--offline" or "--json" or "--quiet":
                case var option when option.StartsWith("--", StringComparison.Ordinal) && option.Contains('='):
                case var bundled when bundled.Length > 2 && bundled[0] == '-' && bundled[1] is 'i' or 'o' or 'k':
                    break;
                case var other:
                    return other.StartsWith('-') ? null : other;
            }
        }

        return null;
    }

    private static int RunSubcommand(CommonOptions common, List<Command> commands, IReadOnlyList<string> arguments)
    {
        var root = new RootCommand("Massages upstream sources by recipes, and proves what came of it.");
        common.AddTo(root);
        foreach (var command in commands)
        {
            root.Subcommands.Add(command);
        }

        var result = root.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            throw new NotForkException(
                ExitCode.Usage, $"{string.Join(" ", result.Errors.Select(error => error.Message))} `not-fork --help` says what there is.");
        }

        return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
