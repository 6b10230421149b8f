namespace Fluister.Archive.SignalDesktop.Keys.DBus;

/// <summary>The bus or a service on it is not there, refused, did not answer in time, or does not keep to the protocol.</summary>
internal sealed class DBusException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The error's name where a service answered with one, such as org.freedesktop.DBus.Error.ServiceUnknown.</summary>
    public string? ErrorName { get; init; }
}
