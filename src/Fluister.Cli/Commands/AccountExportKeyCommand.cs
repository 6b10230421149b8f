using System.CommandLine;
using Fluister.Archive.Accounts;
using Fluister.Cli.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister account export-key</summary>
internal static class AccountExportKeyCommand
{
    public static Command Create()
    {
        var account = new AccountOptions();
        var file = new Option<string>("--out", "-o") { Description = "A new file for it", HelpName = "FILE", Required = true };
        var command = new Command("export-key", """
            Write the key of an account's history, 64 hexadecimal digits, for other programs that read such stores.
            Whoever has it reads everything

              fluister account export-key --out anna.key
              sigtop export-messages -d ~/.local/share/fluister/accounts/anna -k raw:anna.key
            """) { file };
        account.AddTo(command);
        command.SetAction(parsed =>
        {
            using var key = account.OpenKey(parsed, account.Choose(parsed));
            var path = parsed.GetRequiredValue(file);
            StoreKey.Export(key, path);
            Console.Error.WriteLine(Terminal.Clean($"Written: {path}. Whoever has it reads everything; remove it when you are done."));
            return ExitCode.Done;
        });
        return command;
    }
}
