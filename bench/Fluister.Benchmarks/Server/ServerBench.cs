using System.Globalization;
using System.Net.Sockets;

namespace Fluister.Benchmarks.Server;

/// <summary>The home server beside other servers and the floor of its own stack: rates, times to arrival, and processor time for each
/// message, in rounds that take turns, so that whatever else the machine does falls on all alike.</summary>
internal static class ServerBench
{
    private const string Closed = "closed";
    private const string Open = "open";
    private const string Idle = "idle";
    private const string Offline = "offline";
    private const string Group = "group";

    // Of what was offered: a subject that leaves more of it unsent has no further rounds in that mode.
    private const double Overload = 0.2;
    private const int IdleSockets = 2000;

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["server-floor", var path])
        {
            return await Relay.ServeAsync(path);
        }

        if (arguments.Contains("--help"))
        {
            Console.WriteLine(arguments[0] == BenchOptions.Federation ? BenchOptions.FederationHelp : BenchOptions.Help);
            return 0;
        }

        BenchOptions options;
        try
        {
            options = BenchOptions.Read(arguments);
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException)
        {
            await Console.Error.WriteLineAsync($"{wrong.Message}\n\n{BenchOptions.Help}");
            return 2;
        }

        var all = options.IsFederated ? Federated(options) : Subjects();
        var table = new ResultTable(options, [.. all.Select(subject => subject.Name)]);
        if (options.Modes.Contains(Idle))
        {
            table.IdleBytes = await IdleMemory.MeasureAsync(IdleSockets);
        }

        var subjects = new List<Subject>();
        try
        {
            foreach (var subject in all.Where(subject => options.Wants(subject.Name)))
            {
                subjects.Add(subject);
                if (subject.Missing is { } missing)
                {
                    table.Missing.Add(missing);
                    await Console.Error.WriteLineAsync($"{subject.Name} is left out. Not installed is {missing}");
                    continue;
                }

                await Console.Error.WriteLineAsync($"starting {subject.Name}");
                await TryAsync(subject, table, () => subject.StartAsync(options.Pairs));
            }

            if (options.NeedsPeers && table.Missing.Count > 0)
            {
                return 1;
            }

            foreach (var mode in options.Modes.Where(mode => mode != Idle))
            {
                await RunAsync(subjects, mode, options, table);
            }
        }
        finally
        {
            await Task.WhenAll(subjects.Select(subject => subject.DisposeAsync().AsTask()));
        }

        Console.WriteLine(options.IsJson ? table.ToJson().ToJsonString() : table.ToMarkdown());
        return table.Failures.Count == 0 ? 0 : 1;
    }

    private static IReadOnlyList<Subject> Subjects() =>
    [
        new HomeServerSubject(isSealed: true) { Name = "ours-sealed" },
        new HomeServerSubject(isSealed: false) { Name = "ours-identified" },
        new RelaySubject(isStored: true) { Name = "floor-disk" },
        new RelaySubject(isStored: false) { Name = "floor-memory" },
        new EjabberdSubject(isArchived: false) { Name = "ejabberd-memory" },
        new EjabberdSubject(isArchived: true) { Name = "ejabberd-archive" },
        new ProsodySubject(isArchived: false) { Name = "prosody-files" },
        new ProsodySubject(isArchived: true) { Name = "prosody-archive" },
    ];

    private static IReadOnlyList<Subject> Federated(BenchOptions options) =>
    [
        new HomeServerPairSubject(isSealed: true, isLocal: false) { Name = "ours-sealed" },
        new HomeServerPairSubject(isSealed: false, isLocal: false) { Name = "ours-identified" },
        new HomeServerPairSubject(isSealed: true, isLocal: true) { Name = BenchOptions.Local },
        .. options.Only.Contains(BenchOptions.Flooded)
            ? [new HomeServerPairSubject(isSealed: true, isLocal: false, isFlooded: true) { Name = BenchOptions.Flooded }]
            : Array.Empty<Subject>(),
        Ejabberd("ejabberd", 2, isLocal: false),
        Ejabberd("ejabberd-local", 4, isLocal: true),
        Prosody("prosody", 6, isLocal: false),
        Prosody("prosody-local", 8, isLocal: true),
    ];

    private static XmppPairSubject Ejabberd(string name, int address, bool isLocal) => new(
        new EjabberdSubject(isArchived: false) { Name = name, Host = $"127.0.0.{address}" },
        new EjabberdSubject(isArchived: false) { Name = name, Host = $"127.0.0.{address + 1}" },
        isLocal)
    {
        Name = name,
    };

    private static XmppPairSubject Prosody(string name, int address, bool isLocal) => new(
        new ProsodySubject(isArchived: false) { Name = name, Host = $"127.0.0.{address}" },
        new ProsodySubject(isArchived: false) { Name = name, Host = $"127.0.0.{address + 1}" },
        isLocal)
    {
        Name = name,
    };

    // The first round warms up; each of the others begins with another subject. Who is overloaded, or has failed, has no more.
    private static async Task RunAsync(IReadOnlyList<Subject> subjects, string mode, BenchOptions options, ResultTable table)
    {
        var overloaded = new HashSet<Subject>();
        for (var round = 0; round <= options.Rounds; round++)
        {
            for (var i = 0; i < subjects.Count; i++)
            {
                var subject = subjects[(i + round) % subjects.Count];
                if (subject.Missing is null && !table.Failures.ContainsKey(subject.Name) && !overloaded.Contains(subject))
                {
                    await TryAsync(subject, table, async () =>
                    {
                        foreach (var (name, load) in await RunAsync(subject, mode, round, options.Time))
                        {
                            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                                $"{name} {round} {subject.Name}: {load.PerSecond:F0}/s, p99 {load.P99:F1} ms, {load.CpuPerMessage:F0} us"));
                            if (load.Unsent > Overload * (load.Unsent + load.Messages))
                            {
                                overloaded.Add(subject);
                            }

                            if (round > 0 || overloaded.Contains(subject))
                            {
                                table.Add(name, subject.Name, load);
                            }
                        }
                    });
                }
            }
        }
    }

    private static async Task<IEnumerable<(string Name, Load Load)>> RunAsync(Subject subject, string mode, int round, TimeSpan time)
    {
        switch (mode)
        {
            case Group:
                return await subject.GroupAsync(time) is { } group ? [(mode, group)] : [];
            case Offline:
                var (store, fetch) = await subject.OfflineAsync(round);
                return fetch is null ? [("offline, store", store)] : [("offline, store", store), ("offline, fetch", fetch)];
            default:
                return mode.StartsWith(Open, StringComparison.Ordinal)
                    ? [(mode, await subject.OpenAsync(Number(mode, Open), time))]
                    : [(mode, await subject.ClosedAsync(Number(mode, Closed), time))];
        }
    }

    private static async Task TryAsync(Subject subject, ResultTable table, Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception failed) when (failed is InvalidOperationException or TimeoutException or IOException or SocketException)
        {
            table.Failures[subject.Name] = failed.Message;
            await Console.Error.WriteLineAsync($"{subject.Name} failed: {failed.Message}");
        }
    }

    private static int Number(string mode, string kind) =>
        mode.StartsWith(kind, StringComparison.Ordinal) && int.TryParse(mode.AsSpan(kind.Length), out var number) && number > 0
            ? number
            : throw new ArgumentException($"There is no mode {mode}; see --help.");
}
