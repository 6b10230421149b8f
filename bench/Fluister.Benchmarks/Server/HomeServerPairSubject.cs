using System.Globalization;
using Fluister.Server;
using Fluister.Server.Operations;
using Microsoft.Data.Sqlite;

namespace Fluister.Benchmarks.Server;

/// <summary>Two of our home servers in one network: who sends is at the one, who reads at the other; or both at the one, for what the way
/// between adds; or while a third floods an account of the reader's server.</summary>
internal sealed class HomeServerPairSubject(bool isSealed, bool isLocal, bool isFlooded = false) : Subject
{
    // Sealed messages that may come from a peer to one account, and sixty times as many at once: enough for what the pairs send in the
    // open modes, and little beside a flood.
    private const int HonestPerMinute = 20;
    private readonly int _nearPort = Ports.Free();
    private readonly int _farPort = Ports.Free();
    private Guid[] _senders = [];
    private Guid[] _readers = [];
    private ServerProcess? _far;
    private byte[] _farDescriptor = [];

    /// <inheritdoc/>
    protected override double Cpu => Process!.Cpu + _far!.Cpu;

    /// <inheritdoc/>
    protected override string LastLines => Process!.LastLines + _far!.LastLines;

    private DataFolder Near => new(Path.Combine(Folder, "near"));

    private DataFolder Far => new(Path.Combine(Folder, "far"));

    private DataFolder Liar => new(Path.Combine(Folder, "liar"));

    private static string Program => HomeServerSubject.Program;

    /// <inheritdoc/>
    protected override async Task LaunchAsync(int pairs)
    {
        SetUp(Near, "a.localhost", _nearPort);
        SetUp(Far, "b.localhost", _farPort, isFlooded ? HonestPerMinute : ServerLimits.MostMessagesPerMinute);
        Join(Near, Far);
        _senders = await BenchAccounts.FillAsync(Near, 2 * pairs);
        _readers = isLocal ? _senders[pairs..] : await BenchAccounts.FillAsync(Far, pairs + 1);
        (Process, _) = await ServerProcess.StartAsync(Program, "serve", "--data", Near.Path);
        if (isFlooded)
        {
            SetUp(Liar, "liar.localhost", Ports.Free());
            Child.Run(Program, ["peer", "add", Keep(Liar, "descriptor", "descriptor", "--data", Liar.Path), "--data", Far.Path]);
        }

        (_far, _) = await ServerProcess.StartAsync(Program, "serve", "--data", Far.Path);
        if (isFlooded)
        {
            _farDescriptor = await File.ReadAllBytesAsync(Keep(Far, "descriptor", "descriptor", "--data", Far.Path));
        }
    }

    /// <inheritdoc/>
    protected override Task<Chat> PairAsync(int number) => SignalChat.PairAsync(
        _nearPort, _senders[number], _readers[number], isSealed, readerPort: isLocal ? _nearPort : _farPort);

    /// <inheritdoc/>
    protected override Task<Chat> AwayAsync(int number, int round) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override async Task SettleAsync()
    {
        // What floods an account stays in its mailbox.
        if (isFlooded)
        {
            return;
        }

        while (Waiting(Near) + Waiting(Far) > 0)
        {
            await Task.Delay(2);
        }
    }

    /// <inheritdoc/>
    protected override IAsyncDisposable? Disturb() => isFlooded ? new Flood(Liar, Far, _farDescriptor, _readers[^1]).Start() : null;

    /// <inheritdoc/>
    protected override async ValueTask DisposeMoreAsync()
    {
        if (_far is not null)
        {
            await _far.DisposeAsync();
        }
    }

    private static void SetUp(DataFolder folder, string domain, int port, int perMinute = ServerLimits.MostMessagesPerMinute)
    {
        var options = new ServerOptions
        {
            Domain = domain,
            Address = "127.0.0.1",
            Port = port,
            Url = string.Create(CultureInfo.InvariantCulture, $"https://localhost:{port}"),
        };
        BenchAccounts.SetUp(folder, options, perMinute);
    }

    // As operators do it, before there are accounts: one network root, and each is the other's peer.
    private void Join(params DataFolder[] servers)
    {
        var root = Path.Combine(Folder, "network.root");
        Child.Run(Program, ["network", "create", root]);
        foreach (var server in servers)
        {
            var request = Keep(server, "request", "network", "request", "--data", server.Path);
            var member = Keep(server, "member", "network", "sign", "--root", root, request);
            Child.Run(Program, ["network", "join", member, "--data", server.Path]);
        }

        foreach (var (server, other) in servers.Zip(servers.Reverse()))
        {
            var descriptor = Keep(other, "descriptor", "descriptor", "--data", other.Path);
            Child.Run(Program, ["peer", "add", descriptor, "--data", server.Path]);
        }
    }

    private static string Keep(DataFolder server, string what, params string[] arguments)
    {
        var file = $"{server.Path}.{what}";
        File.WriteAllText(file, Child.Run(Program, arguments).Output);
        return file;
    }

    private static long Waiting(DataFolder server)
    {
        using var connection = new SqliteConnection($"Data Source={server.Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT (SELECT count(*) FROM letter) + (SELECT count(*) FROM outbox)";
        return (long)command.ExecuteScalar()!;
    }
}
