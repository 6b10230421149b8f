using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Hosting;
using Fluister.Server.Identity;
using Fluister.Server.Operations;
using Fluister.Wire.Descriptors;
using Microsoft.Data.Sqlite;

namespace Fluister.Simulation.Worlds;

/// <summary>A home server of a world: its keys and files, which outlive its process.</summary>
internal sealed class WorldServer
{
    private const string Database = "db.sqlite";
    private const long MostPages = 1_000_000;
    private static readonly Lazy<X509Certificate2> _certificate = new(() => NetworkAuthority.Create("world", DateTimeOffset.UnixEpoch));

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    // So few messages in a minute that a burst goes beyond; of a peer that the operator limits, half a dozen in an hour.
    private const int Few = 1;

    private readonly string _folder;
    private readonly WorldNetwork _network;
    private readonly Dice _dice;
    private readonly ServerOptions _options;
    private readonly Dictionary<string, long> _losses = [];
    private int _lives;
    private bool _isFull;
    private Held? _stall;
    private string? _copy;

    /// <summary>Makes one that does not run yet.</summary>
    public WorldServer(string name, string folder, WorldNetwork network, Dice dice)
    {
        (Name, _folder, _network, _dice) = (name, Path.Combine(folder, name), network, dice);
        Time = new ServerTime(network.Clock);
        Identity = ServerIdentity.Generate(dice);
        var perPair = dice.Chance(25) ? Few : ServerLimits.MostMessagesPerMinute;
        _options = new ServerOptions
        {
            MessagesPerPair = perPair,
            SealedMessagesPerPair = perPair,
            MessagesPerAddress = ServerLimits.MostMessagesPerMinute,
        };
        network.Add(this);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its domain.</summary>
    public string Domain => $"{Name}.example";

    /// <summary>Its clock.</summary>
    public ServerTime Time { get; }

    /// <summary>Its keys.</summary>
    public ServerIdentity Identity { get; }

    /// <summary>The process that runs; none where none does.</summary>
    public ServerLife? Life { get; private set; }

    /// <summary>The place in the history at which the copy of its files was made; none where there is none.</summary>
    public int? CopiedAt { get; private set; }

    /// <summary>Whether its disk takes its time.</summary>
    public bool IsStalled => _stall is not null;

    /// <summary>Whether it runs, and its disk takes what is written.</summary>
    public bool CanWrite => Life is not null && !IsStalled && !_isFull;

    /// <summary>How many rows a table has; while it runs.</summary>
    public long Count(string table) =>
        Life!.Database.Read(session => session.First($"SELECT COUNT(*) FROM {table}", row => row.GetInt64(0)));

    /// <summary>Its disk writes nothing for a while.</summary>
    public async Task StallAsync(TimeSpan time)
    {
        _stall = await Held.HoldAsync(Life!.Database).ConfigureAwait(false);
        _network.Clock.CreateTimer(_ => Unstall(), null, time, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Its disk has no room for more than is there.</summary>
    public async Task FillDiskAsync()
    {
        _isFull = true;
        await LimitAsync(0).ConfigureAwait(false);
    }

    /// <summary>Its disk is well again.</summary>
    public async Task MendAsync()
    {
        Unstall();
        if (_isFull && Life is not null)
        {
            _isFull = false;
            await LimitAsync(MostPages).ConfigureAwait(false);
        }
    }

    /// <summary>Starts it.</summary>
    public void Start()
    {
        if (Life is null)
        {
            _isFull = false;
            Life = new ServerLife(this, Current, _network, _options, _dice.Fork($"life {_lives}"));
        }
    }

    /// <summary>Ends it in good order.</summary>
    public async Task StopAsync()
    {
        Unstall();
        if (Life is { } life)
        {
            Life = null;
            await life.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends it amid a transaction, without a farewell; its files are then as they were at that moment.</summary>
    /// <param name="dice">Decide what lies behind the log's end: a killed process has often begun to write more.</param>
    public async Task KillAsync(Dice dice)
    {
        if (Life is not { } life)
        {
            return;
        }

        // Behind all that waits for a disk that takes its time: that is in the transaction which is never committed.
        var holding = Held.HoldAsync(life.Database);
        Unstall();
        using (await holding.ConfigureAwait(false))
        {
            life.Kill();
            Life = null;
            var before = Current;
            _lives++;
            Copy(before, Current);
            Tear(dice);
        }

        await life.DisposeAsync().ConfigureAwait(false);
        Directory.Delete(life.Folder, recursive: true);
    }

    /// <summary>Copies the files as they are, as an operator's backup would.</summary>
    public async Task CopyAsync(int at)
    {
        if (Life is { } life)
        {
            _copy = Path.Combine(_folder, "copy");
            CopiedAt = at;
            using (await Held.HoldAsync(life.Database).ConfigureAwait(false))
            {
                Copy(Current, _copy);
            }
        }
    }

    /// <summary>Ends it, and puts the copy in place of its files.</summary>
    public async Task RollBackAsync(Dice dice)
    {
        await KillAsync(dice).ConfigureAwait(false);
        _lives++;
        Copy(_copy!, Current);
    }

    /// <summary>What it says of itself, signed. All of a world trust each other's roots, so that sealed messages cross.</summary>
    public byte[] Describe()
    {
        var said = JsonSerializer.Deserialize<DescriptorJson>(
            Descriptor.Write(new ServerOptions { Domain = Domain }, 443, Identity, null, _certificate.Value, Time.GetUtcNow()), _json)!;
        return SignedDescriptor.Sign(
            JsonSerializer.SerializeToUtf8Bytes(said with { TrustRoots = [.. _network.Roots] }, _json), Identity.Key.Private, _dice);
    }

    /// <summary>Its operator lets another server do something; while it runs.</summary>
    public Task IntroduceAsync(WorldServer other, PeerState state) =>
        Life!.Home.Relay.Peers.AddAsync(other.Identity.Genesis.Public, other.Domain, other.Describe(), state, Time.GetUtcNow());

    /// <summary>Its operator lets another server do something else, with a program of their own.</summary>
    public void Set(WorldServer other, PeerState state)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path.Combine(Current, Database), Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE peer SET state = $state WHERE tag = $tag";
        command.Parameters.AddWithValue("$state", (int)state);
        command.Parameters.AddWithValue("$tag", (long)other.Identity.Tag.Value);
        command.ExecuteNonQuery();
    }

    /// <summary>Of which peers it has newly seen that something was lost between them, by domain; while it runs.</summary>
    public IReadOnlyList<string> TakeLosses()
    {
        var losses = new List<string>();
        foreach (var (domain, lost) in Life!.Database.Read(session =>
            session.Query("SELECT domain, lost FROM peer", row => (row.GetString(0), row.GetInt64(1)))))
        {
            if (lost > _losses.GetValueOrDefault(domain))
            {
                losses.Add(domain);
            }

            _losses[domain] = lost;
        }

        return losses;
    }

    private string Current
    {
        get
        {
            var folder = Path.Combine(_folder, $"life-{_lives}");
            Directory.CreateDirectory(folder);
            return folder;
        }
    }

    private void Unstall() => Interlocked.Exchange(ref _stall, null)?.Dispose();

    // SQLite answers what goes beyond with SQLITE_FULL, as where the disk has no room (sqlite.org/pragma.html#pragma_max_page_count).
    private Task LimitAsync(long pages) => Life!.Database.WriteAsync(session =>
    {
        var limit = pages > 0 ? pages : session.First("PRAGMA page_count", row => row.GetInt64(0));
        session.RunOnce(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {limit}"));
        return true;
    });

    // The log last: what the database has of it, it has too, since the writer that would begin it anew is held.
    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var name in new[] { Database, $"{Database}-wal" })
        {
            File.Delete(Path.Combine(to, name));
            if (File.Exists(Path.Combine(from, name)))
            {
                File.Copy(Path.Combine(from, name), Path.Combine(to, name));
            }
        }
    }

    // Half of a write that was never confirmed.
    private void Tear(Dice dice)
    {
        var log = Path.Combine(Current, $"{Database}-wal");
        if (dice.Chance(50) && File.Exists(log))
        {
            var torn = new byte[dice.Next(1, 9000)];
            dice.Fill(torn);
            using var stream = new FileStream(log, FileMode.Append);
            stream.Write(torn);
        }
    }
}
