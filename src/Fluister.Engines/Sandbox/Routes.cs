namespace Fluister.Engines.Sandbox;

/// <summary>Whether this process' network namespace leads anywhere.</summary>
internal static class Routes
{
    private const string Loopback = "lo";

    /// <summary>Tunnels that the kernel puts, idle, into each new namespace when their modules are loaded (fb_tunnels_only_for_init_net in
    /// the kernel's documentation of net.core).</summary>
    private static readonly string[] Idle =
        [Loopback, "tunl0", "sit0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6tnl0", "ip6gre0"];

    /// <summary>There is no interface but the loopback, and no route over another. False where that cannot be seen.</summary>
    public static bool AreNone()
    {
        try
        {
            // Through /proc/net, which is the reader's namespace; /sys/class/net is that of whoever mounted it.
            return AreNone(File.ReadAllLines("/proc/net/dev"), Lines("/proc/net/route"), Lines("/proc/net/ipv6_route"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The same, of the files' lines.</summary>
    internal static bool AreNone(string[] interfaces, string[] routes, string[] routes6)
    {
        const int Headers = 2;
        if (interfaces.Length < Headers)
        {
            return false;
        }

        foreach (var line in interfaces.AsSpan(Headers))
        {
            var end = line.IndexOf(':', StringComparison.Ordinal);
            if (end < 0 || Array.IndexOf(Idle, line[..end].Trim()) < 0)
            {
                return false;
            }
        }

        return Array.TrueForAll(routes, line => line.StartsWith("Iface\t", StringComparison.Ordinal)
                || line.StartsWith($"{Loopback}\t", StringComparison.Ordinal))
            && Array.TrueForAll(routes6, line => line.TrimEnd().EndsWith($" {Loopback}", StringComparison.Ordinal));
    }

    // No such file: the kernel does not speak this protocol.
    private static string[] Lines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
