namespace Fluister.Server.Stores;

/// <summary>The store cannot take work now; what was asked has not happened, and may be asked again. Answered with 503.</summary>
internal abstract class StoreException(string message, Exception? cause = null) : Exception(message, cause);
