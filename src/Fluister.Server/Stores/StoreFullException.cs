namespace Fluister.Server.Stores;

/// <summary>The disk is full or fails. Nothing of the work was kept, and nothing needs repair when there is room again.</summary>
internal sealed class StoreFullException(Exception? cause)
    : StoreException("The disk that the database is on is full or fails; nothing was kept.", cause);
