using System.Collections.Concurrent;
using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Server.Federation;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Descriptors;
using Microsoft.Data.Sqlite;

namespace Fluister.ServerTests.Federation;

/// <summary>Two home servers in one process that know each other, with one clock; what is between them may be cut.</summary>
internal sealed class ServerPair : IAsyncDisposable
{
    private readonly Dictionary<TestServer, (CancellationTokenSource Stopping, Task Relaying)> _relaying = [];
    private readonly Dictionary<TestServer, string> _files = [];
    private readonly ServerOptions? _options;
    private int _busy;

    private ServerPair(ServerOptions? options, TemporaryFolder? folder)
    {
        _options = options;
        Here = Make(() => There!, folder?["here.sqlite"]);
        There = Make(() => Here, folder?["there.sqlite"]);
    }

    /// <summary>One of them.</summary>
    public TestServer Here { get; private set; }

    /// <summary>The other.</summary>
    public TestServer There { get; private set; }

    /// <summary>Their clock.</summary>
    public TestClock Clock { get; } = new();

    /// <summary>Whether nothing goes from one to the other.</summary>
    public bool IsCut { get; set; }

    /// <summary>What was asked, by the last part of the path.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>What becomes of a question, given its name; the last asks it.</summary>
    public Func<string, HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>>? Meddle { get; set; }

    /// <summary>Begins; with both relaying, unless a test does that itself.</summary>
    /// <param name="state">What each lets the other do.</param>
    /// <param name="relay">Whether they send.</param>
    /// <param name="options">Their settings; roomy ones by default.</param>
    /// <param name="folder">Where their databases are, so that they can begin anew; in memory by default.</param>
    /// <param name="isOneNetwork">Whether the accounts of each believe the sender certificates of the other.</param>
    public static async Task<ServerPair> StartAsync(
        PeerState state = PeerState.Allow,
        bool relay = true,
        ServerOptions? options = null,
        TemporaryFolder? folder = null,
        bool isOneNetwork = true)
    {
        var pair = new ServerPair(options, folder);
        await pair.IntroduceAsync(pair.Here, pair.There, "there.example", state, isOneNetwork);
        await pair.IntroduceAsync(pair.There, pair.Here, "here.example", state, isOneNetwork);
        if (relay)
        {
            pair.Relay(pair.Here);
            pair.Relay(pair.There);
        }

        return pair;
    }

    /// <summary>Whether something is under way from one to the other.</summary>
    public bool IsBusy => Volatile.Read(ref _busy) > 0;

    /// <summary>A server has something under way to the other: a test is not to hurry the clock.</summary>
    public IDisposable Enter() => new Asking(this);

    /// <summary>Moves the clock on, a second at a time, until something is so.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            if (!IsBusy)
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
            }

            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Changes what one of them lets the other do, as the operator's program does.</summary>
    public static async Task SetAsync(TestServer server, PeerState state)
    {
        await server.Database.WriteAsync(session => session.Run("UPDATE peer SET state = ?1", (int)state));
        ((IDatabaseFollower)server.Home.Relay.Peers).ChangedElsewhere();
    }

    /// <summary>One of them stops, its database is perhaps another afterwards, and it begins anew.</summary>
    /// <param name="server">Which.</param>
    /// <param name="meanwhile">Given the database's file.</param>
    public async Task RestartAsync(TestServer server, Action<string>? meanwhile = null)
    {
        var file = _files[server];
        await StopAsync(server);
        meanwhile?.Invoke(file);
        var again = Make(server == Here ? () => There : () => Here, file, server);
        (Here, There) = server == Here ? (again, There) : (Here, again);
        Relay(again);
    }

    /// <summary>Keeps a copy of a database.</summary>
    public void BackUp(TestServer server, string to)
    {
        using var connection = new SqliteConnection($"Data Source={_files[server]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO $to";
        command.Parameters.AddWithValue("$to", to);
        command.ExecuteNonQuery();
    }

    /// <summary>Puts a copy in a database's place, while nobody has it open.</summary>
    public static void Restore(string from, string to)
    {
        File.Copy(from, to, overwrite: true);
        File.Delete(to + "-wal");
        File.Delete(to + "-shm");
    }

    /// <summary>Ends both.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(Here);
        await StopAsync(There);
    }

    private void Relay(TestServer server)
    {
        var stopping = new CancellationTokenSource();
        _relaying[server] = (stopping, server.Home.Relay.RunAsync(stopping.Token));
    }

    private async Task StopAsync(TestServer server)
    {
        if (_relaying.Remove(server, out var relaying))
        {
            await relaying.Stopping.CancelAsync();
#pragma warning disable VSTHRD003 // It was started here.
            await relaying.Relaying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
#pragma warning restore VSTHRD003
            relaying.Stopping.Dispose();
        }

        await server.DisposeAsync();
    }

    private TestServer Make(Func<TestServer> other, string? file, TestServer? again = null)
    {
        var server = new TestServer(
            connect: _ => new InBetween(this, new PeerHandler(other, () => IsCut)),
            clock: Clock,
            options: _options,
            database: file ?? ":memory:",
            identity: again?.Identity);
        if (file is not null)
        {
            _files[server] = file;
        }

        return server;
    }

    private Task IntroduceAsync(TestServer to, TestServer server, string domain, PeerState state, bool isOneNetwork)
    {
        var signed = server.Describe(domain: domain);
        if (isOneNetwork)
        {
            var said = SignedDescriptor.Read(signed, server.Key)!;
            said = said with { TrustRoots = [.. said.TrustRoots, to.Identity.Root.Public.Serialized.ToArray()] };
            signed = SignedDescriptor.Sign(
                JsonSerializer.SerializeToUtf8Bytes(said, DescriptorJsonContext.Default.DescriptorJson),
                server.Identity.Genesis.Private,
                RandomSource.System);
        }

        return to.Home.Relay.Peers.AddAsync(server.Key, domain, signed, state, Clock.GetUtcNow());
    }

    private sealed class Asking : IDisposable
    {
        private readonly ServerPair _pair;

        public Asking(ServerPair pair) => Interlocked.Increment(ref (_pair = pair)._busy);

        public void Dispose() => Interlocked.Decrement(ref _pair._busy);
    }
}
