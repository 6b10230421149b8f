using Fluister.Server.Stores;
using Fluister.Simulation.Histories;

namespace Fluister.Simulation.Worlds;

// How time goes on.
internal sealed partial class World
{
    // Looks without which the world would be held up by somebody else's work in the same process.
    private const int MostLooks = 40;
    private const int QuietLooks = 2;

    /// <summary>Lets time go on, one timer after another, each once nothing is being worked on.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        var until = Clock.GetUtcNow() + time;
        do
        {
            await SettleAsync().ConfigureAwait(false);
        }
        while (!Clock.MoveTo(until));
        await SettleAsync().ConfigureAwait(false);
        foreach (var server in _servers.Where(server => server.Life is not null))
        {
            foreach (var domain in server.TakeLosses())
            {
                var peer = _servers.Find(other => other.Domain == domain)!;
                Note($"{server.Name} notices that something was lost between it and {peer.Name}");
                History.Add(new Event.LossNoticed(server.Name, peer.Name));
            }
        }
    }

    // Until nothing is being worked on, as far as can be seen: no database has anything to write, and the pool nothing to run but this.
    private async Task SettleAsync()
    {
        var quiet = 0;
        for (var look = 0; look < MostLooks && quiet < QuietLooks; look++)
        {
            var before = ThreadPool.CompletedWorkItemCount;
            var own = 1;
            foreach (var server in _servers)
            {
                if (server.Life is { } life && !server.IsStalled)
                {
                    await SettleAsync(life).ConfigureAwait(false);
                    own++;
                }
            }

            await Task.Yield();
            quiet = ThreadPool.PendingWorkItemCount == 0 && ThreadPool.CompletedWorkItemCount - before <= own ? quiet + 1 : 0;
        }
    }

    private static async Task SettleAsync(ServerLife life)
    {
        try
        {
            await life.Database.WriteAsync(static _ => true).WaitAsync(ServerLife.Patience).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // What was to be written with it found no room.
        }
    }
}
