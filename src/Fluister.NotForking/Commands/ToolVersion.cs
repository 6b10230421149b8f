using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Commands;

/// <summary>`--find-version` and `--use-version`: MIN or MIN:MAX. This program is one version; others of it cannot be fetched.</summary>
internal static class ToolVersion
{
    /// <summary>The program and arguments to run, if this version is in the range.</summary>
    /// <exception cref="NotForkException">It is not (usage).</exception>
    public static IReadOnlyList<string> Command(string range)
    {
        var parts = range.Split(':', 2);
        var (first, last) = (parts[0], parts.Length > 1 ? parts[1] : null);
        if (!VersionFilter.Between([MassageCommand.LanguageVersion], first, last).Any())
        {
            throw new NotForkException(
                ExitCode.Usage, $"This is version {MassageCommand.LanguageVersion} of the language; {range} is another program.");
        }

        var program = Environment.ProcessPath ?? "not-fork";
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Path.Combine(AppContext.BaseDirectory, "not-fork.dll")] : [program];
    }
}
