using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Server.Hosting;
using Fluister.Server.Identity;
using Fluister.Server.Operations;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Client.Transport;

/// <summary>A server that does what no honest one does: the test decides what it answers, and what it says over its WebSockets.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _serving = [];
    private readonly Task _accepting;

    /// <summary>Listens.</summary>
    public FakeServer()
    {
        Authority = NetworkAuthority.Create("Fake", DateTimeOffset.UtcNow);
        Leaf = NetworkAuthority.Issue(Authority, "localhost", DateTimeOffset.UtcNow);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Its keys.</summary>
    public ServerIdentity Identity { get; } = ServerIdentity.Generate(RandomSource.System);

    /// <summary>The authority that its descriptor names.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>What it shows.</summary>
    public X509Certificate2 Leaf { get; set; }

    /// <summary>The heads of the requests that have come, without their bodies.</summary>
    public List<string> Heads { get; } = [];

    /// <summary>Connections whose TLS has failed.</summary>
    public int Refusals { get; private set; }

    /// <summary>Answers a request: a whole response of HTTP/1.1, or none, and a WebSocket is opened.</summary>
    public Func<string, byte[]?> Answer { get; set; } = _ => null;

    /// <summary>What goes on over a WebSocket; which one it is says the head.</summary>
    public Func<WebSocket, string, Task> Serve { get; set; } = (socket, _) => ReadToEndAsync(socket);

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Its descriptor, signed by itself or by another.</summary>
    public byte[] Describe(
        long sequence = 1_000_000, X509Certificate2? authority = null, X509Certificate2? pinned = null, ServerIdentity? signer = null) =>
        SignedDescriptor.Sign(
            Descriptor.Write(
                new ServerOptions(), Port, signer is { } other && other.Tag == Identity.Tag ? other : Identity,
                pinned is null ? authority ?? Authority : null, pinned ?? Leaf, DateTimeOffset.UtcNow, sequence),
            (signer ?? Identity).Key.Private,
            RandomSource.System);

    /// <summary>The same, as the client knows it.</summary>
    public HomeServerDescriptor Described => HomeServerDescriptor.Read(Describe(), Identity.Genesis.Public);

    /// <summary>A response.</summary>
    public static byte[] Response(string status, string headers = "", ReadOnlySpan<byte> body = default) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\n{headers}\r\n"), .. body];

    /// <summary>Reads until the other side ends.</summary>
    public static async Task ReadToEndAsync(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        while ((await socket.ReceiveAsync(buffer, CancellationToken.None)).MessageType != WebSocketMessageType.Close)
        {
            // What it says does not matter.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting.WaitAsync(TimeSpan.FromSeconds(30));
        await Task.WhenAll(_serving).WaitAsync(TimeSpan.FromSeconds(30));
        _stopping.Dispose();
        Leaf.Dispose();
        Authority.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var closing = client;
        using var stopping = _stopping.Token.Register(client.Dispose);
        try
        {
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Leaf }, _stopping.Token);
            while (await ReadHeadAsync(stream) is { } head)
            {
                lock (Heads)
                {
                    Heads.Add(head);
                }

                if (Answer(head) is { } response)
                {
                    await stream.WriteAsync(response, _stopping.Token);
                    continue;
                }

                await stream.WriteAsync(Upgrade(head), _stopping.Token);
                using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
                await Serve(socket, head);
                return;
            }
        }
        catch (AuthenticationException)
        {
            Refusals++;
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or OperationCanceledException or WebSocketException
            or InvalidOperationException)
        {
            // The client has gone, or does not like what it sees.
            Refusals += gone is IOException && Heads.Count == 0 ? 1 : 0;
        }
    }

    private async Task<string?> ReadHeadAsync(Stream stream)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stopping.Token) == 0)
            {
                return null;
            }

            text.Append((char)one[0]);
        }

        return text.ToString();
    }

#pragma warning disable CA5350 // As RFC 6455, section 1.3, has it.
    private static byte[] Upgrade(string head)
    {
        const string Name = "sec-websocket-key: ";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length;
        var key = head[at..head.IndexOf('\r', at)];
        var accept = SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
        return Encoding.ASCII.GetBytes(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Accept: {Convert.ToBase64String(accept)}\r\n\r\n");
    }
#pragma warning restore CA5350
}
