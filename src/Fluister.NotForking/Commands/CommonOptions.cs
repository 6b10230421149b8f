using System.CommandLine;

namespace Fluister.NotForking.Commands;

/// <summary>The options that all subcommands share: they mean what they mean to the old command line.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string> _input = new("--input", "-i")
    {
        Description = "The folder of recipes",
        DefaultValueFactory = _ => "not-fork.d",
        Recursive = true,
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The folder that gets the trees",
        DefaultValueFactory = _ => "sources",
        Recursive = true,
    };

    private readonly Option<string?> _cache = new("--cache", "-k")
    {
        Description = "The folder of the cache; default: ~/.cache/LumoSQL/not-fork",
        Recursive = true,
    };

    private readonly Option<bool> _noUpdate = new("--no-update", "-n")
    {
        Description = "Take upstreams as they are in the cache",
        Recursive = true,
    };

    private readonly Option<bool> _offline = new("--offline") { Description = "Never use the network", Recursive = true };

    private readonly Option<string[]> _mirrors = new("--local-mirror")
    {
        Description = "A folder with sources in place of downloads; may be repeated",
        Recursive = true,
    };

    private readonly Option<string?> _network = new("--network")
    {
        Description = "The network descriptor whose values the recipe puts in",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Results and errors as JSON", Recursive = true };

    private readonly Option<bool> _quiet = new("--quiet") { Description = "Errors only", Recursive = true };

    private readonly Option<long> _verbose = new("--verbose")
    {
        Description = "0: errors only; 1: results; 2: what is being done; 3: every file",
        DefaultValueFactory = _ => 1,
        Recursive = true,
    };

    /// <summary>Adds them to the root.</summary>
    public void AddTo(Command root)
    {
        foreach (var option in (Option[])
            [_input, _output, _cache, _noUpdate, _offline, _mirrors, _network, _json, _quiet, _verbose])
        {
            root.Options.Add(option);
        }
    }

    /// <summary>Whether --output was given.</summary>
    public bool HasOutput(ParseResult result) => result.GetResult(_output) is { Implicit: false };

    /// <summary>What they say.</summary>
    public Settings Read(ParseResult result)
    {
        var settings = new Settings
        {
            Input = result.GetValue(_input)!,
            Output = result.GetValue(_output)!,
            Cache = result.GetValue(_cache),
            HasNoUpdate = result.GetValue(_noUpdate),
            IsOffline = result.GetValue(_offline),
            Network = result.GetValue(_network),
            IsJson = result.GetValue(_json),
            Verbosity = result.GetValue(_quiet) ? 0 : result.GetValue(_verbose),
        };
        settings.Mirrors.AddRange(result.GetValue(_mirrors) ?? []);
        return settings;
    }
}
