namespace Fluister.Server.Stores.Sqlite;

/// <summary>A piece of work for the database's writer, within a transaction that it shares with others'.</summary>
/// <remarks>All is called by the writer's thread. <see cref="Run"/> may be called twice, where another piece of the batch has failed: what
/// the first time did in the database is taken back then, and nothing else of it may remain.</remarks>
internal abstract class DatabaseWork
{
    /// <summary>Whether it may wait for others to commit with, for <see cref="ServerLimits.CommitDelay"/> at most.</summary>
    public virtual bool IsPatient => false;

    /// <summary>How many bytes it holds while it waits, where they may be many; always the same.</summary>
    public virtual int Bytes => 0;

    /// <summary>Why it failed, by itself; none where it has not.</summary>
    internal Exception? Failure { get; set; }

    /// <summary>Does it.</summary>
    public abstract void Run(SqliteSession session);

    /// <summary>It is on the disk. Must return at once.</summary>
    public abstract void Complete();

    /// <summary>Nothing of it is. Must return at once.</summary>
    public abstract void Fail(Exception failure);
}
