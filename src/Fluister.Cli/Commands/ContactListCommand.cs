using System.CommandLine;
using Fluister.Cli.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister contact list</summary>
internal static class ContactListCommand
{
    private const int NameWidth = 28;
    private const int UsernameWidth = 20;

    public static Command Create(CancellationToken cancel)
    {
        var account = new AccountOptions();
        var json = CommonOptions.Json();
        var command = new Command("list", """
            List the people whom the account knows

              fluister contact list
              fluister contact list --json | jq -r 'select(.isBlocked) | .name'
            """) { json };
        account.AddTo(command);
        command.SetAction(async (parsed, _) => await account.UseAsync(parsed, client =>
        {
            var all = client.Contacts();
            if (parsed.GetValue(json))
            {
                JsonOutput.Lines(all, ContactText.Write);
                return Task.FromResult(ExitCode.Done);
            }

            Console.WriteLine($"{Terminal.Fit("NAME", NameWidth)}  {Terminal.Fit("USERNAME", UsernameWidth)}  {"STATE",-9}  ID");
            foreach (var contact in all)
            {
                Console.WriteLine($"{Terminal.Fit(contact.DisplayName, NameWidth)}  "
                    + $"{Terminal.Fit(contact.Username ?? contact.Number ?? "", UsernameWidth)}  "
                    + $"{ContactText.State(contact),-9}  {contact.Id}");
            }

            return Task.FromResult(ExitCode.Done);
        }, isOnline: false).WaitAsync(cancel).ConfigureAwait(false));
        return command;
    }
}
