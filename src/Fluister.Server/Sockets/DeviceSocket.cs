using System.Buffers;
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
/// requests are worked on, and no further one while <see cref="ServerLimits.SocketPending"/> bytes wait to leave; a client that goes on
/// regardless is no longer read from, so that its data waits on its own side. One that does
/// not read is given up after <see cref="ServerLimits.SocketSend"/>.</para>
/// <para>An idle one costs little: it waits in one read, and has no task, timer or buffer of its own. Delivery begins where a letter is
/// handed to it, and ends with the last. All that goes on has ended when <see cref="RunAsync"/> returns.</para>
/// </remarks>
internal sealed partial class DeviceSocket : IMailboxWatcher, IThreadPoolWorkItem, IDisposable
{
    private const int SmallBuffer = 4096;

    private readonly WebSocket _socket;
    private readonly SocketStream _stream;
    private readonly Router _router;
    private readonly ulong _origin;
    private readonly TimeProvider _time;
    private readonly MailboxStore _mailboxes;
    private readonly Lock _gate = new();
    private CancellationTokenSource? _ending;
    private TaskCompletionSource? _answered;
    private TaskCompletionSource? _quiet;
    private TaskCompletionSource? _received;
    private Task? _closed;
    private int _answering;
    private bool _isStopped;
    private bool _isReceived;
    private bool _isOver;

    /// <summary>Takes an open connection; the caller, if any, has been checked.</summary>
    public DeviceSocket(SocketStream stream, Router router, Caller? caller, ulong origin, MailboxStore mailboxes, TimeProvider time)
    {
        (_stream, _router, Caller, _origin, _mailboxes, _time) = (stream, router, caller, origin, mailboxes, time);
        _socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        ReceivesMessages = caller is not null;
    }

    /// <summary>The device behind it, as it was when it connected.</summary>
    public Caller? Caller { get; }

    /// <summary>Whether the device wants stories; those that it does not want are taken for acknowledged, as Signal's service
    /// does.</summary>
    public bool WantsStories { get; init; }

    /// <summary>Whether the device is sent its mailbox here. One that does not want that is answered, and nothing else.</summary>
    public bool ReceivesMessages { get; init; }

    /// <summary>Whether an exception says that a connection has ended.</summary>
    public static bool IsGone(Exception exception) =>
        exception is OperationCanceledException or WebSocketException or ObjectDisposedException or IOException or TimeoutException;

    /// <summary>Serves the socket until either side ends it.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (ReceivesMessages)
            {
                BeginDelivery();
            }

            if (await ReceiveAsync().ConfigureAwait(false) is { } code)
            {
                BeginClosing(code);
            }
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // What the other side has not acknowledged stays in the mailbox.
        }
        finally
        {
            // All that goes on is waited for, so that nothing of it meets what is disposed of.
            await FinishAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Begins to end it with a close code; nothing more is delivered.</summary>
    public void BeginClosing(int code)
    {
        StopDelivery();
        lock (_gate)
        {
            if (!_isOver)
            {
                _closed ??= Task.Run(() => CloseAsync(code));
            }
        }
    }

    /// <summary>Looks after it now and then: a ping for a silent one, the end of one that is stuck.</summary>
    public void Sweep() => _stream.Sweep(isBusy: Volatile.Read(ref _answering) >= ServerLimits.SocketRequests);

    /// <summary>Lets go of what it holds.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _ending?.Dispose();
    }

    private async Task FinishAsync()
    {
        StopDelivery();
        Task closed;
        lock (_gate)
        {
            (_isReceived, _isOver) = (true, true);
            _received?.TrySetResult();
            _ending ??= new CancellationTokenSource();
            closed = _closed ?? Task.CompletedTask;
        }

        await closed.WaitAsync(Timeout.InfiniteTimeSpan, _time).ConfigureAwait(false);
        await _ending.CancelAsync().ConfigureAwait(false);
        await WaitForAnswersAsync(0, CancellationToken.None).ConfigureAwait(false);
        await WaitForDeliveryAsync().ConfigureAwait(false);
        await _stream.FinishAsync().ConfigureAwait(false);
    }

    private async Task CloseAsync(int code)
    {
        using var limit = new CancellationTokenSource(ServerLimits.SocketFarewell, _time);
        try
        {
            if (code == SocketCodes.Reauthenticate)
            {
                await LetAnswersGoAsync().ConfigureAwait(false);
            }

            _stream.EndMessages();
            await _socket.CloseOutputAsync((WebSocketCloseStatus)code, null, limit.Token).ConfigureAwait(false);
            await _stream.WaitUntilSentAsync(limit.Token).ConfigureAwait(false);

            // The other side answers with its own farewell, which the reader hears.
            await WaitForReceivedAsync().WaitAsync(limit.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It has gone already, or does not listen; whatever it is, the end goes on.
        catch (Exception)
#pragma warning restore CA1031
        {
            _stream.Abort();
        }
    }

    private Task WaitForReceivedAsync()
    {
        lock (_gate)
        {
            return _isReceived ? Task.CompletedTask : (_received ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    // The request that took a device's rights away is answered before its socket goes: clients take what they wait for as lost with it.
    private async Task LetAnswersGoAsync()
    {
        using var limit = new CancellationTokenSource(ServerLimits.Farewell, _time);
        try
        {
            await WaitForAnswersAsync(0, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It has had its time.
        }
    }

    // Reads until the other side ends; a code where what it says is a reason to.
    private async Task<int?> ReceiveAsync()
    {
        while (true)
        {
            // Nothing is held while nothing comes: an empty read waits, and only then a buffer is taken.
            var first = await _socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None).ConfigureAwait(false);
            if (first.MessageType != WebSocketMessageType.Binary)
            {
                return first.MessageType == WebSocketMessageType.Close ? SocketCodes.Normal : SocketCodes.Malformed;
            }

            _stream.IsWithinMessage(true);
            var (message, code) = await ReadMessageAsync(first.EndOfMessage).ConfigureAwait(false);
            _stream.IsWithinMessage(false);
            switch (message)
            {
                case null:
                    return code;
                case { Type: SocketMessage.Types.Type.Response, Response: { } response }:
                    Acknowledged(response);
                    break;
                case { Type: SocketMessage.Types.Type.Request, Request: { HasVerb: true, HasPath: true } request }:
                    await WaitForAnswersAsync(ServerLimits.SocketRequests - 1, CancellationToken.None).ConfigureAwait(false);
                    await _stream.WaitForRoomAsync().ConfigureAwait(false);
                    _ = AnswerAsync(request);
                    break;
                default:
                    return SocketCodes.Malformed;
            }
        }
    }

    private async ValueTask<(SocketMessage? Message, int Code)> ReadMessageAsync(bool isEmpty)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
        try
        {
            var (length, empties) = (0, 0);
            while (!isEmpty)
            {
                var read = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None).ConfigureAwait(false);
                length += read.Count;
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    return (null, SocketCodes.Normal);
                }

                if (length > ServerLimits.SocketMessage || (read.Count == 0 && ++empties > ServerLimits.EmptyFragments))
                {
                    return (null, SocketCodes.TooLarge);
                }

                if (read.EndOfMessage)
                {
                    break;
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return (SocketMessage.Parser.ParseFrom(buffer.AsSpan(0, length)), 0);
        }
        catch (InvalidProtocolBufferException)
        {
            return (null, SocketCodes.Malformed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Until it waits for something, this runs where the request was read, so that an answer that is at hand costs no hop.
    private async Task AnswerAsync(SocketRequest asked)
    {
        CancellationToken cancellation;
        lock (_gate)
        {
            _answering++;
            cancellation = (_ending ??= new CancellationTokenSource()).Token;
        }

        try
        {
            var response = await _router.AnswerAsync(Read(asked), cancellation).ConfigureAwait(false);
            await _stream.SendAsync(SocketFrame.Answer(asked.Id, response, Now)).ConfigureAwait(false);
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // Nobody is there to hear the answer.
        }
        finally
        {
            lock (_gate)
            {
                _answering--;
                _answered?.TrySetResult();
                _answered = null;
            }
        }
    }

    // Waits until at most so many requests are being answered.
    private async ValueTask WaitForAnswersAsync(int most, CancellationToken cancellation)
    {
        while (true)
        {
            Task answered;
            lock (_gate)
            {
                if (_answering <= most)
                {
                    return;
                }

                answered = (_answered ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await answered.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private Request Read(SocketRequest asked)
    {
        var (path, query) = RequestLine.Split(asked.Path);
        return new Request
        {
            Verb = asked.Verb.ToUpperInvariant(),
            Path = path,
            Query = query,
            Headers = Headers(asked),
            Body = asked.Body.Memory,
            Caller = Caller,
            Origin = _origin,
        };
    }

    private static IReadOnlyDictionary<string, string> Headers(SocketRequest asked)
    {
        if (asked.Headers.Count == 0)
        {
            return Request.None;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in asked.Headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers.TryAdd(header[..colon].Trim(), header[(colon + 1)..].Trim());
            }
        }

        return headers;
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
