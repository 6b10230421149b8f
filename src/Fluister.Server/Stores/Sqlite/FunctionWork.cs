namespace Fluister.Server.Stores.Sqlite;

/// <summary>A function as a piece of work, and somebody who waits for what it gives.</summary>
internal sealed class FunctionWork<T>(Func<SqliteSession, T> function, TaskCompletionSource<T> done) : DatabaseWork
{
    private T? _result;

    /// <inheritdoc/>
    public override void Run(SqliteSession session) => _result = function(session);

    /// <inheritdoc/>
    public override void Complete() => done.TrySetResult(_result!);

    /// <inheritdoc/>
    public override void Fail(Exception failure) => done.TrySetException(failure);
}
