using System.CommandLine;
using System.Globalization;
using Fluister.Cli.Accounts;
using Fluister.Client.Accounts;

namespace Fluister.Cli.Commands;

/// <summary>fluister account devices</summary>
internal sealed class AccountDevicesCommand
{
    private const int NameWidth = 24;

    private readonly AccountOptions _account = new();
    private readonly Option<int?> _remove = new("--remove") { Description = "Unlink a device, by its number", HelpName = "N" };
    private readonly Option<string?> _rename = new("--rename") { Description = "Call --device, or this one, so", HelpName = "NAME" };
    private readonly Option<int?> _device = new("--device") { Description = "The device that --rename means", HelpName = "N" };
    private readonly Option<bool> _json = CommonOptions.Json();

    public static Command Create(CancellationToken cancel)
    {
        var devices = new AccountDevicesCommand();
        var command = new Command("devices", """
            List the devices of an account; unlink or rename one

              fluister account devices
              fluister account devices --remove 3
              fluister account devices --rename Kitchen --device 2
            """) { devices._remove, devices._rename, devices._device, devices._json };
        devices._account.AddTo(command);
        command.SetAction(async (parsed, _) => await devices.RunAsync(parsed, cancel).ConfigureAwait(false));
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancel) => _account.UseAsync(parsed, async client =>
    {
        if (parsed.GetValue(_remove) is { } gone)
        {
            await client.RemoveDeviceAsync(gone, cancel).ConfigureAwait(false);
            await Console.Error.WriteLineAsync($"Device {gone} is unlinked.").ConfigureAwait(false);
            return ExitCode.Done;
        }

        if (parsed.GetValue(_rename) is { } name)
        {
            await client.RenameDeviceAsync(parsed.GetValue(_device) ?? client.Self.Device, name, cancel).ConfigureAwait(false);
            return ExitCode.Done;
        }

        var all = await client.DevicesAsync(cancel).ConfigureAwait(false);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Lines(all, (writer, device) =>
            {
                writer.WriteNumber("id", device.Id);
                writer.WriteString("name", device.Name);
                if (device.Created is { } created)
                {
                    writer.WriteNumber("createdTimestamp", created.ToUnixTimeMilliseconds());
                }

                writer.WriteNumber("lastSeenTimestamp", device.LastSeen.ToUnixTimeMilliseconds());
                writer.WriteBoolean("isThisDevice", device.IsThis);
            });
        }
        else
        {
            Print(all);
        }

        return ExitCode.Done;
    });

    private static void Print(IReadOnlyList<AccountDevice> devices)
    {
        Console.WriteLine($"{"NO",3}  {Terminal.Fit("NAME", NameWidth)}  {"LINKED",-10}  LAST SEEN");
        foreach (var device in devices)
        {
            Console.WriteLine($"{device.Id,3}  {Terminal.Fit(device.Name ?? "", NameWidth)}  {Day(device.Created),-10}  "
                + $"{Day(device.LastSeen)}{(device.IsThis ? "  this one" : "")}");
        }
    }

    private static string Day(DateTimeOffset? time) => time?.ToLocalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
