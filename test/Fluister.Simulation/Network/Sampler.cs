using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Fluister.Simulation.Network;

/// <summary>Measures servers and people, from /proc and from the servers' databases; nothing that they say of themselves.</summary>
internal sealed class Sampler(IReadOnlyList<ServerNode> servers, IReadOnlyList<CrowdProcess> crowds, Stopwatch clock)
{
    private const double TicksPerSecond = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, double> _cpu = [];
    private double _last;

    /// <summary>What was measured.</summary>
    public List<Sample> Samples { get; } = [];

    /// <summary>Measures every second until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var now = clock.Elapsed.TotalSeconds;
            var passed = Math.Max(now - _last, 0.001);
            _last = now;
            var measured = servers.Select(server =>
            {
                var (memory, cpu) = Measure(server.Process, passed);
                return new ServerSample(memory, cpu, Outbox(server));
            }).ToList();
            var people = crowds.Select(crowd => Measure(crowd.Process, passed)).ToList();
            Samples.Add(new Sample(now, measured, people.Sum(one => one.Memory), people.Sum(one => one.Cpu)));
            await Task.Delay(Pause, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Items that wait in a server's outbox; 0 where it does not run.</summary>
    public static long Outbox(ServerNode server) => Count(server, "SELECT COUNT(*) FROM outbox");

    /// <summary>Items that wait in a server's outbox, and letters in its mailboxes; 0 where it does not run.</summary>
    public static long Waiting(ServerNode server) =>
        Count(server, "SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM letter)");

    // Only while the server runs: who opens the database of one that was killed has its log to go through, and must not be in the way of
    // the server's own start.
    private static long Count(ServerNode server, string sql)
    {
        if (server.Process is null)
        {
            return 0;
        }

        try
        {
            using var database = new SqliteConnection($"Data Source={server.Database};Mode=ReadOnly;Pooling=False");
            database.Open();
            using var count = database.CreateCommand();
            count.CommandText = sql;
            return (long)count.ExecuteScalar()!;
        }
        catch (SqliteException)
        {
            return 0;
        }
    }

    private (long Memory, double Cpu) Measure(Process? process, double passed)
    {
        try
        {
            var id = process?.Id ?? 0;
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            var pages = long.Parse(fields[21], CultureInfo.InvariantCulture);
            var used = ticks / TicksPerSecond;
            var cpu = _cpu.TryGetValue(id, out var before) ? (used - before) / passed : 0;
            _cpu[id] = used;
            return (pages * Environment.SystemPageSize, cpu);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            return (0, 0);
        }
    }
}
