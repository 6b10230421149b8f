namespace Fluister.Client.Sending;

/// <summary>What waits for one recipient, in order. Guarded by the sender's lock.</summary>
internal sealed class Lane
{
    /// <summary>What waits; the first is being sent.</summary>
    public Queue<OutboxItem> Waiting { get; private set; } = [];

    /// <summary>Whether somebody works on it.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Is completed when something may have become ready; null where nothing is waited for.</summary>
    public TaskCompletionSource? Readied { get; set; }

    /// <summary>Is completed when the server is reached again; null but in a pause that ends by that.</summary>
    public TaskCompletionSource? Reconnected { get; set; }

    /// <summary>Puts another in place of the first.</summary>
    public void Replace(OutboxItem first) => Waiting = new Queue<OutboxItem>(Waiting.Skip(1).Prepend(first));
}
