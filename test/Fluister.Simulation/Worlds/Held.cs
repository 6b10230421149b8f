using Fluister.Server.Stores;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Simulation.Worlds;

/// <summary>Holds a database's writer amid a transaction, with whatever else is in it: what was answered for is on the disk, and what is
/// not will be nowhere if the files are copied now.</summary>
internal sealed class Held : DatabaseWork, IDisposable
{
    private readonly TaskCompletionSource _isHeld = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();

    /// <summary>Holds the writer of a database, once it comes to that.</summary>
    /// <returns>Dispose of it to let the writer go on.</returns>
    public static async Task<Held> HoldAsync(SqliteDatabase database)
    {
        while (true)
        {
            var held = new Held();
            database.Post(held);
            try
            {
#pragma warning disable VSTHRD003 // The writer completes it.
                await held._isHeld.Task.WaitAsync(ServerLife.Patience).ConfigureAwait(false);
#pragma warning restore VSTHRD003
                return held;
            }
            catch (StoreFullException)
            {
                // What was to be committed with it found no room.
            }
        }
    }

    /// <inheritdoc/>
    public override void Run(SqliteSession session)
    {
        _isHeld.TrySetResult();
        _released.Wait();
    }

    /// <inheritdoc/>
    public override void Complete()
    {
    }

    /// <inheritdoc/>
    public override void Fail(Exception failure) => _isHeld.TrySetException(failure);

    /// <inheritdoc/>
    public void Dispose() => _released.Set();
}
