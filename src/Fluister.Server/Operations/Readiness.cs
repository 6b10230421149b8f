using System.Security.Cryptography.X509Certificates;
using Fluister.Server.Stores;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Operations;

/// <summary>Whether a server can do its work: it was not asked to stop, its certificate holds, its disk has room, and a write to the
/// database is on the disk within a time.</summary>
/// <param name="database">Where it writes.</param>
/// <param name="time">The clock.</param>
/// <param name="folder">Whose disk is looked at; none where everything is in memory.</param>
/// <param name="certificate">What it listens with; none where it does not.</param>
/// <param name="draining">It was asked to stop.</param>
internal sealed class Readiness(
    SqliteDatabase database, TimeProvider time, DataFolder? folder, X509Certificate2? certificate, CancellationToken draining)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _asked = DateTimeOffset.MinValue;
    private Task<bool> _answer = Task.FromResult(false);

    /// <summary>Whether it is.</summary>
    public Task<bool> IsReadyAsync()
    {
        if (draining.IsCancellationRequested)
        {
            return Task.FromResult(false);
        }

        lock (_lock)
        {
            if (_answer.IsCompleted && (time.GetUtcNow() - _asked).Duration() >= ServerLimits.ReadyAge)
            {
                (_asked, _answer) = (time.GetUtcNow(), LookAsync());
            }

#pragma warning disable VSTHRD003 // One look for all who ask at the same time; it waits for nobody of them.
            return _answer;
#pragma warning restore VSTHRD003
        }
    }

    private async Task<bool> LookAsync()
    {
        try
        {
            return Holds(certificate)
                && (folder is null || new DriveInfo(folder.Path).AvailableFreeSpace >= ServerLimits.ReadyRoom)
                && await BeatAsync().WaitAsync(ServerLimits.Ready, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception unwell) when (unwell is StoreException or SqliteException or TimeoutException or IOException)
        {
            return false;
        }
    }

    // Truly written: a transaction without a change does not touch the disk.
    private Task<bool> BeatAsync() => database.WriteAsync(session => session.Run("UPDATE heartbeat SET beats = beats + 1") == 1);

    private bool Holds(X509Certificate2? given)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return given is null || (given.NotBefore.ToUniversalTime() <= now && now < given.NotAfter.ToUniversalTime());
    }
}
