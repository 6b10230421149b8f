using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Simulation.Histories;

namespace Fluister.Simulation.Worlds;

// What goes wrong, and comes right again.
internal sealed partial class World
{
    private bool _wereClocksSet;

    private async Task FaultAsync()
    {
        var server = _dice.Pick(_servers);
        if (Options.RollsBack && server.CanWrite && _dice.Chance(40))
        {
            if (server.CopiedAt is { } copied && _dice.Chance(50))
            {
                await RollBackAsync(server, copied).ConfigureAwait(false);
            }
            else
            {
                Note($"{server.Name} is copied");
                await server.CopyAsync(History.Count).ConfigureAwait(false);
            }

            return;
        }

        switch (_dice.Next(18))
        {
            case < 6 when server.Life is null:
                Note($"{server.Name} starts");
                server.Start();
                break;
            case < 4:
                if (server.CanWrite && _dice.Chance(60))
                {
                    await BusyAsync(server).ConfigureAwait(false);
                }

                Note($"{server.Name} is killed");
                await server.KillAsync(_dice).ConfigureAwait(false);
                if (_dice.Chance(60))
                {
                    Note($"{server.Name} starts at once");
                    server.Start();
                }

                break;
            case 4 when !server.IsStalled:
                Note($"{server.Name} ends in good order");
                await server.StopAsync().ConfigureAwait(false);
                break;
            case 5 when server.CanWrite:
                Note($"{server.Name} has a slow disk");
                await server.StallAsync(_dice.Delay(TimeSpan.FromSeconds(30))).ConfigureAwait(false);
                break;
            case 6 when server.CanWrite:
                Note($"{server.Name} has a full disk");
                await server.FillDiskAsync().ConfigureAwait(false);
                break;
            case 7 or 8:
                await server.MendAsync().ConfigureAwait(false);
                break;
            case < 16 when _servers.Count > 1:
                Disturb(server, _dice.Pick([.. _servers.Where(other => other != server)]));
                break;
            case 16 when !Options.RollsBack:
                _wereClocksSet = true;
                server.Time.Ahead = _dice.Chance(50) ? TimeSpan.Zero : TimeSpan.FromSeconds(_dice.Next(-9000, 9000));
                Note($"{server.Name} has a clock that is {server.Time.Ahead} ahead");
                break;
            case 17 when _servers.Count > 1 && !server.IsStalled:
                var peer = _dice.Pick([.. _servers.Where(other => other != server)]);
                var state = _dice.Pick([PeerState.Quarantine, PeerState.Limit, PeerState.Allow, PeerState.Allow]);
                Note($"{server.Name} sets {peer.Name} to {state}");
                server.Set(peer, state);
                break;
        }
    }

    // So that it is killed amid work, and not only between: what comes meanwhile, from people and peers, waits for the disk.
    private async Task BusyAsync(WorldServer server)
    {
        Note($"{server.Name} has a slow disk");
        await server.StallAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(false);
        for (var i = _dice.Next(1, 6); i > 0; i--)
        {
            Send();
        }

        await PassAsync(_dice.Delay(_pause)).ConfigureAwait(false);
    }

    private void Disturb(WorldServer server, WorldServer other)
    {
        var (there, back) = (Network.Link(server, other), Network.Link(other, server));
        switch (_dice.Next(8))
        {
            case < 2:
                Note($"{server.Name} and {other.Name} are cut off from each other");
                there.IsCut = back.IsCut = true;
                there.IsSilent = back.IsSilent = _dice.Chance(50);
                break;
            case 2:
                Note($"nothing goes from {server.Name} to {other.Name}");
                (there.IsCut, there.IsSilent) = (true, _dice.Chance(50));
                break;
            case 3:
                Note($"between {server.Name} and {other.Name} much is lost");
                there.Loss = back.Loss = _dice.Next(5, 60);
                break;
            case 4:
                Note($"from {server.Name} to {other.Name} much comes twice");
                there.Twice = _dice.Next(5, 60);
                break;
            case 5:
                there.Latency = TimeSpan.FromMilliseconds(_dice.Next(1, 4000));
                Note($"from {server.Name} to {other.Name} it takes up to {there.Latency}");
                break;
            default:
                Note($"{server.Name} and {other.Name} reach each other");
                there.IsCut = back.IsCut = false;
                there.Loss = back.Loss = 0;
                break;
        }
    }

    private async Task RollBackAsync(WorldServer server, int copied)
    {
        Note($"{server.Name} begins anew from its copy of [{copied}]");
        await server.RollBackAsync(_dice).ConfigureAwait(false);
        History.Add(new Event.RolledBack(server.Name, copied));

        // Longer than numbers of items are set aside for: an operator who were faster would give numbers out twice.
        await PassAsync(2 * ServerLimits.NumbersAhead).ConfigureAwait(false);
        server.Start();
        foreach (var account in _accounts.Where(account => account.Server == server).ToList())
        {
            account.Reconcile();
        }
    }
}
