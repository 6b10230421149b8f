using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fluister.InteropTests.Client.Crashes;

/// <summary>A program's connection to a daemon: JSON-RPC over its socket, written here once more so that nothing of ours vouches for
/// itself.</summary>
internal sealed class Line : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonNode?>> _waiting = new();
    private readonly Action<JsonNode> _told;
    private readonly CancellationTokenSource _lost = new();
    private long _last;

    private Line(Socket socket, Action<JsonNode> told)
    {
        _socket = socket;
        _told = told;
        _reader = new StreamReader(new NetworkStream(socket));
        _ = Task.Run(ReadAsync);
    }

    /// <summary>Cancelled when the daemon is gone.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Connects; null where nobody listens yet.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="told">Takes each line that is a notification, and is called for each answer too, after it was given.</param>
    public static Line? TryConnect(string path, Action<JsonNode> told)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new Line(socket, told);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <summary>Asks; null where the daemon was gone before it answered.</summary>
    public async Task<JsonNode?> AskAsync(string method, JsonObject parameters)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _waiting[id] = new TaskCompletionSource<JsonNode?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method, ["params"] = parameters, ["id"] = id };
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(request).Append((byte)'\n').ToArray());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }

        await using var lost = _lost.Token.Register(() => answer.TrySetResult(null));
        return await answer.Task.WaitAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _reader.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _reader.ReadLineAsync(CancellationToken.None) is { } text)
            {
                var line = JsonNode.Parse(text)!;
                if (line["id"] is { } id && _waiting.TryRemove(id.GetValue<long>(), out var waiting))
                {
                    waiting.TrySetResult(line);
                }

                _told(line);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or JsonException)
        {
            // Killed, perhaps in the middle of a line.
        }

        await _lost.CancelAsync();
    }
}
