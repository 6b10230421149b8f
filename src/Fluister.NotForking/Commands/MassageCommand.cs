using Fluister.NotForking.Configuration;
using Fluister.NotForking.Modifications;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Commands;

/// <summary>`not-fork [options] [NAME]...`: fetches upstreams, modifies them, writes the trees; or shows what there is.</summary>
/// <param name="arguments">The command line.</param>
internal sealed class MassageCommand(IReadOnlyList<string> arguments)
{
    /// <summary>The version of the old tool whose language and options these are.</summary>
    public const string LanguageVersion = "0.5";

    private readonly MassageOptions _options = new();

    /// <summary>Where results go.</summary>
    public TextWriter Out { get; init; } = Console.Out;

    private Settings Settings => _options.Settings;

    /// <summary>Does what the command line says.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="NotForkException">It cannot be done.</exception>
    public int Run()
    {
        _options.Read(arguments, Environment.GetEnvironmentVariable("HOME"));
        if (_options.UseVersion is { } used)
        {
            _ = ToolVersion.Command(used);
        }

        return Question() ?? RunNames();
    }

    /// <summary>What needs no recipe; null: recipes are wanted.</summary>
    private int? Question()
    {
        if (_options.IsHelp)
        {
            return Say(Usage.Text, ExitCode.Done);
        }

        if (_options.IsMyVersion)
        {
            return Say(LanguageVersion + "\n", ExitCode.Done);
        }

        if (_options.CheckVersion is { } least)
        {
            return VersionOrder.CompareNumbers(LanguageVersion, least) >= 0
                ? (int)ExitCode.Done : Say(LanguageVersion + "\n", ExitCode.Usage);
        }

        if (_options.FindVersion is { } found)
        {
            return Say(string.Concat(ToolVersion.Command(found).Select(line => line + "\n")), ExitCode.Done);
        }

        if (_options.IsCheckRecommended)
        {
            return new Prerequisites(Settings, Out).ShowAll();
        }

        if (_options.IsCacheList)
        {
            return CacheCommands.List(Settings, Out);
        }

        return _options.RemovedFromCache.Count > 0 ? CacheCommands.Remove(Settings, Out, _options.RemovedFromCache) : null;
    }

    private int Say(string text, ExitCode code)
    {
        Out.Write(text);
        return (int)code;
    }

    private int RunNames()
    {
        var names = _options.Names.Count > 0
            ? _options.Names : [.. RecipeReader.Names(Settings.Input).Select(_options.Unnamed)];
        if (_options.HasOptionsAfterLastName)
        {
            Console.Error.WriteLine("not-fork: what stands after the last name (-v, -c, ...) belongs to no name and does nothing.");
        }

        // All are read before anything is fetched or written: a mistake in the last one is known now.
        var recipes = names.Select(name =>
            RecipeReader.Read(Settings.Input, name.Name, new RecipeRequest(name.Version, Settings.IsLocked && !IsLocking))).ToList();
        if (_options.IsCheckPrerequisites)
        {
            return new Prerequisites(Settings, Out).Show(recipes);
        }

        foreach (var recipe in recipes.Where(recipe => recipe.Dialect == 0))
        {
            recipe.Modifications.ToList().ForEach(file => Methods.Read(file, recipe.Dialect));
        }

        return IsListing ? new ListCommand(_options, Out).Run(names) : Install(names);
    }

    private bool IsLocking => _options.IsUpstreamLock || _options.JsonLock is not null;

    private bool IsListing => IsLocking || _options.IsQuery || _options.Listing > 0 || _options.Range is not null;

    private int Install(IEnumerable<NameOptions> names)
    {
        foreach (var name in names)
        {
            using var tree = MassagedTree.Build(
                Settings.Request(name.Name, name.Version, name.Commit) with { IgnoresLock = _options.IgnoresLock });
            new Output(Settings.Output, name.Name).Install(tree.Workspace.Result);
            var result = new InstallResult(
                name.Name, tree.Revision.Version, tree.Revision.Commit, Path.Combine(Settings.Output, name.Name),
                tree.Workspace.Result.Count,
                tree.Modifications.Count, tree.Edits.Select(edit => edit.Path).Distinct(StringComparer.Ordinal).Count());
            if (Settings.IsJson)
            {
                Out.WriteLine(result.ToJson());
            }
            else if (Settings.Verbosity > 0)
            {
                Out.WriteLine(result);
            }
        }

        return (int)ExitCode.Done;
    }
}
