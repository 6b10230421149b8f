using System.CommandLine;
using Fluister.Cli.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister contact add</summary>
internal static class ContactAddCommand
{
    public static Command Create(CancellationToken cancel)
    {
        var account = new AccountOptions();
        var who = new Argument<string>("WHO")
        {
            Description = "An id, a username (anna.42, or anna.42@chat.example.org of another home server) or its link",
        };
        var name = new Option<string?>("--name") { Description = "What you call this person", HelpName = "NAME" };
        var command = new Command("add", """
            Keep somebody as a contact, or give a contact another name

              fluister contact add anna.42 --name "Anna from the club"
              fluister contact add ben.7@chat.example.org
              fluister contact add 'https://signal.me/#eu/...'
            """) { who, name };
        account.AddTo(command);
        command.SetAction(async (parsed, _) => await account.UseAsync(parsed, async client =>
        {
            var person = await client.ResolveAsync(parsed.GetRequiredValue(who), cancel).ConfigureAwait(false);
            await client.AddContactAsync(person, parsed.GetValue(name), cancel).ConfigureAwait(false);
            Console.WriteLine(Terminal.Clean($"{client.Contact(person)?.DisplayName ?? person.ToString()}  {person}"));
            return ExitCode.Done;
        }).ConfigureAwait(false));
        return command;
    }
}
