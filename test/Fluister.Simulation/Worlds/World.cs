using System.Collections.Concurrent;
using System.Globalization;
using Fluister.Server.Federation;
using Fluister.Simulation.Histories;

namespace Fluister.Simulation.Worlds;

/// <summary>Home servers and people with devices, made of a seed: what happens, and when, and what goes wrong.</summary>
/// <remarks>The seed decides what is done, in which order and at which times of the world's clock, and what the network does to each
/// request. It does not decide how the threads of one server interleave: the world waits until nothing is being worked on before it goes
/// on, but where two requests are worked on at once either may be first.</remarks>
internal sealed partial class World : IAsyncDisposable
{
    // Files in memory, where the system has a place for them: what is there is not for a disk, and each world writes thousands of times.
    private const string InMemory = "/dev/shm";

    private readonly string _folder;
    private readonly Dice _dice;
    private readonly List<WorldServer> _servers = [];
    private readonly List<WorldAccount> _accounts = [];
    private readonly ConcurrentDictionary<string, DeviceName> _senders = [];
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly Action<string>? _trace;
    private int _registration = 1000;
    private int _receipts;
    private int _names;

    private World(int seed, WorldOptions options, Action<string>? trace)
    {
        (Seed, Options, _trace) = (seed, options, trace);
        _dice = new Dice((ulong)seed);
        _folder = Directory.Exists(InMemory)
            ? Directory.CreateDirectory(Path.Combine(InMemory, $"fluister-world-{Guid.NewGuid():N}")).FullName
            : Directory.CreateTempSubdirectory("fluister-world-").FullName;
        Network = new WorldNetwork(Clock);
    }

    /// <summary>What it is made of.</summary>
    public int Seed { get; }

    /// <summary>What it is made of besides.</summary>
    public WorldOptions Options { get; }

    /// <summary>What senders and receivers saw.</summary>
    public History History { get; } = new();

    /// <summary>Its time.</summary>
    public WorldClock Clock { get; } = new();

    /// <summary>What is between its servers.</summary>
    public WorldNetwork Network { get; }

    /// <summary>Makes a world, lets everything happen, mends it, waits until everything has arrived, and judges.</summary>
    /// <param name="seed">Decides what happens.</param>
    /// <param name="options">What it is made of.</param>
    /// <param name="trace">Told what happens; nobody by default.</param>
    public static async Task<WorldResult> RunAsync(int seed, WorldOptions options, Action<string>? trace = null)
    {
        var world = new World(seed, options, trace);
        await using (world.ConfigureAwait(false))
        {
            try
            {
                await world.LiveAsync().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to this seed.
            catch (Exception failed)
#pragma warning restore CA1031
            {
                world.Fail(failed.ToString());
            }

            return world.Judge();
        }
    }

    /// <summary>A number that no device has drawn yet.</summary>
    public int NextRegistration() => ++_registration;

    /// <summary>The account with an id, if the world has it.</summary>
    public WorldAccount? Find(Guid aci) => _accounts.Find(account => account.Aci == aci);

    /// <summary>Remembers whose a message is.</summary>
    public void NoteSender(string message, DeviceName sender) => _senders[message] = sender;

    /// <summary>Whose a message is.</summary>
    public DeviceName? SenderOf(string? message) => message is not null && _senders.TryGetValue(message, out var sender) ? sender : null;

    /// <summary>A server has told a sender that a message was delivered.</summary>
    public void CountReceipt() => Interlocked.Increment(ref _receipts);

    /// <summary>Something happened that must not, besides what the history shows.</summary>
    public void Fail(string what)
    {
        Note($"FAILED: {what}");
        _failures.Enqueue(what);
    }

    /// <summary>Tells what happens.</summary>
    public void Note(string what) =>
        _trace?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{Clock.GetUtcNow():HH:mm:ss.fff} [{History.Count}] {what}"));

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.StopAsync().ConfigureAwait(false);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task LiveAsync()
    {
        await BeginAsync().ConfigureAwait(false);
        for (var step = 0; step < Options.Steps && _failures.IsEmpty; step++)
        {
            await StepAsync().ConfigureAwait(false);
        }

        await MendAsync().ConfigureAwait(false);
        await DrainAsync().ConfigureAwait(false);
    }

    private async Task BeginAsync()
    {
        for (var i = 0; i < Options.Servers; i++)
        {
            var name = ((char)('a' + i)).ToString();
            _servers.Add(new WorldServer(name, _folder, Network, _dice.Fork($"server {name}")));
            _servers[i].Start();
        }

        foreach (var (server, other) in _servers.SelectMany(server => _servers.Where(one => one != server), (one, two) => (one, two)))
        {
            await server.IntroduceAsync(other, _dice.Chance(20) ? PeerState.Limit : PeerState.Allow).ConfigureAwait(false);
        }

        for (var i = 0; i < Options.Accounts; i++)
        {
            await RegisterAsync(_servers[i % _servers.Count]).ConfigureAwait(false);
        }
    }

    private async Task RegisterAsync(WorldServer server)
    {
        var account = new WorldAccount(this, server, $"p{_names++}", _dice.Fork($"account {_names}"));
        _accounts.Add(account);
        await account.RegisterAsync(_dice.Next(1, 3)).ConfigureAwait(false);
        foreach (var device in account.Devices.Where(_ => _dice.Chance(70)))
        {
            device.Connect();
        }
    }

    private WorldResult Judge() => new(Seed, Options, Checker.Judge(History.Events), [.. _failures], _receipts, History.Events);
}
