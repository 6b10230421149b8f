namespace Fluister.Server.Stores;

/// <summary>More work waits for the database than <see cref="ServerLimits.WaitingWrites"/>, or it is being closed.</summary>
internal sealed class StoreBusyException(string message = "Too much work waits for the database.", Exception? cause = null)
    : StoreException(message, cause);
