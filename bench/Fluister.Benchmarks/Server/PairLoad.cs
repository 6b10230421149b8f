using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Benchmarks.Server;

/// <summary>One who sends to one who reads and acknowledges, as clients do: requests inside the WebSocket, several under way.</summary>
/// <remarks>A message counts when it has been answered (then it is on the disk), has arrived, and was acknowledged. Its sender is not
/// sealed, so the server writes and delivers a receipt for each, which the sender acknowledges too.</remarks>
internal sealed class PairLoad : IDisposable
{
    private const int ContentBytes = 1024;
    private const int Window = 16;
    private readonly BenchSocket _from;
    private readonly BenchSocket _to;
    private readonly Guid _target;
    private readonly SemaphoreSlim _window = new(Window);
    private readonly ConcurrentBag<double> _times = [];
    private readonly Task[] _reading;
    private int _refused;

    private PairLoad(BenchSocket from, BenchSocket to, Guid target)
    {
        (_from, _to, _target) = (from, to, target);
        _reading = [ReadAnswersAsync(), ReadMessagesAsync()];
    }

    /// <summary>Each arrived message's time in milliseconds.</summary>
    public IEnumerable<double> Times => _times;

    /// <summary>Connects both.</summary>
    public static async Task<PairLoad> ConnectAsync(HttpMessageInvoker over, int port, Guid from, Guid to) => new(
        await BenchSocket.ConnectAsync(over, port, BenchAccounts.Authorization(from)),
        await BenchSocket.ConnectAsync(over, port, BenchAccounts.Authorization(to)),
        to);

    /// <summary>Sends for a time, as fast as answers come, or one after each interval; then waits until all have arrived.</summary>
    public async Task RunAsync(TimeSpan time, TimeSpan? interval)
    {
        var (start, sent) = (Stopwatch.GetTimestamp(), 0);
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            var due = Stopwatch.GetTimestamp();
            if (interval is { } pace)
            {
                // What is due is due, however late the machine is: its waiting counts.
                due = start + (long)(sent * pace.TotalSeconds * Stopwatch.Frequency);
                var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait);
                }
            }

            await _window.WaitAsync();
            await _from.SendAsync(Message(due, ++sent));
        }

        while (_times.Count < sent)
        {
            if (_refused > 0 || _reading.Any(task => task.IsCompleted))
            {
                throw new InvalidOperationException($"{_refused} messages were refused.");
            }

            await Task.Delay(1);
        }
    }

    /// <summary>Cuts both connections.</summary>
    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
        _window.Dispose();
    }

    private static Task AcknowledgeAsync(BenchSocket socket, ulong id) => socket.SendAsync(new SocketMessage
    {
        Type = SocketMessage.Types.Type.Response,
        Response = new SocketResponse { Id = id, Status = 200 },
    }.ToByteArray());

    private byte[] Message(long stamp, int number)
    {
        var content = new byte[ContentBytes];
        BitConverter.TryWriteBytes(content, stamp);
        var json = $$"""
            {"timestamp":{{number}},"online":false,"urgent":true,"messages":[{"type":1,"destinationDeviceId":1,
            "destinationRegistrationId":{{BenchAccounts.RegistrationId}},"content":"{{Convert.ToBase64String(content)}}"}]}
            """;
        var request = new SocketRequest { Verb = "PUT", Path = $"/v1/messages/{_target}", Id = (ulong)number };
        request.Headers.Add("content-type: application/json");
        request.Body = ByteString.CopyFrom(Encoding.UTF8.GetBytes(json));
        return new SocketMessage { Type = SocketMessage.Types.Type.Request, Request = request }.ToByteArray();
    }

    private async Task ReadAnswersAsync()
    {
        while (await _from.ReadAsync() is { } bytes)
        {
            var message = SocketMessage.Parser.ParseFrom(bytes.Span);
            if (message is { Type: SocketMessage.Types.Type.Response, Response: var answer })
            {
                Interlocked.Add(ref _refused, answer.Status == 200 ? 0 : 1);
                _window.Release();
            }
            else if (message.Request?.Path == "/api/v1/message")
            {
                // The server's receipt for a message that has arrived.
                await AcknowledgeAsync(_from, message.Request.Id);
            }
        }
    }

    private async Task ReadMessagesAsync()
    {
        while (await _to.ReadAsync() is { } bytes)
        {
            if (SocketMessage.Parser.ParseFrom(bytes.Span) is not { Type: SocketMessage.Types.Type.Request, Request: { } request }
                || request.Path != "/api/v1/message")
            {
                continue;
            }

            await AcknowledgeAsync(_to, request.Id);
            var stamp = BitConverter.ToInt64(Envelope.Parser.ParseFrom(request.Body).Content.Span);
            _times.Add(Load.Since(stamp));
        }
    }
}
