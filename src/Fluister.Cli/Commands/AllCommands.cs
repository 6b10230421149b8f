using System.CommandLine;

namespace Fluister.Cli.Commands;

/// <summary>The commands of the program. Only those that the command line names are made with all they have: a start is mostly
/// that.</summary>
internal static class AllCommands
{
    private const string About = "Private messages from your terminal: writes and receives over a home server, keeps the history encrypted "
        + "on this computer, and reads, exports, searches and digests it - and that of Signal Desktop.";

    private static readonly (string Name, string About, Func<CancellationToken, Command> Create)[] Commands =
    [
        ("account", "Register, link, show, back up and delete your accounts on this computer", AccountCommand.Create),
        ("contact", "The people you write with: names, safety numbers, blocking", ContactCommand.Create),
        ("send", "Send a message, a file, a reaction, an edit", SendCommand.Create),
        ("receive", "Receive what waits at the home server", ReceiveCommand.Create),
        ("chat", "Talk with somebody in the terminal", ChatCommand.Create),
        ("daemon", "Stay connected, and let programs send and receive (JSON-RPC)", DaemonCommand.Create),
        ("archive", "Read, search and export the conversations of a store", ArchiveCommand.Create),
        ("digest", "Say what happened, in quotes or by a model", DigestCommand.Create),
        ("engine", "Run language models for digests", EngineCommand.Create),
        ("model", "Keep the language models that digests may use", ModelCommand.Create),
    ];

    /// <summary>The root of the commands, for these arguments.</summary>
    public static RootCommand Create(string[] arguments, CancellationToken cancel)
    {
        var root = new RootCommand(About);
        foreach (var (name, about, create) in Commands)
        {
            root.Add(arguments.Contains(name) ? Shortened(create(cancel), arguments) : new Command(name, about));
        }

        return root;
    }

    /// <summary>A list of commands tells of each in a line; its own help tells more, with examples.</summary>
    private static Command Shortened(Command command, string[] arguments)
    {
        foreach (var child in command.Subcommands)
        {
            if (arguments.Contains(child.Name))
            {
                Shortened(child, arguments);
            }
            else if (child.Description?.Split('\n') is [var first, _, ..])
            {
                child.Description = first;
            }
        }

        return command;
    }
}
