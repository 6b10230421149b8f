namespace Fluister.Server.Federation;

/// <summary>Something has happened since one looked. Who takes the next first, then looks, and then
/// waits, misses nothing.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _next = Fresh();

    /// <summary>It has happened.</summary>
    public void Set() => Volatile.Read(ref _next).TrySetResult();

    /// <summary>Ends when it happens from now on. For one at a time: who asked before waits in vain.</summary>
    public Task NextAsync()
    {
        var fresh = Fresh();
        Interlocked.Exchange(ref _next, fresh);
        return fresh.Task;
    }

    private static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
