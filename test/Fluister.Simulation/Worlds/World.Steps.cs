using Fluister.Server.Federation;

namespace Fluister.Simulation.Worlds;

// What happens, as the dice fall.
internal sealed partial class World
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan _longPause = TimeSpan.FromMinutes(20);

    private List<WorldDevice> Devices => [.. _accounts.SelectMany(account => account.Devices)];

    // The accounts whose server can change them now.
    private List<WorldAccount> Changeable => [.. _accounts.Where(account => !account.IsDeleted && account.Server.CanWrite)];

    private async Task StepAsync()
    {
        if (_dice.Chance(Options.Faults))
        {
            await FaultAsync().ConfigureAwait(false);
        }
        else if (_dice.Chance(8))
        {
            await ChangeAsync().ConfigureAwait(false);
        }
        else if (_dice.Chance(25))
        {
            ComeOrGo();
        }
        else
        {
            Send();
        }

        await PassAsync(_dice.Delay(_dice.Chance(3) ? _longPause : _pause)).ConfigureAwait(false);
    }

    private void Send()
    {
        if (Devices is not { Count: > 0 } devices)
        {
            return;
        }

        var from = _dice.Pick(devices);
        var others = _accounts.Where(account => account != from.Account).ToList();
        for (var i = _dice.Chance(15) ? _dice.Next(2, 20) : 1; i > 0 && others.Count > 0; i--)
        {
            from.Send(_dice.Pick(others), isSealed: _dice.Chance(50));
        }
    }

    private void ComeOrGo()
    {
        if (Devices is not { Count: > 0 } devices)
        {
            return;
        }

        var device = _dice.Pick(devices);
        if (device.IsConnected && _dice.Chance(40))
        {
            Note($"{device.Name} goes");
            device.Disconnect();
        }
        else
        {
            Note($"{device.Name} connects");
            device.Connect();
        }
    }

    private async Task ChangeAsync()
    {
        if (Changeable is not { Count: > 0 } accounts)
        {
            return;
        }

        var account = _dice.Pick(accounts);
        var linked = account.Devices.Where(device => device.Id != 1).ToList();
        switch (_dice.Next(10))
        {
            case < 4 when account.Devices.Count < 4:
                Note($"{account.Name} links a device");
                await account.LinkAsync().ConfigureAwait(false);
                break;
            case < 6 when linked.Count > 0:
                var removed = _dice.Pick(linked);
                Note($"{account.Name} removes {removed.Name}");
                await account.RemoveAsync(removed).ConfigureAwait(false);
                break;
            case < 9 when account.Devices.Count > 0:
                var replaced = _dice.Pick(account.Devices);
                Note($"{replaced.Name} begins anew");
                await account.ReplaceAsync(replaced).ConfigureAwait(false);
                break;
            case 9 when accounts.Count > 3:
                Note($"{account.Name} is deleted");
                await account.DeleteAsync().ConfigureAwait(false);
                await RegisterAsync(account.Server).ConfigureAwait(false);
                break;
        }
    }

    // All as it should be again; who is not there comes back.
    private async Task MendAsync()
    {
        Note("all is mended");
        Network.Heal();
        foreach (var server in _servers)
        {
            server.Time.Ahead = TimeSpan.Zero;
            await server.MendAsync().ConfigureAwait(false);
            server.Start();
            foreach (var other in _servers.Where(other => other != server))
            {
                server.Set(other, PeerState.Allow);
            }
        }

        Devices.ForEach(device => device.Connect(takesAll: true));

        // One more message each way, since what was lost is noticed with the next that crosses.
        foreach (var server in _servers)
        {
            foreach (var other in _servers.Where(other => other != server))
            {
                if (Devices.Find(device => device.Account.Server == server) is { } from
                    && _accounts.Find(account => account.Server == other && account.Devices.Count > 0) is { } to)
                {
                    from.Send(to, isSealed: false);
                }
            }
        }
    }
}
