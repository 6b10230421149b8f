using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using Fluister.Server.Mailboxes;
using Fluister.Server.Requests;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Server.Sockets;

/// <summary>One WebSocket: answers its requests, and, where a device has said who it is, delivers its mailbox.</summary>
/// <remarks>
/// <para>A letter leaves the mailbox when the device answers its delivery with a status of success, and not before. What is not answered
/// comes again on the next connection.</para>
/// <para>At most <see cref="ServerLimits.InFlight"/> letters wait for an answer, and at most <see cref="ServerLimits.SocketRequests"/>
/// requests
/// are worked on; a client that goes on regardless is no longer read from, so that its data waits on its own side. One that does not read
/// is given up after <see cref="ServerLimits.SocketSend"/>.</para>
/// <para>Three things go on at once: reading, delivering, and taking acknowledged letters out. All have ended when
/// <see cref="RunAsync"/> returns.</para>
/// </remarks>
internal sealed partial class DeviceSocket : IMailboxWatcher, IDisposable
{
    private readonly WebSocket _socket;
    private readonly Router _router;
    private readonly Caller? _caller;
    private readonly ulong _origin;
    private readonly TimeProvider _time;
    private readonly MailboxStore _mailboxes;
    private readonly ServerClock _clock;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly SemaphoreSlim _requests = new(ServerLimits.SocketRequests);
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _delivering = new();
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _delivered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _closing = new();
    private Task? _closed;
    private bool _isOver;

    /// <summary>Takes an open socket; the caller, if any, has been checked.</summary>
    public DeviceSocket(
        WebSocket socket, Router router, Caller? caller, ulong origin, MailboxStore mailboxes, ServerClock clock, TimeProvider time)
    {
        (_socket, _router, _caller, _origin) = (socket, router, caller, origin);
        (_mailboxes, _clock, _time) = (mailboxes, clock, time);
    }

    /// <summary>Whether the device wants stories; those that it does not want are taken for acknowledged, as Signal's service
    /// does.</summary>
    public bool WantsStories { get; init; }

    /// <summary>Waits until nothing is delivered here any more.</summary>
    public Task WaitForDeliveryAsync() => _delivered.Task.WaitAsync(Timeout.InfiniteTimeSpan, _time);

    /// <summary>Serves the socket until either side ends it. Whoever stops it cuts the connection.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(stopping, _ending.Token);
        var delivery = _caller is null ? Task.CompletedTask : DeliverAsync(stopping);
        var acknowledging = _caller is null ? Task.CompletedTask : AcknowledgeAllAsync();
        try
        {
            if (await ReceiveAsync(linked.Token).ConfigureAwait(false) is { } code)
            {
                BeginClosing(code);
            }
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // What the other side has not acknowledged stays in the mailbox.
        }

        // All that goes on is waited for, so that nothing of it meets what is disposed of.
        _received.SetResult();
        await FinishClosingAsync().ConfigureAwait(false);
        await _ending.CancelAsync().ConfigureAwait(false);
        await delivery.ConfigureAwait(false);
        _acknowledged.Writer.TryComplete();
        await acknowledging.ConfigureAwait(false);
        for (var i = 0; i < ServerLimits.SocketRequests; i++)
        {
            await _requests.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Begins to end it with a close code; what is being delivered stops at once.</summary>
    public void BeginClosing(int code)
    {
        lock (_closing)
        {
            if (!_isOver)
            {
                _closed ??= Task.Run(() => CloseAsync(code));
            }
        }
    }

    /// <summary>Lets go of what it holds.</summary>
    public void Dispose()
    {
        _delivered.TrySetResult();
        _sending.Dispose();
        _requests.Dispose();
        _ending.Dispose();
        _delivering.Dispose();
        _room.Dispose();
    }

    private static bool IsGone(Exception exception) =>
        exception is OperationCanceledException or WebSocketException or ObjectDisposedException or IOException or TimeoutException;

    private async Task CloseAsync(int code)
    {
        await _delivering.CancelAsync().ConfigureAwait(false);
        if (code == SocketCodes.Reauthenticate)
        {
            await LetAnswersGoAsync().ConfigureAwait(false);
        }

        using var limit = new CancellationTokenSource(ServerLimits.SocketFarewell, _time);
        try
        {
            await _sending.WaitAsync(limit.Token).ConfigureAwait(false);
            try
            {
                await _socket.CloseOutputAsync((WebSocketCloseStatus)code, null, limit.Token).ConfigureAwait(false);
            }
            finally
            {
                _sending.Release();
            }

            // The other side answers with its own farewell, which the reader hears.
            await _received.Task.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // It has gone already, or does not listen.
        }

        await _ending.CancelAsync().ConfigureAwait(false);
    }

    // The request that took a device's rights away is answered before its socket goes: clients take what they wait for as lost with it.
    private async Task LetAnswersGoAsync()
    {
        using var limit = new CancellationTokenSource(ServerLimits.Farewell, _time);
        var free = 0;
        try
        {
            for (; free < ServerLimits.SocketRequests; free++)
            {
                await _requests.WaitAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // It has had its time.
        }

        if (free > 0)
        {
            _requests.Release(free);
        }
    }

    private Task FinishClosingAsync()
    {
        lock (_closing)
        {
            _isOver = true;
            return _closed is null ? Task.CompletedTask : _closed.WaitAsync(Timeout.InfiniteTimeSpan, _time);
        }
    }

    // Reads until the other side ends; a code where what it says is a reason to.
    private async Task<int?> ReceiveAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var (bytes, code) = await ReadMessageAsync(cancellation).ConfigureAwait(false);
            if (bytes is null)
            {
                return code;
            }

            SocketMessage message;
            try
            {
                message = SocketMessage.Parser.ParseFrom(bytes);
            }
            catch (InvalidProtocolBufferException)
            {
                return SocketCodes.Malformed;
            }

            switch (message)
            {
                case { Type: SocketMessage.Types.Type.Response, Response: { } response }:
                    Acknowledged(response);
                    break;
                case { Type: SocketMessage.Types.Type.Request, Request: { HasVerb: true, HasPath: true } request }:
                    await _requests.WaitAsync(cancellation).ConfigureAwait(false);
                    _ = AnswerAsync(request, cancellation);
                    break;
                default:
                    return SocketCodes.Malformed;
            }
        }
    }

    private async Task<(byte[]? Bytes, int? Code)> ReadMessageAsync(CancellationToken cancellation)
    {
        // Nothing is held while nothing comes: an empty read waits, and only then a buffer is taken.
        var first = await _socket.ReceiveAsync(Memory<byte>.Empty, cancellation).ConfigureAwait(false);
        if (first.MessageType == WebSocketMessageType.Close)
        {
            return (null, SocketCodes.Normal);
        }

        if (first.MessageType != WebSocketMessageType.Binary)
        {
            return (null, SocketCodes.Malformed);
        }

        // An empty message is over with the empty read.
        if (first.EndOfMessage)
        {
            return ([], null);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        var length = 0;
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
                length += read.Count;
                if (read.MessageType == WebSocketMessageType.Close || length > ServerLimits.SocketMessage)
                {
                    return (null, read.MessageType == WebSocketMessageType.Close ? SocketCodes.Normal : SocketCodes.TooLarge);
                }

                if (read.EndOfMessage)
                {
                    return (buffer.AsSpan(0, length).ToArray(), null);
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task AnswerAsync(SocketRequest asked, CancellationToken cancellation)
    {
        // Off the reader's path: what a request waits for, the next one does not.
        await Task.Yield();
        try
        {
            var response = await _router.AnswerAsync(Read(asked), cancellation).ConfigureAwait(false);
            var said = new SocketResponse { Id = asked.Id, Status = (uint)response.Status, Reason = response.Status < 400 ? "OK" : "" };
            said.Headers.Add($"X-Signal-Timestamp: {Timestamp()}");
            if (response.ContentType is { } type)
            {
                said.Headers.Add($"Content-Type: {type}");
            }

            said.Headers.AddRange(response.Headers.Select(header => $"{header.Key}: {header.Value}"));
            if (!response.Body.IsEmpty)
            {
                said.Body = UnsafeByteOperations.UnsafeWrap(response.Body);
            }

            await SendAsync(new SocketMessage { Type = SocketMessage.Types.Type.Response, Response = said },
                cancellation).ConfigureAwait(false);
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // Nobody is there to hear the answer.
        }
        finally
        {
            _requests.Release();
        }
    }

    private Request Read(SocketRequest asked)
    {
        var (path, query) = RequestLine.Split(asked.Path);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in asked.Headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers.TryAdd(header[..colon].Trim(), header[(colon + 1)..].Trim());
            }
        }

        return new Request
        {
            Verb = asked.Verb.ToUpperInvariant(),
            Path = path,
            Query = query,
            Headers = headers,
            Body = asked.Body.Memory,
            Caller = _caller,
            Origin = _origin,
        };
    }

    private string Timestamp() => _time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private async Task SendAsync(SocketMessage message, CancellationToken cancellation)
    {
        var bytes = message.ToByteArray();
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // A message that has begun is not cancelled, since half of one would spoil the connection; but it must leave in time.
            var sent = _socket.SendAsync(bytes.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, _ending.Token);
            if (!sent.IsCompletedSuccessfully)
            {
                await sent.AsTask().WaitAsync(ServerLimits.SocketSend, _time, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (TimeoutException)
        {
            await _ending.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _sending.Release();
        }
    }
}
