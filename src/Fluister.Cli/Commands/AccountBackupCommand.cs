using System.CommandLine;
using Fluister.Cli.Accounts;
using Fluister.Client.Backups;

namespace Fluister.Cli.Commands;

/// <summary>fluister account backup</summary>
internal sealed class AccountBackupCommand
{
    private readonly AccountOptions _account = new();
    private readonly Argument<string> _file = new("FILE") { Description = "Where to write it; an age file, which `age -d` opens too" };
    private readonly Option<string> _passphrase = BackupPassphrase();
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace an earlier backup in FILE" };

    /// <summary>The option that says with what a backup is opened.</summary>
    public static Option<string> BackupPassphrase() => new("--backup-passphrase-file")
    {
        Description = "File with the backup's passphrase; '-', or without it, it is asked for",
        HelpName = "FILE",
        DefaultValueFactory = _ => "-",
    };

    public static Command Create(CancellationToken cancel)
    {
        var backup = new AccountBackupCommand();
        var command = new Command("backup", """
            Write the whole account into one encrypted file: history, files, keys. The account may be open meanwhile

              fluister account backup anna.fluister
              fluister account backup /mnt/stick/anna.fluister --backup-passphrase-file backup.pass
            """) { backup._file, backup._passphrase, backup._overwrite };
        backup._account.AddTo(command);
        command.SetAction(parsed => backup.Run(parsed, cancel));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancel)
    {
        var folder = _account.Choose(parsed);
        using var output = new OutputFile(parsed.GetRequiredValue(_file), parsed.GetValue(_overwrite));
        using var key = _account.OpenKey(parsed, folder);
        using var passphrase = AccountKey.NewPassphrase(parsed.GetRequiredValue(_passphrase), "New passphrase of the backup");
        using (var progress = new Progress("%", 100))
        {
            AccountBackup.Write(folder, key, output.Stream, passphrase, null, share =>
            {
                cancel.ThrowIfCancellationRequested();
                progress.Report((long)(100 * share));
            });
        }

        output.Commit();
        Console.Error.WriteLine(Terminal.Clean($"Written: {parsed.GetValue(_file)}. Only its passphrase opens it."));
        return ExitCode.Done;
    }
}
