using System.Diagnostics;

namespace Fluister.Benchmarks.Server;

/// <summary>One server that is measured, with the clients that are connected to it.</summary>
internal abstract class Subject : IAsyncDisposable
{
    /// <summary>Members of the group that a message goes to.</summary>
    public const int Members = 100;

    private const int Backlog = 1000;
    private const int ConnectedAtOnce = 10;
    private const int WindowOffline = 16;
    private const int WindowGroup = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan OfflineTime = TimeSpan.FromSeconds(10);
    private readonly TemporaryFolder _folder = new();
    private IReadOnlyList<Chat> _pairs = [];
    private Chat? _group;

    /// <summary>What it is called in tables.</summary>
    public required string Name { get; init; }

    /// <summary>Which software is not installed, and how it would be; none where all is there.</summary>
    public virtual string? Missing => null;

    /// <summary>Where it keeps what it keeps.</summary>
    protected string Folder => _folder.Path;

    /// <summary>The server.</summary>
    protected ServerProcess? Process { get; set; }

    /// <summary>Seconds of the processor that the server has taken, with all that it needs.</summary>
    protected virtual double Cpu => Process!.Cpu;

    /// <summary>What the server has said last.</summary>
    protected virtual string LastLines => Process!.LastLines;

    /// <summary>Starts the server and connects pairs.</summary>
    public async Task StartAsync(int pairs)
    {
        await LaunchAsync(pairs);
        _pairs = await SomeAtATimeAsync(Enumerable.Range(0, pairs), PairAsync);
    }

    /// <summary>Sends for a time with so many messages under way in each pair, and waits until all are done.</summary>
    public Task<Load> ClosedAsync(int window, TimeSpan time) => MeasureAsync(_pairs, () => SendAsync(_pairs, window, time));

    /// <summary>Offers so many messages a second, and waits until all that were sent are done.</summary>
    public async Task<Load> OpenAsync(int perSecond, TimeSpan time)
    {
        var late = 0;
        var load = await MeasureAsync(_pairs, async () => late = await Pacer.RunAsync(_pairs, perSecond, time));
        return load with { Unsent = load.Unsent + late };
    }

    /// <summary>Sends to a group, and counts what reaches its members; none where there are no groups.</summary>
    public async Task<Load?> GroupAsync(TimeSpan time)
    {
        _group ??= await ConnectGroupAsync();
        return _group is null ? null : await MeasureAsync([_group], () => SendAsync([_group], WindowGroup, time), Members);
    }

    /// <summary>Sends to readers who are away, until each has a thousand messages or ten seconds are over; then they come and fetch them.
    /// Their coming counts, from where the server must deliver.</summary>
    public async Task<(Load Store, Load? Fetch)> OfflineAsync(int round)
    {
        var chats = await SomeAtATimeAsync(Enumerable.Range(0, _pairs.Count), number => AwayAsync(number, round));
        try
        {
            var store = await MeasureAsync(chats, () => SendAsync(chats, WindowOffline, OfflineTime, Backlog), isSettled: false);
            if (!await ReturnAsync(chats))
            {
                return (store, null);
            }

            var messages = chats.Sum(chat => chat.Missing);
            var fetch = await MeasureAsync(chats, async () =>
            {
                await Task.WhenAll(chats.Select(chat => chat.FetchAsync()));
                await WaitAsync(chats, chat => chat.Missing);
            });
            // How long they waited says nothing.
            return (store, fetch with { Messages = (int)messages, P50 = null, P99 = null, Most = null });
        }
        finally
        {
            foreach (var chat in chats)
            {
                chat.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var chat in _pairs)
        {
            chat.Dispose();
        }

        _group?.Dispose();
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }

        await DisposeMoreAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the server, for so many pairs.</summary>
    protected abstract Task LaunchAsync(int pairs);

    /// <summary>Connects one who sends and one who reads.</summary>
    protected abstract Task<Chat> PairAsync(int number);

    /// <summary>Connects one who sends to one who is away.</summary>
    protected abstract Task<Chat> AwayAsync(int number, int round);

    /// <summary>Connects readers who were away, as far as nothing is delivered yet; false where they cannot come.</summary>
    protected virtual async Task<bool> ReturnAsync(IReadOnlyList<Chat> chats)
    {
        await SomeAtATimeAsync(chats, async chat =>
        {
            await chat.ReturnAsync();
            return true;
        });
        return true;
    }

    /// <summary>Connects the members of a group, and who sends to it.</summary>
    protected virtual Task<Chat?> ConnectGroupAsync() => Task.FromResult<Chat?>(null);

    /// <summary>Waits until the server has heard all acknowledgements, where it can be asked.</summary>
    protected virtual Task SettleAsync() => Task.CompletedTask;

    /// <summary>Begins what goes on while it is measured.</summary>
    protected virtual IAsyncDisposable? Disturb() => null;

    /// <summary>Ends what there is besides the server.</summary>
    protected virtual ValueTask DisposeMoreAsync() => ValueTask.CompletedTask;

    // All at once, connections come faster than some servers take them.
    private static async Task<TResult[]> SomeAtATimeAsync<T, TResult>(IEnumerable<T> all, Func<T, Task<TResult>> connect)
    {
        var results = new List<TResult>();
        foreach (var some in all.Chunk(ConnectedAtOnce))
        {
            results.AddRange(await Task.WhenAll(some.Select(connect)));
        }

        return [.. results];
    }

    private static async Task SendAsync(IReadOnlyList<Chat> chats, int window, TimeSpan time, int most = int.MaxValue)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var chat in chats)
        {
            chat.Start(window, start + (long)(time.TotalSeconds * Stopwatch.Frequency), most);
        }

        // Some may have all that they should before the time is over.
        while (Stopwatch.GetElapsedTime(start) < time && chats.Any(chat => chat.UnderWay > 0))
        {
            await Task.Delay(2);
        }
    }

    private async Task WaitAsync(IReadOnlyList<Chat> chats, Func<Chat, long> left)
    {
        var start = Stopwatch.GetTimestamp();
        while (chats.Any(chat => left(chat) > 0))
        {
            foreach (var chat in chats)
            {
                chat.ThrowIfFailed();
            }

            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"{chats.Sum(left)} messages have not come in {Patience.TotalSeconds} s. {LastLines}");
            }

            await Task.Delay(1);
        }
    }

    private async Task<Load> MeasureAsync(IReadOnlyList<Chat> chats, Func<Task> send, int copies = 1, bool isSettled = true)
    {
        await using var disturbance = Disturb();
        var (server, client, start) = (Cpu, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var done = chats.Sum(chat => chat.Done);
        await send();
        var unsent = chats.Sum(chat => chat.Stop());
        await WaitAsync(chats, chat => chat.UnderWay);
        if (isSettled)
        {
            await SettleAsync().WaitAsync(Patience);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        (server, var taken) = (Cpu - server, (Environment.CpuUsage.TotalTime - client).TotalSeconds);
        long[] times = [.. chats.SelectMany(chat => chat.TakeTimes()).Order()];
        double? Part(double share) => times.Length == 0 ? null : times[(int)(share * (times.Length - 1))] * 1e3 / Stopwatch.Frequency;
        return new Load(
            (int)(chats.Sum(chat => chat.Done) - done) * copies, unsent, seconds, Part(0.5), Part(0.99), Part(1), server, taken);
    }
}
