using System.Net;
using System.Net.Sockets;

namespace Fluister.Server.Federation;

/// <summary>Addresses that are anybody's to reach: none of this machine, of its own network, or of what stands for another address. So
/// nobody makes this server ask what only it can reach.</summary>
internal static class PublicAddress
{
    // The registries of special addresses, RFC 6890; and what carries an address of IPv4 within (RFC 3056, RFC 4380).
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "2001::/23",
            "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    // Of IPv6, only this is given out (RFC 4291, section 2.4).
    private static readonly IPNetwork Given = IPNetwork.Parse("2000::/3");

    /// <summary>Whether an address is one of these.</summary>
    public static bool Is(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (address.AddressFamily == AddressFamily.InterNetwork || Given.Contains(address))
            && !Special.Any(network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
    }

    /// <summary>Connects to a host at such an address alone; the very address that was looked at is the one that is connected to.</summary>
    /// <exception cref="HttpRequestException">It has none.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host.Trim('[', ']'), context.DnsEndPoint.Port);
        var asked = context.InitialRequestMessage.RequestUri?.IdnHost.Trim('[', ']');
        if (IPAddress.TryParse(asked, out var address) && !Is(address))
        {
            throw new HttpRequestException("The address is not public.");
        }

        var addresses = await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);

        // A proxy is the operator's own, and what it reaches is its own affair. An address of IPv6 stands in brackets in one of the two.
        var isProxy = asked != host;
        var reachable = addresses.Where(found => isProxy || Is(found)).ToArray();
        if (reachable.Length == 0)
        {
            throw new HttpRequestException("The name has no public address.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(reachable, port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
