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
        for (var pause = TimeSpan.FromSeconds(1); Waiting() is not null && Clock.GetUtcNow() < until && _failures.IsEmpty; pause *= 1.2)
        {
            await PassAsync(pause).ConfigureAwait(false);
        }

        if (Waiting() is { } waiting)
        {
            Fail($"long after all was mended, {waiting}");
        }

        Devices.ForEach(device => device.Connect(takesAll: true));
        await PassAsync(TimeSpan.FromMinutes(1)).ConfigureAwait(false);
        Note("the end");
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
