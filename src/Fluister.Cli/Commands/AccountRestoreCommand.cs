using System.CommandLine;
using Fluister.Archive.Conversations;
using Fluister.Cli.Accounts;
using Fluister.Client.Backups;

namespace Fluister.Cli.Commands;

/// <summary>fluister account restore</summary>
internal sealed class AccountRestoreCommand
{
    private readonly NewAccountOptions _account = new();
    private readonly Argument<string> _file = new("FILE") { Description = "A backup" };
    private readonly Option<string> _passphrase = AccountBackupCommand.BackupPassphrase();

    public static Command Create()
    {
        var restore = new AccountRestoreCommand();
        var command = new Command("restore", """
            Make an account of a backup, on this computer or another. Use only one of the two from then on: a device has one state

              fluister account restore anna.fluister
              fluister account restore anna.fluister --name anna2 --key-file anna2.key
            """) { restore._file, restore._passphrase };
        restore._account.AddTo(command);
        command.SetAction(restore.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        using var input = Open(parsed.GetRequiredValue(_file));
        using var passphrase = AccountKey.ReadPassphrase(parsed.GetRequiredValue(_passphrase), "Passphrase of the backup");
        var folder = _account.Protect(parsed, protection =>
            AccountBackup.Restore(input, passphrase, _account.Name(parsed), protection));
        Console.WriteLine(Terminal.Clean($"The account {folder.Name} is restored: {folder.Path}"));
        return ExitCode.Done;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArchiveException(ArchiveError.NotFound, $"There is no file {path}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(ArchiveError.Denied, $"{path} cannot be read: {e.Message}", e);
        }
    }
}
