using System.CommandLine;
using Fluister.Cli.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister contact block, fluister contact unblock</summary>
internal static class ContactBlockCommand
{
    public static Command Create(CancellationToken cancel) => Create("block", """
        Block somebody: what this person sends is dropped, on all your devices

          fluister contact block Jonas
        """, isBlocked: true, cancel);

    public static Command CreateUndo(CancellationToken cancel) => Create("unblock", """
        Take somebody's messages again

          fluister contact unblock Jonas
        """, isBlocked: false, cancel);

    private static Command Create(string name, string description, bool isBlocked, CancellationToken cancel)
    {
        var account = new AccountOptions();
        var who = ContactText.Who();
        var command = new Command(name, description) { who };
        account.AddTo(command);
        command.SetAction(async (parsed, _) => await account.UseAsync(parsed, async client =>
        {
            var person = await client.ResolveAsync(parsed.GetRequiredValue(who), cancel).ConfigureAwait(false);
            await (isBlocked ? client.BlockAsync(person, cancel) : client.UnblockAsync(person, cancel)).ConfigureAwait(false);
            return ExitCode.Done;
        }).ConfigureAwait(false));
        return command;
    }
}
