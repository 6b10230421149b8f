using System.CommandLine;
using Fluister.Cli.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister account list</summary>
internal static class AccountListCommand
{
    private const int NameWidth = 20;

    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("list", """
            List the accounts on this computer; needs no key

              fluister account list
            """) { json };
        command.SetAction(parsed =>
        {
            var all = AccountOptions.All();
            if (parsed.GetValue(json))
            {
                JsonOutput.Lines(all, (writer, account) =>
                {
                    writer.WriteString("name", account.Name);
                    writer.WriteString("folder", account.Path);
                });
            }
            else
            {
                foreach (var account in all)
                {
                    Console.WriteLine($"{Terminal.Fit(account.Name, NameWidth)}  {Terminal.Clean(account.Path)}");
                }
            }

            return all.Count > 0 ? ExitCode.Done : ExitCode.NothingFound;
        });
        return command;
    }
}
