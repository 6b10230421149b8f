using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Fluister.Server.Operations;

/// <summary>Asks a server whether it is ready.</summary>
internal static class ReadinessQuestion
{
    private static readonly TimeSpan Patience = ServerLimits.Ready + TimeSpan.FromSeconds(1);

    /// <summary>Asks the server of these settings on this machine.</summary>
    public static Task<int?> AskHereAsync(ServerOptions options, CancellationToken cancellation)
    {
        var address = options.Endpoint.Address;
        var here = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : address;
        return AskAsync(options.Domain, here.ToString(), options.Port, cancellation);
    }

    /// <summary>The status of /health/ready; 0 for something else that answers, none where nothing does. The certificate is not looked
    /// at.</summary>
    public static async Task<int?> AskAsync(string name, string host, int port, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        using var tcp = new TcpClient();
        try
        {
            await tcp.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
        }
        catch (Exception none) when (none is SocketException or OperationCanceledException)
        {
            return null;
        }

        try
        {
            await using var tls = new SslStream(tcp.GetStream());
            await tls.AuthenticateAsClientAsync(Unchecked(name), limit.Token).ConfigureAwait(false);
            var question = $"GET /health/ready HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n";
            await tls.WriteAsync(Encoding.ASCII.GetBytes(question), limit.Token).ConfigureAwait(false);
            using var reader = new StreamReader(tls);
            var status = await reader.ReadLineAsync(limit.Token).ConfigureAwait(false);
            return status?.Split(' ') is [_, var code, ..]
                && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        }
        catch (Exception other) when (other is AuthenticationException or IOException or OperationCanceledException)
        {
            return 0;
        }
    }

#pragma warning disable CA5359 // Nothing is told or believed over this connection but that something listens.
    private static SslClientAuthenticationOptions Unchecked(string name) =>
        new() { TargetHost = name, RemoteCertificateValidationCallback = (_, _, _, _) => true };
#pragma warning restore CA5359
}
