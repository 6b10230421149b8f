using System.CommandLine;
using System.Diagnostics;

namespace Fluister.Cli.Commands;

/// <summary>fluister archive view</summary>
internal static class ViewCommand
{
    public static Command Create(CancellationToken cancel)
    {
        var source = new SourceOptions();
        var port = new Option<int>("--port")
        {
            Description = "Port on 127.0.0.1; 0 lets the system choose",
            HelpName = "N",
            DefaultValueFactory = _ => 0,
        };
        var open = new Option<bool>("--open") { Description = "Open the page in the browser" };
        var command = new Command("view", """
            Show the archive in the browser, from this computer to this computer only; nothing is written anywhere

              fluister archive view --open
            """) { port, open };
        source.AddTo(command);
        command.SetAction(async (parsed, terminate) =>
        {
            // The library turns SIGTERM into this token: a page that serves until it is told to end must listen to it.
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel, terminate);
            if (parsed.GetValue(port) is < 0 or > 65535)
            {
                throw new UsageException("--port: from 0 to 65535.");
            }

            using var archive = source.Open(parsed);
            await using var view = await ArchiveView.StartAsync(archive, parsed.GetValue(port), end.Token);
            await Console.Out.WriteLineAsync($"Open this once: {view.Address}");
            await Console.Error.WriteLineAsync("Ctrl-C ends it.");
            if (parsed.GetValue(open))
            {
                OpenBrowser(view.Address);
            }

            await view.WaitAsync();
            return ExitCode.Done;
        });
        return command;
    }

    private static void OpenBrowser(string address)
    {
        try
        {
            Process.Start(new ProcessStartInfo(address) { UseShellExecute = true })?.Dispose();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Console.Error.WriteLine("No browser could be opened; open the address yourself.");
        }
    }
}
