using System.Net;
using System.Net.Sockets;

namespace Fluister.ServerTests.Client.Transport;

/// <summary>A way to the server that loses things: it relays bytes of TCP connections, and cuts or holds them when it is told.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Line> _open = [];
    private readonly Lock _gate = new();
    private readonly int _server;
    private readonly Task _accepting;
    private long _up;
    private long _down;

    /// <summary>Listens, before a server's port.</summary>
    public Relay(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes that went to the server.</summary>
    public long Up => Interlocked.Read(ref _up);

    /// <summary>Bytes that came from it.</summary>
    public long Down => Interlocked.Read(ref _down);

    /// <summary>Once so many bytes went up, all connections are cut; once.</summary>
    public long? CutAfterUp { get; set; }

    /// <summary>Once so many bytes came down, all connections are cut; once.</summary>
    public long? CutAfterDown { get; set; }

    /// <summary>Nothing that the server says is passed on, until the next cut.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>Nothing comes out of the connections that there are any more, as when a line is gone without a word; new ones are
    /// good.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _open.ForEach(line => line.IsHeld = true);
        }
    }

    /// <summary>Cuts all connections.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _open.ForEach(line => line.Dispose());
            _open.Clear();
            IsDeaf = false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting.WaitAsync(TimeSpan.FromSeconds(30));
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var server = new TcpClient();
                try
                {
                    await server.ConnectAsync(IPAddress.Loopback, _server, _stopping.Token);
                }
                catch (SocketException)
                {
                    client.Dispose();
                    continue;
                }

                var line = new Line(client, server);
                lock (_gate)
                {
                    _open.Add(line);
                }

                _ = PumpAsync(line, isUp: true);
                _ = PumpAsync(line, isUp: false);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private async Task PumpAsync(Line line, bool isUp)
    {
        var buffer = new byte[16 * 1024];
        var (from, to) = isUp ? (line.Client, line.Server) : (line.Server, line.Client);
        try
        {
            var (source, target) = (from.GetStream(), to.GetStream());
            while (await source.ReadAsync(buffer, _stopping.Token) is > 0 and var count)
            {
                if (!line.IsHeld && (isUp || !IsDeaf))
                {
                    await target.WriteAsync(buffer.AsMemory(0, count), _stopping.Token);
                }

                Count(isUp, count);
            }

            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or OperationCanceledException
            or SocketException or InvalidOperationException)
        {
            // It was cut, or one side has gone.
        }
    }

    private void Count(bool isUp, int count)
    {
        var total = isUp ? Interlocked.Add(ref _up, count) : Interlocked.Add(ref _down, count);
        if (isUp && total >= CutAfterUp)
        {
            CutAfterUp = null;
            Cut();
        }
        else if (!isUp && total >= CutAfterDown)
        {
            CutAfterDown = null;
            Cut();
        }
    }

    /// <summary>Two connections that belong together.</summary>
    private sealed class Line(TcpClient client, TcpClient server) : IDisposable
    {
        public TcpClient Client => client;

        public TcpClient Server => server;

        public bool IsHeld { get; set; }

        public void Dispose()
        {
            // What was passed on arrives, and nothing after it.
            client.Dispose();
            server.Dispose();
        }
    }
}
