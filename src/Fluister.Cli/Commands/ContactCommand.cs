using System.CommandLine;

namespace Fluister.Cli.Commands;

/// <summary>fluister contact ...</summary>
internal static class ContactCommand
{
    public static Command Create(CancellationToken cancel) => new("contact", "The people you write with: names, safety numbers, blocking")
    {
        ContactListCommand.Create(cancel),
        ContactAddCommand.Create(cancel),
        ContactShowCommand.Create(cancel),
        ContactVerifyCommand.Create(cancel),
        ContactAcceptCommand.Create(cancel),
        ContactBlockCommand.Create(cancel),
        ContactBlockCommand.CreateUndo(cancel),
    };
}
