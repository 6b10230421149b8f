using System.Globalization;

namespace Fluister.Simulation.Network;

/// <summary>A process of people: real clients, which it registers or opens, and which write by the plan. Orders come by standard input, a
/// line each; what it says goes to standard output.</summary>
internal sealed class Crowd : IDisposable
{
    private const int AtOnce = 2;
    private static readonly TimeSpan Telling = TimeSpan.FromMilliseconds(500);

    private readonly CrowdPlan _plan;
    private readonly CrowdScene _scene;
    private readonly Dictionary<MemberName, Member> _members;
    private readonly CancellationTokenSource _hush = new();
    private readonly Lock _output = new();
    private Task _writing = Task.CompletedTask;

    /// <summary>Prepares the process's next life.</summary>
    public Crowd(CrowdPlan plan)
    {
        _plan = plan;
        var journals = Directory.GetFiles(plan.Journals, $"{plan.Name}.*.log").Order(StringComparer.Ordinal).ToList();
        var journal = Path.Combine(
            plan.Journals, string.Create(CultureInfo.InvariantCulture, $"{plan.Name}.{journals.Count:D4}.log"));
        _scene = new CrowdScene(new Journal(journal), new Ledger());
        if (File.Exists(plan.PeopleFile))
        {
            _scene.People = Person.ReadAll(plan.PeopleFile);
            _scene.Ledger.Take(journals, _scene.People);
        }

        _members = plan.People
            .SelectMany(person => Enumerable.Range(1, person.Devices).Select(device => Member(new(person.Account, device), person.IsLight)))
            .ToDictionary(member => member.Name);
    }

    /// <summary>Lives until it is told to end.</summary>
    public async Task RunAsync(TextReader orders)
    {
        if (_scene.People.Count == 0)
        {
            await Parallel.ForEachAsync(_plan.People, Limits(), async (person, _) => await EnrolAsync(person)).ConfigureAwait(false);
        }
        else
        {
            await Parallel.ForEachAsync(_members.Values, Limits(), (member, _) =>
            {
                member.Open();
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
        }

        Say("ready");
        using var telling = new Timer(_ => Count(), null, Telling, Telling);
        while (await orders.ReadLineAsync().ConfigureAwait(false) is { } order)
        {
            if (!await FollowAsync(order.Split(' ')).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var member in _members.Values)
        {
            member.Dispose();
        }

        _hush.Dispose();
        _scene.Journal.Dispose();
    }

    private static ParallelOptions Limits() => new() { MaxDegreeOfParallelism = AtOnce };

    private Member Member(MemberName name, bool isLight) =>
        isLight ? new LightMember(name, Folder(name), _scene) : new RealMember(name, Folder(name), _scene);

    private string Folder(MemberName name) => Path.Combine(_plan.Accounts, name.ToString());

    private async Task EnrolAsync(PlannedPerson planned)
    {
        var names = Enumerable.Range(1, planned.Devices).Select(device => new MemberName(planned.Account, device)).ToList();
        var (person, clients) = await Enrolment.EnrolAsync(planned, _plan.Invites[planned.Server], [.. names.Select(Folder)])
            .ConfigureAwait(false);
        foreach (var (name, client) in names.Zip(clients))
        {
            if (_members[name] is RealMember real)
            {
                real.Take(client);
                continue;
            }

            await client.DisposeAsync().ConfigureAwait(false);
            _members[name].Open();
        }

        Say($"person\t{person}");
    }

    // False at the end.
    private async Task<bool> FollowAsync(string[] order)
    {
        switch (order[0])
        {
            case "people":
                _scene.People = Person.ReadAll(_plan.PeopleFile);
                return true;
            case "write":
                var plan = new Plan(_plan.Seed, _scene.People, _plan.Correspondents, _plan.PerMinute);
                _writing = Task.WhenAll(_members.Values.Select(member => Task.Run(() => WriteAsync(member, plan))));
                return true;
            case "hush":
                await _hush.CancelAsync().ConfigureAwait(false);
                await _writing.ConfigureAwait(false);
                Count();
                Say("hushed");
                return true;
            case "die":
                SuddenEnd.Arm(order[1]);
                return true;
            case "away":
                var pause = TimeSpan.FromMilliseconds(int.Parse(order[2], CultureInfo.InvariantCulture));
                var member = _members[MemberName.Parse(order[1])];
                _ = Task.Run(() => Guarded(() => member.GoAwayAsync(pause)));
                return true;
            default:
                await Parallel.ForEachAsync(_members.Values, Limits(), async (one, _) =>
                {
                    await one.CloseAsync().ConfigureAwait(false);
                    one.Show();
                }).ConfigureAwait(false);
                Say("ended");
                return false;
        }
    }

    private async Task WriteAsync(Member member, Plan plan)
    {
        var correspondents = plan.CorrespondentsOf(member.Name.Account);
        try
        {
            for (var number = _scene.Ledger.LastOf(member.Name) + 1; ; number++)
            {
                var message = new MessageName(member.Name, number);
                var planned = plan.Message(message, correspondents);
                await Task.Delay(planned.Pause, _hush.Token).ConfigureAwait(false);
                await member.WriteAsync(message, planned, _hush.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }
        catch (Exception wrong)
        {
            Say($"wrong\t{member.Name}: {wrong.GetType().Name} {wrong.Message.ReplaceLineEndings(" ")}");
            throw;
        }
    }

    private async Task Guarded(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception wrong)
        {
            Say($"wrong\t{wrong.GetType().Name} {wrong.Message.ReplaceLineEndings(" ")}");
            throw;
        }
    }

    private void Count()
    {
        var counts = _scene.Ledger.Counts;
        Say(string.Create(
            CultureInfo.InvariantCulture, $"count\t{counts.Wrote}\t{counts.Kept}\t{counts.Failed}\t{counts.Due}\t{counts.Arrived}"));
    }

    private void Say(string line)
    {
        lock (_output)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
