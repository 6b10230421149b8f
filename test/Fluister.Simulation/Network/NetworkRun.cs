using System.Diagnostics;
using System.Globalization;

namespace Fluister.Simulation.Network;

/// <summary>A run of the network: real servers, real clients, faults by the seed, and in the end what the journals tell.</summary>
internal sealed class NetworkRun(NetworkOptions options, Action<string> say) : IAsyncDisposable
{
    private static readonly TimeSpan Telling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("fluister-network-").FullName;
    private readonly List<ServerNode> _servers = [];
    private readonly List<CrowdProcess> _crowds = [];
    private readonly Stopwatch _clock = new();
    private IReadOnlyList<Person> _people = [];

    /// <summary>Runs; what is wrong is in the outcome, and only what keeps the run from going on is thrown.</summary>
    /// <param name="stop">Ends the writing early; what was begun is still judged.</param>
    public async Task<NetworkOutcome> RunAsync(CancellationToken stop)
    {
        var started = DateTime.UtcNow;
        var setUp = Stopwatch.StartNew();
        await MakeServersAsync(stop).ConfigureAwait(false);
        await MakePeopleAsync(stop).ConfigureAwait(false);
        setUp.Stop();
        stop.ThrowIfCancellationRequested();

        var random = new Random(options.Seed);
        var faults = Fault.Plan(random, options, _crowds.Count);
        _clock.Start();
        var began = Journal.Now;
        var sampler = new Sampler(_servers, _crowds, _clock);
        using var measuring = new CancellationTokenSource();
        var sampling = Task.Run(() => sampler.RunAsync(measuring.Token), CancellationToken.None);
        foreach (var crowd in _crowds)
        {
            crowd.Order("write");
        }

        await FaultsAsync(faults, stop).ConfigureAwait(false);
        var wrote = _clock.Elapsed;
        foreach (var crowd in _crowds)
        {
            crowd.Order("hush");
        }

        await Task.WhenAll(_crowds.Select(crowd => crowd.AwaitAsync("hushed"))).ConfigureAwait(false);
        var settled = await SettleAsync().ConfigureAwait(false);
        var waiting = _servers.Sum(Sampler.Outbox);
        await measuring.CancelAsync().ConfigureAwait(false);
        await sampling.ConfigureAwait(false);
        await Task.WhenAll(_crowds.Select(EndAsync)).ConfigureAwait(false);
        var codes = await Task.WhenAll(_servers.Select(server => server.StopAsync())).ConfigureAwait(false);
        say("Judging");
        return new NetworkOutcome(
            options, _people, [.. Journals()], faults, sampler.Samples, began)
        {
            Started = started,
            SetUp = setUp.Elapsed,
            Wrote = wrote,
            Settled = settled,
            LeftInOutboxes = waiting,
            Wrongs = [.. _crowds.SelectMany(crowd => crowd.Wrongs), .. _servers.Where((_, at) => codes[at] != 0)
                .Select(server => $"Server {server.Name} ended with an error: {server.Errors.Split('\n')[^2]}")],
            Processes = _crowds.Count,
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var crowd in _crowds)
        {
            crowd.Dispose();
        }

        foreach (var server in _servers)
        {
            if (options.Keep)
            {
                File.WriteAllText(Path.Combine(_folder, $"server-{server.Name}.stderr"), server.Errors);
            }

            server.Dispose();
        }

        if (options.Keep)
        {
            say($"The run's folder stays: {_folder}");
        }
        else
        {
            Directory.Delete(_folder, recursive: true);
        }

        return ValueTask.CompletedTask;
    }

    private async Task MakeServersAsync(CancellationToken stop)
    {
        say($"Setting up {options.Servers} servers");
        for (var number = 0; number < options.Servers; number++)
        {
            stop.ThrowIfCancellationRequested();
            var program = options.Other is { } other && number % 2 == 1 ? Path.Combine(other, "fluister-server") : Programs.Server;
            var folder = Path.Combine(_folder, $"server-{number}");
            _servers.Add(await ServerNode.MakeAsync(number, folder, program).ConfigureAwait(false));
        }

        await Peering.JoinAsync(_servers, _folder).ConfigureAwait(false);
        await Task.WhenAll(_servers.Select(server => server.StartAsync())).ConfigureAwait(false);
    }

    private async Task MakePeopleAsync(CancellationToken stop)
    {
        var invites = await Task.WhenAll(_servers.Select(server => server.InviteAsync(options.Accounts))).ConfigureAwait(false);
        var devices = options.Accounts * (1 + (options.LinkedPercent / 100.0));
        var number = 0;
        foreach (var people in CrowdDivision.Of(options))
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"people-{number++:D2}");
            var plan = new CrowdPlan
            {
                Seed = options.Seed,
                Name = name,
                Accounts = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName,
                Journals = _folder,
                People = people,
                Invites = invites,
                PeopleFile = Path.Combine(_folder, "people.tsv"),
                PerMinute = options.Rate * 60 / devices,
                Correspondents = options.Correspondents,
            };
            var file = Path.Combine(_folder, name + ".json");
            plan.Write(file);
            _crowds.Add(new CrowdProcess(plan, file));
        }

        using var telling = new Timer(
            _ => say($"Registered {_crowds.Sum(crowd => crowd.People.Count)} of {options.Accounts} accounts"), null, Telling, Telling);
        await Parallel.ForEachAsync(
            _crowds,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount), CancellationToken = stop },
            async (crowd, cancel) => await crowd.StartAsync(cancel).ConfigureAwait(false)).ConfigureAwait(false);
        var lines = _crowds.SelectMany(crowd => crowd.People).ToList();
        await File.WriteAllLinesAsync(Path.Combine(_folder, "people.tsv"), lines, stop).ConfigureAwait(false);
        _people = Person.ReadAll(Path.Combine(_folder, "people.tsv"));
        foreach (var crowd in _crowds)
        {
            crowd.Order("people");
        }
    }

    private async Task FaultsAsync(IReadOnlyList<Fault> faults, CancellationToken stop)
    {
        var maker = new FaultMaker(_servers, _crowds, _clock);
        var making = Task.WhenAll(faults.Select(fault => Task.Run(() => maker.MakeAsync(fault, stop), CancellationToken.None)));
        while (_clock.Elapsed < options.Time && !stop.IsCancellationRequested)
        {
            say($"{Clock()} {Counted()}, faults {faults.Count(fault => fault.Began is not null)} of {faults.Count}");
            await Task.WhenAny(Task.Delay(Telling, CancellationToken.None)).ConfigureAwait(false);
        }

        try
        {
            await making.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            say("Ended early; what was written is judged");
        }
    }

    // Until all that is due has come; null where it did not in time.
    private async Task<TimeSpan?> SettleAsync()
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < options.Settling)
        {
            var (due, arrived) = (_crowds.Sum(crowd => crowd.Counts[3]), _crowds.Sum(crowd => crowd.Counts[4]));

            // The counts are quick but may deceive: what came of a message that its killed writer did not note counts too. The journals
            // tell.
            if (arrived >= due && _servers.All(server => Sampler.Waiting(server) == 0) && new Evidence(_people, Journals()).Missing == 0)
            {
                // What comes once more would come now.
                var settled = waited.Elapsed;
                await Task.Delay(Calm).ConfigureAwait(false);
                return settled;
            }

            say($"{Clock()} Settling: {Counted()}, {_servers.Sum(Sampler.Waiting)} items wait at servers");
            await Task.Delay(Telling).ConfigureAwait(false);
        }

        return null;
    }

    private IEnumerable<JournalLine> Journals() =>
        Directory.GetFiles(_folder, "*.log").Order(StringComparer.Ordinal).SelectMany(JournalLine.Read);

    private static async Task EndAsync(CrowdProcess crowd)
    {
        crowd.Order("end");
        await crowd.AwaitAsync("ended").ConfigureAwait(false);
    }

    private string Clock() => string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,5:F0} s");

    private string Counted()
    {
        var sums = Enumerable.Range(0, 5).Select(at => _crowds.Sum(crowd => crowd.Counts[at])).ToList();
        return string.Create(
            CultureInfo.InvariantCulture, $"{sums[1]} messages written, {sums[4]} of {sums[3]} copies delivered, {sums[2]} given up");
    }
}
