using System.CommandLine;
using Fluister.Simulation.Worlds;

namespace Fluister.Simulation.Commands;

/// <summary>What a world is made of, as options of a command.</summary>
internal sealed class WorldOption
{
    private readonly Option<int> _servers = new("--servers") { Description = "home servers", DefaultValueFactory = _ => 2 };
    private readonly Option<int> _accounts = new("--accounts") { Description = "accounts at the start", DefaultValueFactory = _ => 6 };
    private readonly Option<int> _steps = new("--steps") { Description = "things that happen", DefaultValueFactory = _ => 120 };
    private readonly Option<bool> _rollsBack = new("--roll-back") { Description = "servers may begin anew from old copies" };

    /// <summary>Says how it went as one line of JSON.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "JSON, for programs" };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _servers, _accounts, _steps, _rollsBack, Json })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads them.</summary>
    public WorldOptions Read(ParseResult parsed) => new()
    {
        Servers = parsed.GetValue(_servers),
        Accounts = parsed.GetValue(_accounts),
        Steps = parsed.GetValue(_steps),
        RollsBack = parsed.GetValue(_rollsBack),
    };
}
