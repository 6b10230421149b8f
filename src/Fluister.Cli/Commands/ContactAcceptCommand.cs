using System.CommandLine;
using Fluister.Cli.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister contact accept</summary>
internal static class ContactAcceptCommand
{
    public static Command Create(CancellationToken cancel)
    {
        var account = new AccountOptions();
        var who = ContactText.Who();
        var newKey = new Option<bool>("--new-number") { Description = "Accept that this person has another safety number than before" };
        var command = new Command("accept", """
            Accept somebody who wrote to you for the first time: this person then sees your profile, and your receipts

              fluister contact accept Jonas
              fluister contact accept Jonas --new-number       after you have compared it: go on writing to this person
            """) { who, newKey };
        account.AddTo(command);
        command.SetAction(async (parsed, _) => await account.UseAsync(parsed, async client =>
        {
            var person = await client.ResolveAsync(parsed.GetRequiredValue(who), cancel).ConfigureAwait(false);
            await (parsed.GetValue(newKey) ? client.AcceptIdentityAsync(person, cancel) : client.AcceptRequestAsync(person, cancel))
                .ConfigureAwait(false);
            return ExitCode.Done;
        }).ConfigureAwait(false));
        return command;
    }
}
