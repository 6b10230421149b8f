using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Commands;

/// <summary>`--check-prereq` and `--check-recommend`: the programs that are run, and whether they are there.</summary>
internal sealed class Prerequisites(Settings settings, TextWriter output)
{
    private static readonly string[] Download = ["curl", "bzip2", "xz"];

    /// <summary>Shows what the recipes need.</summary>
    /// <returns>The exit code: whether all is there.</returns>
    public int Show(IEnumerable<Recipe> recipes) => Show(recipes.SelectMany(recipe => recipe.Blocks)
        .SelectMany(block => Programs(block.Keys["vcs"].ToLowerInvariant())));

    /// <summary>Shows what any recipe could need.</summary>
    /// <returns>The exit code: whether all is there.</returns>
    public int ShowAll() => Show([.. Programs("git"), .. Programs("fossil"), .. Programs("download")]);

    private int Show(IEnumerable<string> programs)
    {
        var hasAll = true;
        foreach (var program in programs.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var isThere = IsThere(program);
            hasAll &= isThere;
            if (!isThere || settings.Verbosity > 0)
            {
                output.WriteLine($"{(isThere ? "OK" : "NOT FOUND"),-9} {program}");
            }
        }

        return (int)(hasAll ? ExitCode.Done : ExitCode.Usage);
    }

    private static string[] Programs(string vcs) => vcs == "download" ? Download : [vcs];

    private static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
