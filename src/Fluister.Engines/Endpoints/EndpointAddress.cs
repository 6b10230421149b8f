using System.Net;

namespace Fluister.Engines.Endpoints;

/// <summary>Where an endpoint is, and whether that is this computer.</summary>
/// <param name="Root">What the paths of requests are added to.</param>
/// <param name="Socket">Path of a Unix domain socket, or null.</param>
/// <param name="Loopback">The literal addresses of this computer that were meant; empty for another place.</param>
internal sealed record EndpointAddress(Uri Root, string? Socket, IReadOnlyList<IPEndPoint> Loopback)
{
    private const int LongestSocketPath = 107;

    /// <summary>Whether what is sent stays on this computer.</summary>
    public bool IsLocal => Socket is not null || Loopback.Count > 0;

    /// <summary>Whether somebody on the way could read it.</summary>
    public bool IsEncrypted => Root.Scheme == Uri.UriSchemeHttps;

    /// <summary>The place in words.</summary>
    public string Name => Socket is not null ? $"unix:{Socket}" : Root.Authority;

    /// <summary>Reads unix:/path, http://... and https://...; without a path, /v1 is meant.</summary>
    /// <exception cref="EngineException">It is none of these.</exception>
    public static EndpointAddress Parse(Uri address)
    {
        if (!address.IsAbsoluteUri)
        {
            throw Wrong("an endpoint is written as http://127.0.0.1:8080/v1 or unix:/path/to/socket");
        }

        if (string.Equals(address.Scheme, "unix", StringComparison.Ordinal))
        {
            var path = Uri.UnescapeDataString(address.AbsolutePath);
            return address.Host.Length == 0 && path.StartsWith('/') && System.Text.Encoding.UTF8.GetByteCount(path) <= LongestSocketPath
                ? new EndpointAddress(new Uri("http://localhost/v1"), path, [])
                : throw Wrong("a socket is written as unix:/path, and its path is at most 107 bytes long");
        }

        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
        {
            throw Wrong("only http, https and unix are spoken");
        }

        if (address.UserInfo.Length > 0)
        {
            throw Wrong("a key in an address would be seen by others; put it into a file");
        }

        if (address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            throw Wrong("it ends with its path, such as /v1");
        }

        var root = address.AbsolutePath == "/" ? new Uri(address, "/v1") : address;
        return new EndpointAddress(root, null, Literal(address));
    }

    // "localhost" is not looked up: its meaning would be somebody's file or server.
    private static IPEndPoint[] Literal(Uri address) => address switch
    {
        { HostNameType: UriHostNameType.Dns } when string.Equals(address.IdnHost, "localhost", StringComparison.OrdinalIgnoreCase) =>
            [new(IPAddress.Loopback, address.Port), new(IPAddress.IPv6Loopback, address.Port)],
        { HostNameType: UriHostNameType.IPv4 or UriHostNameType.IPv6 }
            when IPAddress.TryParse(address.DnsSafeHost, out var literal) && IPAddress.IsLoopback(literal) => [new(literal, address.Port)],
        _ => [],
    };

    private static EngineException Wrong(string why) => new(EngineError.NotAllowed, $"The address of the endpoint cannot be used: {why}.");
}
