using System.CommandLine;
using System.Text;
using Fluister.Cli.Accounts;
using Fluister.Client;
using Fluister.Client.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister account link</summary>
internal sealed class AccountLinkCommand
{
    private readonly NewAccountOptions _place = new();
    private readonly Argument<string> _server = new("SERVER")
    {
        Description = "The home server of the account: its link (fluister://HOST/?key=...), as in an invite; '-' asks for it",
    };

    private readonly Option<string?> _deviceName = new("--device-name")
    {
        Description = "What this device is called among the account's. Default: this computer's name",
        HelpName = "NAME",
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    public static Command Create(CancellationToken cancel)
    {
        var link = new AccountLinkCommand();
        var command = new Command("link", """
            Make this computer a further device of an account that you have elsewhere: shows a QR code for the other device

              fluister account link fluister://chat.example.org/?key=... --device-name Desk

            On the account's primary device `fluister account add-device URL` takes what is shown, as a telephone takes the QR code.
            """) { link._server, link._deviceName, link._json };
        link._place.AddTo(command);
        command.SetAction(async (parsed, _) => await link.RunAsync(parsed, cancel).ConfigureAwait(false));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var server = SecretText.Read(parsed.GetRequiredValue(_server), "The home server's link");
        using var place = _place.Make(parsed, null);
        var request = new LinkRequest { Server = server, DeviceName = parsed.GetValue(_deviceName) ?? Environment.MachineName };
        var isJson = parsed.GetValue(_json);
        var client = await AccountClient.LinkAsync(place.Folder, place.Key, request, shown => ShowAsync(shown, isJson), null, cancel)
            .ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            await Settling.WaitAsync(client, cancel).ConfigureAwait(false);
            AccountText.PrintNew(client, place, isJson);
            return ExitCode.Done;
        }
    }

    private static async Task ShowAsync(string url, bool isJson)
    {
        if (isJson)
        {
            JsonOutput.Lines([url], (writer, it) => writer.WriteString("deviceLinkUri", it));
            return;
        }

        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        await using (output.ConfigureAwait(false))
        {
            await output.WriteLineAsync(url).ConfigureAwait(false);
            await output.WriteAsync(TerminalQrCode.Of(url)).ConfigureAwait(false);
        }

        await Console.Error.WriteLineAsync("Scan this with the account's primary device, or there: fluister account add-device URL")
            .ConfigureAwait(false);
    }
}
