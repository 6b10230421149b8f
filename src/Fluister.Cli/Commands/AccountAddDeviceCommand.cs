using System.CommandLine;
using Fluister.Cli.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister account add-device</summary>
internal static class AccountAddDeviceCommand
{
    public static Command Create(CancellationToken cancel)
    {
        var account = new AccountOptions();
        var url = new Argument<string>("URL") { Description = "What the new device shows: sgnl://linkdevice?...; '-' asks for it" };
        var command = new Command("add-device", """
            Link another device to this account; it shows a QR code, whose text is the URL. Only the primary device can

              fluister account add-device 'sgnl://linkdevice?uuid=...&pub_key=...'
            """) { url };
        account.AddTo(command);
        command.SetAction(async (parsed, _) =>
            await LinkAsync(account, parsed, parsed.GetRequiredValue(url), cancel).ConfigureAwait(false));
        return command;
    }

    /// <summary>Links the device that shows a URL.</summary>
    public static Task<int> LinkAsync(AccountOptions account, ParseResult parsed, string url, CancellationToken cancel) =>
        account.UseAsync(parsed, async client =>
        {
            await client.LinkDeviceAsync(SecretText.Read(url, "The URL that the new device shows"), cancel).ConfigureAwait(false);
            await Console.Error.WriteLineAsync("Linked. `fluister account devices` lists all.").ConfigureAwait(false);
            return ExitCode.Done;
        });
}
