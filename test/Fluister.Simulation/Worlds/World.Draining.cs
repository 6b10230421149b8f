using Fluister.Wire.Protos.Federation;

namespace Fluister.Simulation.Worlds;

// What must be so once nothing is wrong any more.
internal sealed partial class World
{
    // A peer that was down for long is asked again after an hour at the latest.
    private static readonly TimeSpan _longest = TimeSpan.FromHours(3);

    // Everything arrives, and nothing comes again.
    private async Task DrainAsync()
    {
        var until = Clock.GetUtcNow() + _longest;
        var pause = TimeSpan.FromSeconds(1);

        // Twice, since what one has finished another may just begin.
        for (var quiet = 0; quiet < 2 && _failures.IsEmpty; pause *= 1.2)
        {
            var waiting = Waiting();
            quiet = waiting is null ? quiet + 1 : 0;
            if (waiting is not null)
            {
                Note($"still {waiting}");
                if (Clock.GetUtcNow() > until)
                {
                    Fail($"long after all was mended, {waiting}");
                }
            }

            await PassAsync(pause).ConfigureAwait(false);
        }

        Devices.ForEach(device => device.Connect(takesAll: true));
        await PassAsync(TimeSpan.FromMinutes(1)).ConfigureAwait(false);
        // Who has begun anew with less than it knew, or in an earlier time, tells lists that are taken for old ones, until somebody writes.
        if (!Options.RollsBack && !_wereClocksSet && _failures.IsEmpty)
        {
            CheckLists();
        }

        Note("the end");
    }

    // What a server believes of a peer's account that it follows is so.
    private void CheckLists()
    {
        foreach (var (server, home) in _servers.SelectMany(server => _servers, (one, two) => (one, two)))
        {
            var followed = home.Life!.Database.Read(session => session.Query(
                "SELECT aci FROM account_follower WHERE peer = ?1", row => (byte[])row[0], (long)server.Identity.Tag.Value));
            foreach (var aci in followed)
            {
                var list = server.Life!.Database.Read(session => session.Query(
                    "SELECT list FROM remote_account WHERE aci = ?1", row => DeviceList.Parser.ParseFrom((byte[])row[0]), aci));
                var account = Find(new Guid(aci, bigEndian: true));
                var devices = (account?.Devices ?? []).Select(device => $"{device.Id}'{device.Registration}");
                if (list is [var known] && !devices.ToHashSet().SetEquals(known.Devices.Select(one => $"{one.Id}'{one.RegistrationId}")))
                {
                    Fail($"{server.Name} believes that {account?.Name} has {known.Devices}, and not {string.Join(", ", devices)}");
                }
            }
        }
    }

    private string? Waiting()
    {
        foreach (var server in _servers)
        {
            if (server.Life!.Failure is { } failure)
            {
                Fail($"{server.Name} has ended by itself: {failure}");
            }

            if (server.Count("outbox") is var items and > 0)
            {
                return $"{items} items wait at {server.Name}";
            }
        }

        foreach (var device in Devices)
        {
            if (device.IsBusy)
            {
                return $"{device.Name} has not had all its answers";
            }

            if (device.Failure is { } failed)
            {
                Fail($"{device.Name}: {failed}");
            }

            if (device.Letters > 0)
            {
                return $"{device.Letters} letters wait for {device.Name}";
            }
        }

        return null;
    }
}
