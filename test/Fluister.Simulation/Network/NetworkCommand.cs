using System.CommandLine;

namespace Fluister.Simulation.Network;

/// <summary>fluister-sim network, and the processes of people that it starts.</summary>
internal static class NetworkCommand
{
    private const double MessagesPerAccount = 0.12;
    private const int PerProcess = 84;
    private const int ManyAccounts = 1000;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var servers = Number("--servers", 3, "Home servers, each a process");
        var accounts = Number("--accounts", 500, "Accounts, spread over the servers; each device is a client of its own");
        var minutes = new Option<double>("--minutes")
        {
            Description = "How long everybody writes",
            DefaultValueFactory = _ => 5,
            HelpName = "N",
        };
        var faults = Number("--faults", 100, "Faults in that time");
        var seed = Number("--seed", 1, "Decides load, faults and times");
        var rate = new Option<double?>("--rate")
        {
            Description = "Messages in a second that all write together. Default: 0.12 for each account",
            HelpName = "N",
        };
        var light = Number("--light", 0, "Percent of the accounts that are light: connections without encryption and store");
        var folder = new Option<string>("--out")
        {
            Description = "Where report.html and report.json are written",
            DefaultValueFactory = _ => ".",
            HelpName = "DIR",
        };
        var keep = new Option<bool>("--keep") { Description = "Leave the run's folder: stores, journals, logs" };
        var other = new Option<string?>("--other")
        {
            Description = "The folder of another build of fluister-server, which every second server runs",
            HelpName = "DIR",
        };
        var command = new Command("network", """
            Real home servers and real clients on this machine, which write to each other while they are killed, held and cut off;
            then what was sent is held against what was received. Ends with 1 when one message was lost, duplicated, reordered or
            misattributed

              fluister-sim network --servers 3 --accounts 500 --minutes 5 --faults 100 --out report
              fluister-sim network --servers 3 --accounts 5000 --light 80 --rate 60 --minutes 10 --out report
              fluister-sim network --accounts 24 --minutes 0.5 --faults 10 --seed 7
            """) { servers, accounts, minutes, faults, seed, rate, light, folder, keep, other };
        command.SetAction((parsed, cancellation) => RunAsync(
            new NetworkOptions
            {
                Servers = parsed.GetValue(servers),
                Accounts = parsed.GetValue(accounts),
                Time = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
                Faults = parsed.GetValue(faults),
                Seed = parsed.GetValue(seed),
                Rate = parsed.GetValue(rate) ?? Math.Max(1, MessagesPerAccount * parsed.GetValue(accounts)),
                LightPercent = parsed.GetValue(light),
                PerProcess = parsed.GetValue(accounts) > ManyAccounts ? 4 * PerProcess : PerProcess,
                Out = Path.GetFullPath(parsed.GetValue(folder)!),
                Keep = parsed.GetValue(keep),
                Other = parsed.GetValue(other) is { } dir ? Path.GetFullPath(dir) : null,
            },
            cancellation));
        return command;
    }

    /// <summary>The command of a process of people; not for people.</summary>
    public static Command CreateCrowd()
    {
        var plan = new Argument<string>("PLAN") { Description = "A plan that fluister-sim network has written" };
        var command = new Command("crowd", "A process of people of fluister-sim network") { plan };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            using var crowd = new Crowd(CrowdPlan.Read(parsed.GetValue(plan)!));
            await crowd.RunAsync(Console.In).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Option<int> Number(string name, int value, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => value,
        HelpName = "N",
    };

    private static async Task<int> RunAsync(NetworkOptions options, CancellationToken cancellation)
    {
        const int Wrong = 1;
        const int Interrupted = 130;
        var progress = new ProgressLine(Console.Error);
        try
        {
            await using var run = new NetworkRun(options, progress.Say);
            var outcome = await run.RunAsync(cancellation).ConfigureAwait(false);
            progress.End();
            Directory.CreateDirectory(options.Out);
            var report = NetworkReport.Of(outcome);
            await File.WriteAllTextAsync(Path.Combine(options.Out, "report.json"), report.ToJson(), CancellationToken.None)
                .ConfigureAwait(false);
            await File.WriteAllTextAsync(Path.Combine(options.Out, "report.html"), ReportPage.Of(report), CancellationToken.None)
                .ConfigureAwait(false);
            Console.WriteLine(report.Summary());
            return outcome.IsClean ? 0 : Wrong;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            progress.End();
            Console.Error.WriteLine("Ended before anybody wrote; there is nothing to report.");
            return Interrupted;
        }
    }
}
