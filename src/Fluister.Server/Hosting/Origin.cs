using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Fluister.Server.Hosting;

/// <summary>Where somebody comes from, as limits know it: a keyed hash of an address, so that no address is kept.</summary>
internal static class Origin
{
    private const int SiteBytes = 8;

    /// <summary>An address of IPv4, or the /64 of one of IPv6: who has one of its addresses has all (RFC 6177).</summary>
    public static ulong Of(IPAddress? address, ReadOnlySpan<byte> key)
    {
        address ??= IPAddress.None;
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        var site = address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6 ? bytes[..SiteBytes] : bytes;
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, site, hash);
        return BitConverter.ToUInt64(hash);
    }
}
