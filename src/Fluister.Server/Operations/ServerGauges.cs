using System.Diagnostics.Metrics;
using Fluister.Server.Stores;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Operations;

/// <summary>What a server looks up when it is asked how things stand: its backlog, its sockets, its disk.</summary>
internal sealed class ServerGauges : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);

    public ServerGauges(HomeServer server, DataFolder folder)
    {
        _meter.CreateObservableGauge("fluister.sockets", () => server.Connected.Count, "{socket}", "Devices that are connected");
        _meter.CreateObservableGauge(
            "fluister.mailboxes.backlog", () => Count(server), "{message}", "Messages that wait for their devices");
        _meter.CreateObservableGauge(
            "fluister.peers.outbox", () => Outbox(server, (items, _) => items), "{item}", "What waits for a peer, by its tag");
        _meter.CreateObservableGauge(
            "fluister.peers.outbox.age", () => Outbox(server, (_, age) => age), "s", "Since when something waits for a peer, by its tag");
        _meter.CreateObservableGauge(
            "fluister.disk.free", () => new DriveInfo(folder.Path).AvailableFreeSpace, "By", "Room on the disk of the data folder");
        _meter.CreateObservableGauge("fluister.database.size", () => Size(folder.Database), "By", "The database");
        _meter.CreateObservableGauge("fluister.database.log.size", () => Size($"{folder.Database}-wal"), "By", "The database's log");
    }

    /// <summary>Ends the measuring.</summary>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Count(HomeServer server)
    {
        try
        {
            return [new(server.Mailboxes.Count())];
        }
        catch (Exception unwell) when (unwell is SqliteException or StoreException)
        {
            return [];
        }
    }

    private static IEnumerable<Measurement<long>> Outbox(HomeServer server, Func<long, long, long> value)
    {
        try
        {
            var now = server.Time.GetUtcNow();
            return [.. server.Relay.Outbox.Backlogs().Select(backlog => new Measurement<long>(
                value(backlog.Items, (long)(now - backlog.Since).TotalSeconds),
                new KeyValuePair<string, object?>("peer", $"{backlog.Peer}")))];
        }
        catch (Exception unwell) when (unwell is SqliteException or StoreException)
        {
            return [];
        }
    }

    private static long Size(string file) => new FileInfo(file) is { Exists: true } there ? there.Length : 0;
}
