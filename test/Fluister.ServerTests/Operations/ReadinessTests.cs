using Fluister.Server;
using Fluister.Server.Hosting;
using Fluister.Server.Operations;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.ServerTests.Operations;

/// <summary>A server is ready when it can do its work, and says otherwise when it cannot.</summary>
public sealed class ReadinessTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly TestClock _clock = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task With_a_certificate_that_does_not_hold_it_is_not_ready()
    {
        await using var database = new SqliteDatabase(":memory:");
        using var authority = NetworkAuthority.Create("Test", _clock.GetUtcNow());
        using var certificate = NetworkAuthority.Issue(authority, "localhost", _clock.GetUtcNow());
        var readiness = new Readiness(database, _clock, null, certificate, CancellationToken.None);
        Assert.True(await readiness.IsReadyAsync());
        _clock.Advance(new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero) - _clock.GetUtcNow());
        Assert.False(await readiness.IsReadyAsync());
    }

    [Fact]
    public async Task Where_writing_fails_it_is_not_ready()
    {
        var file = _temporary["server.sqlite"];
        await using var database = new SqliteDatabase(file);
        var readiness = new Readiness(database, _clock, null, null, CancellationToken.None);
        Assert.True(await readiness.IsReadyAsync());
        await database.WriteAsync(session => session.Run(
            "CREATE TRIGGER broken BEFORE UPDATE ON heartbeat BEGIN SELECT RAISE(ABORT, 'broken'); END"));
        _clock.Advance(ServerLimits.ReadyAge);
        Assert.False(await readiness.IsReadyAsync());
        await database.WriteAsync(session => session.Run("DROP TRIGGER broken"));
        _clock.Advance(ServerLimits.ReadyAge);
        Assert.True(await readiness.IsReadyAsync());
    }

    [Fact]
    public async Task Where_the_database_does_not_come_round_it_is_not_ready()
    {
        await using var database = new SqliteDatabase(":memory:");
        var readiness = new Readiness(database, _clock, null, null, CancellationToken.None);
        using var held = new ManualResetEventSlim();
        var holding = database.WriteAsync(_ => held.Wait(TimeSpan.FromMinutes(1)));
        var asked = readiness.IsReadyAsync();
        Assert.True(SpinWait.SpinUntil(() => _clock.Timers == 1, TimeSpan.FromMinutes(1)));
        _clock.Advance(ServerLimits.Ready);
        Assert.False(await asked);
        held.Set();
        Assert.True(await holding);
    }

    [Fact]
    public async Task Many_who_ask_at_once_cost_one_write_a_second()
    {
        await using var database = new SqliteDatabase(":memory:");
        var readiness = new Readiness(database, _clock, null, null, CancellationToken.None);
        for (var second = 1; second <= 3; second++)
        {
            for (var i = 0; i < 50; i++)
            {
                Assert.True(await readiness.IsReadyAsync());
            }

            Assert.Equal(second, database.Read(session => session.First("SELECT beats FROM heartbeat", row => row.GetInt32(0))));
            _clock.Advance(ServerLimits.ReadyAge);
        }
    }

    [Fact]
    public async Task Once_asked_to_stop_it_is_not_ready()
    {
        await using var database = new SqliteDatabase(":memory:");
        using var stopping = new CancellationTokenSource();
        var readiness = new Readiness(database, _clock, null, null, stopping.Token);
        Assert.True(await readiness.IsReadyAsync());
        await stopping.CancelAsync();
        Assert.False(await readiness.IsReadyAsync());
    }
}
