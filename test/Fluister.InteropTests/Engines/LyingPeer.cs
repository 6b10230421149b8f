using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fluister.InteropTests.Engines;

/// <summary>Whoever answers where an endpoint should be: a port of the loopback that says what a test wants it to say.</summary>
internal sealed class LyingPeer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, Stream, Task> _answer;

    /// <param name="answer">Gets the request's first line and writes what it likes; then the connection is closed.</param>
    public LyingPeer(Func<string, Stream, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>First lines of what was asked.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Connections that were made.</summary>
    public int Connections { get; private set; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}/v1");

    /// <summary>An answer of JSON.</summary>
    public static Task SayAsync(Stream stream, string json, string status = "200 OK", string headers = "") => WriteAsync(stream,
        $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(json)}\r\n{headers}\r\n{json}");

    /// <summary>The beginning of an answer of events, which ends with the connection.</summary>
    public static Task BeginAsync(Stream stream) => WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");

    public static Task WriteAsync(Stream stream, string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Connections++;
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
                var first = await reader.ReadLineAsync() ?? "";
                var length = 0;
                while (await reader.ReadLineAsync() is { Length: > 0 } header)
                {
                    const string Length = "Content-Length: ";
                    length = header.StartsWith(Length, StringComparison.OrdinalIgnoreCase) ? int.Parse(header[Length.Length..]) : length;
                }

                if (length > 0)
                {
                    await reader.ReadBlockAsync(new char[length]);
                }

                Asked.Enqueue(first);
                await _answer(first, stream);
            }
            catch (IOException)
            {
                // It had enough of us.
            }
        }
    }
}
