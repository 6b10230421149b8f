using System.CommandLine;
using Fluister.Cli.Accounts;
using Fluister.Client;
using Fluister.Client.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister account register</summary>
internal sealed class AccountRegisterCommand
{
    private readonly NewAccountOptions _account = new();
    private readonly Argument<string> _invite = new("INVITE-LINK")
    {
        Description = "The link that the person who runs the server gave you; '-' asks for it",
        DefaultValueFactory = _ => "-",
    };

    private readonly Option<string?> _profileName = new("--profile-name")
    {
        Description = "The name that people whom you write to see. It can be set later",
        HelpName = "NAME",
    };

    private readonly Option<string?> _number = new("--with-number")
    {
        Description = "A telephone number as a label of the account, by which who knows it finds you. Without it the account has none",
        HelpName = "+NUMBER",
    };

    private readonly Option<string?> _deviceName = new("--device-name")
    {
        Description = "What this device is called among the account's. Default: this computer's name",
        HelpName = "NAME",
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    public static Command Create(CancellationToken cancel)
    {
        var register = new AccountRegisterCommand();
        var command = new Command("register", """
            Register a new account with an invite; no telephone number is needed

              fluister account register --profile-name Anna                                asks for the invite's link
              fluister account register 'fluister://chat.example.org/?key=...#...' --name work
              fluister-server invite create | fluister account register - --passphrase-file anna.pass
              fluister account register - --with-number +31201234567

            After a crash, or without a connection, the same command goes on where it was.
            """) { register._invite, register._profileName, register._number, register._deviceName, register._json };
        register._account.AddTo(command);
        command.SetAction(async (parsed, _) => await register.RunAsync(parsed, cancel).ConfigureAwait(false));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var invite = InviteText.Read(parsed.GetRequiredValue(_invite));
        var name = parsed.GetValue(_profileName);
        using var place = _account.Make(parsed, name);
        var request = new RegisterRequest
        {
            Invite = invite,
            Number = parsed.GetValue(_number),
            Name = name is null ? null : ProfileNames.Parse(name),
            DeviceName = parsed.GetValue(_deviceName) ?? Environment.MachineName,
        };
        AccountClient client;
        try
        {
            client = await AccountClient.RegisterAsync(place.Folder, place.Key, request, null, cancel).ConfigureAwait(false);
        }
        catch (ClientException e) when (!e.IsForAll
            && e.Error is ClientError.BadInput or ClientError.NotFound or ClientError.Refused or ClientError.UntrustedServer)
        {
            // The same command would come to the same end; a newer program may go on with the receipt that it has.
            place.TakeBack();
            throw;
        }

        await using (client.ConfigureAwait(false))
        {
            await Settling.WaitAsync(client, cancel).ConfigureAwait(false);
            AccountText.PrintNew(client, place, parsed.GetValue(_json));
            return ExitCode.Done;
        }
    }
}
