using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Fluister.ServerTests.Operations;

/// <summary>Something that listens where a server would: it answers every request over TLS with one status, or hangs up.</summary>
internal sealed class Answerer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _answering;

    public Answerer(X509Certificate2? certificate, int status = 200)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _answering = AnswerAsync(certificate, status);
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    public void Dispose()
    {
        _listener.Stop();
        _answering.Wait();
    }

    private async Task AnswerAsync(X509Certificate2? certificate, int status)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                if (certificate is null)
                {
                    continue;
                }

                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(certificate);
                using var reader = new StreamReader(tls);
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                }

                await tls.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Said\r\nConnection: close\r\n\r\n"));
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
