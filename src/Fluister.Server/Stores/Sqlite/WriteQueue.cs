namespace Fluister.Server.Stores.Sqlite;

/// <summary>Work that waits for the writer.</summary>
internal sealed class WriteQueue
{
    private readonly Queue<DatabaseWork> _waiting = [];

    // Monitor rather than Lock: it can be waited on.
    private readonly object _lock = new();
    private int _impatient;
    private long _bytes;
    private bool _isClosed;

    /// <summary>Adds work; false where too much waits already. What is patient is taken anyway, since there is one of each kind.</summary>
    /// <exception cref="StoreBusyException">The database is being closed.</exception>
    public bool TryAdd(DatabaseWork work)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                throw new StoreBusyException("The database is being closed.");
            }

            if (!work.IsPatient && (_impatient >= ServerLimits.WaitingWrites || _bytes >= ServerLimits.WaitingBytes))
            {
                return false;
            }

            _waiting.Enqueue(work);
            _impatient += work.IsPatient ? 0 : 1;
            _bytes += work.Bytes;
            if (work.IsPatient ? _waiting.Count == 1 : _impatient == 1)
            {
                Monitor.Pulse(_lock);
            }

            return true;
        }
    }

    /// <summary>Waits for work, and takes what may go into one commit; nothing where none came for a while.</summary>
    /// <returns>False at the end: closed, and nothing is left.</returns>
    public bool Take(List<DatabaseWork> batch, TimeSpan wait)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && !_isClosed)
            {
                Monitor.Wait(_lock, wait);
            }

            if (_waiting.Count > 0 && _impatient == 0 && !_isClosed)
            {
                Monitor.Wait(_lock, ServerLimits.CommitDelay);
            }

            while (batch.Count < ServerLimits.WritesPerCommit && _waiting.TryDequeue(out var work))
            {
                batch.Add(work);
                _impatient -= work.IsPatient ? 0 : 1;
                _bytes -= work.Bytes;
            }

            return batch.Count > 0 || !_isClosed;
        }
    }

    /// <summary>Takes nothing more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            Monitor.PulseAll(_lock);
        }
    }
}
