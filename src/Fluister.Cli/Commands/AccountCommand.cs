using System.CommandLine;

namespace Fluister.Cli.Commands;

/// <summary>fluister account ...</summary>
internal static class AccountCommand
{
    public static Command Create(CancellationToken cancel) => new("account", "Register, link, show, back up and delete your accounts")
    {
        AccountRegisterCommand.Create(cancel),
        AccountLinkCommand.Create(cancel),
        AccountAddDeviceCommand.Create(cancel),
        AccountListCommand.Create(),
        AccountShowCommand.Create(cancel),
        AccountDevicesCommand.Create(cancel),
        AccountUsernameCommand.Create(cancel),
        AccountProfileCommand.Create(cancel),
        AccountBackupCommand.Create(cancel),
        AccountRestoreCommand.Create(),
        AccountExportKeyCommand.Create(),
        AccountDeleteCommand.Create(cancel),
    };
}
