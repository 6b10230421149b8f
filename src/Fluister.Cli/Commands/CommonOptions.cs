using System.CommandLine;

namespace Fluister.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Print JSON Lines instead of text" };
}
