using System.Net.Sockets;

namespace Fluister.Archive.SignalDesktop.Keys.DBus;

/// <summary>Where the session bus listens: Unix domain sockets only, so that no keyring is ever reached over a network.</summary>
internal static class DBusAddress
{
    /// <summary>The person's own session bus, as the desktop announces it.</summary>
    /// <exception cref="DBusException">There is none.</exception>
    public static IReadOnlyList<UnixDomainSocketEndPoint> OfSession(Func<string, string?> variable)
    {
        var address = variable("DBUS_SESSION_BUS_ADDRESS");
        if (string.IsNullOrEmpty(address) && variable("XDG_RUNTIME_DIR") is { Length: > 0 } folder)
        {
            // systemd's user bus, where the variable was lost (su, cron, ssh).
            var path = Path.Combine(folder, "bus");
            return File.Exists(path) ? [new(path)] : throw None();
        }

        return string.IsNullOrEmpty(address) ? throw None() : Parse(address);
    }

    /// <summary>Reads addresses as "unix:path=...", "unix:abstract=..."; one after the other, between semicolons.</summary>
    /// <exception cref="DBusException">None of them is a Unix domain socket.</exception>
    public static IReadOnlyList<UnixDomainSocketEndPoint> Parse(string address)
    {
        List<UnixDomainSocketEndPoint> found = [];
        foreach (var one in address.Split(';').Where(one => one.StartsWith("unix:", StringComparison.Ordinal)))
        {
            foreach (var pair in one["unix:".Length..].Split(',').Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2))
            {
                var value = Uri.UnescapeDataString(pair[1]);
                try
                {
                    switch (pair[0])
                    {
                        case "path":
                            found.Add(new(value));
                            break;
                        case "abstract":
                            found.Add(new('\0' + value));
                            break;
                    }
                }
                catch (ArgumentException)
                {
                    // Empty, or longer than a socket's name can be: as good as not there.
                }
            }
        }

        return found.Count > 0 ? found : throw new DBusException("DBUS_SESSION_BUS_ADDRESS names no Unix domain socket");
    }

    private static DBusException None() => new("there is no session bus (DBUS_SESSION_BUS_ADDRESS is not set)");
}
