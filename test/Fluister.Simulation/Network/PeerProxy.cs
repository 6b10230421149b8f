using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fluister.Simulation.Network;

/// <summary>One server's way to its peers: an HTTP proxy (CONNECT, RFC 9110, section 9.3.6) on loopback, which can be cut for each peer.
/// Clients do not come by here, so a cut between servers leaves them alone.</summary>
internal sealed class PeerProxy : IDisposable
{
    private const int HeadBytes = 4096;
    private const int BlockBytes = 64 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<int, CutKind> _cuts = new();
    private readonly ConcurrentDictionary<Socket, int> _open = new();

    /// <summary>Begins.</summary>
    public PeerProxy()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Connections that are open.</summary>
    public int Open => _open.Count;

    /// <summary>Bytes that went through, both ways.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    private long _bytes;

    /// <summary>Cuts the way to the server that listens on a port; connections that are open are broken off.</summary>
    public void Cut(int port, CutKind kind)
    {
        _cuts[port] = kind;
        if (kind == CutKind.Refused)
        {
            Break(port);
        }
    }

    /// <summary>Mends the way; what was held back in a silent cut does not come any more.</summary>
    public void Mend(int port)
    {
        if (_cuts.TryRemove(port, out var kind) && kind == CutKind.Silent)
        {
            Break(port);
        }
    }

    /// <summary>Breaks off the connections that are open, with a reset.</summary>
    public void Break(int port)
    {
        foreach (var (socket, to) in _open)
        {
            if (to == port)
            {
                try
                {
                    socket.LingerState = new LingerOption(true, 0);
                    socket.Dispose();
                }
                catch (Exception e) when (e is ObjectDisposedException or SocketException)
                {
                    // It has just ended.
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending.Cancel();
        _listener.Dispose();
        foreach (var socket in _open.Keys)
        {
            socket.Dispose();
        }

        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var from = await _listener.AcceptSocketAsync(_ending.Token).ConfigureAwait(false);
                _ = Task.Run(() => ServeAsync(from));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The run is over.
        }
    }

    private async Task ServeAsync(Socket from)
    {
        using var to = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            using (from)
            {
                var port = await ReadPortAsync(from).ConfigureAwait(false);
                (_open[from], _open[to]) = (port, port);
                (from.NoDelay, to.NoDelay) = (true, true);
                while (_cuts.TryGetValue(port, out var kind))
                {
                    if (kind == CutKind.Refused)
                    {
                        return;
                    }

                    await Task.Delay(50, _ending.Token).ConfigureAwait(false);
                }

                await to.ConnectAsync(IPAddress.Loopback, port, _ending.Token).ConfigureAwait(false);
                await from.SendAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), _ending.Token).ConfigureAwait(false);
                await Task.WhenAll(PumpAsync(from, to, port), PumpAsync(to, from, port)).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Broken off, by a fault or by an end.
        }
        finally
        {
            _open.TryRemove(from, out _);
            _open.TryRemove(to, out _);
        }
    }

    private async Task<int> ReadPortAsync(Socket from)
    {
        var head = new byte[HeadBytes];
        var length = 0;
        while (length < head.Length && !head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            var read = await from.ReceiveAsync(head.AsMemory(length), _ending.Token).ConfigureAwait(false);
            length += read > 0 ? read : throw new IOException("No request.");
        }

        var target = Encoding.ASCII.GetString(head, 0, length).Split(' ')[1];
        return int.Parse(target.AsSpan(target.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);
    }

    private async Task PumpAsync(Socket from, Socket to, int port)
    {
        var block = new byte[BlockBytes];
        while (await from.ReceiveAsync(block, _ending.Token).ConfigureAwait(false) is > 0 and var read)
        {
            // In a silent cut bytes vanish, as on a line that is down; the connection is broken off when it is mended.
            if (!_cuts.ContainsKey(port))
            {
                Interlocked.Add(ref _bytes, read);
                await to.SendAsync(block.AsMemory(0, read), _ending.Token).ConfigureAwait(false);
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }
}

/// <summary>How a way is cut.</summary>
internal enum CutKind
{
    /// <summary>Connections are broken off and refused.</summary>
    Refused,

    /// <summary>Nothing passes, and nobody is told.</summary>
    Silent,
}
