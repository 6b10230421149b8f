using System.CommandLine;
using Fluister.Cli.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister account show</summary>
internal static class AccountShowCommand
{
    public static Command Create(CancellationToken cancel)
    {
        var account = new AccountOptions();
        var json = CommonOptions.Json();
        var command = new Command("show", """
            Tell who an account is: id, number, username, profile, device

              fluister account show
              fluister account show --account work --json | jq -r .uuid
            """) { json };
        account.AddTo(command);
        command.SetAction(async (parsed, _) => await account.UseAsync(parsed, client =>
        {
            AccountText.Print(client, parsed.GetValue(json));
            return Task.FromResult(ExitCode.Done);
        }, isOnline: false).WaitAsync(cancel).ConfigureAwait(false));
        return command;
    }
}
