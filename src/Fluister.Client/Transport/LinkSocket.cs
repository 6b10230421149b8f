using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Transport;

/// <summary>One open WebSocket to the home server: requests go out and are answered, messages come in.</summary>
/// <remarks>One reads, one writes, one looks whether the server is still there. All have ended when <see cref="RunAsync"/> returns, and
/// what was asked and not answered has failed.</remarks>
internal sealed partial class LinkSocket : IDisposable
{
    private readonly WebSocket _socket;
    private readonly DeliveryQueue? _deliveries;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _places = new(ClientLimits.RequestsAtOnce);
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<ServiceResponse>> _asked = [];
    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(ClientLimits.OutgoingFrames) { SingleReader = true });

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LinkEnd? _cause;
    private ulong _lastId;
    private long _heard;
    private volatile bool _isHeldUp;

    /// <summary>Takes an open connection.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="deliveries">Where messages go; null where none are taken.</param>
    /// <param name="clock">The time.</param>
    public LinkSocket(WebSocket socket, DeliveryQueue? deliveries, TimeProvider clock)
    {
        (_socket, _deliveries, _clock) = (socket, deliveries, clock);
        _heard = clock.GetTimestamp();
    }

    /// <summary>Is called when the connection has ended, before anybody who waits for an answer hears of it.</summary>
    public Action? WhenOver { get; set; }

    /// <summary>Serves the connection until either side ends it.</summary>
    public async Task<LinkEnd> RunAsync(CancellationToken stop)
    {
        using var stopping = stop.UnsafeRegister(static self => ((LinkSocket)self!).BeginFarewell(), this);
        var (writing, watching) = (WriteAllAsync(), WatchAsync());
        LinkEnd end;
        try
        {
            end = await ReadAllAsync().ConfigureAwait(false);
        }
        catch (Exception gone) when (IsGone(gone))
        {
            end = LinkEnd.Lost("The connection to the home server was lost. The client connects again by itself.", gone);
        }

        _outgoing.Writer.TryComplete();
        await _ended.CancelAsync().ConfigureAwait(false);
        _socket.Abort();
        end = _cause ?? end;
        WhenOver?.Invoke();
        _over.TrySetResult();
        foreach (var (_, answer) in _asked)
        {
            answer.TrySetException(Broken(end));
        }

        await Task.WhenAll(writing, watching).ConfigureAwait(false);
        return end;
    }

    /// <summary>Asks, and waits for the answer.</summary>
    /// <returns>None where the connection was over before the request could leave.</returns>
    /// <exception cref="ClientException">Unreachable: the connection was lost, or there was no answer in time. Whether the server has done
    /// what was asked is not known then.</exception>
    public async Task<ServiceResponse?> AskAsync(ServiceRequest request, CancellationToken cancel)
    {
        if (!await EnterAsync(cancel).ConfigureAwait(false))
        {
            return null;
        }

        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<ServiceResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _asked[id] = answer;
            if (_ended.IsCancellationRequested || !_outgoing.Writer.TryWrite(Frame(request, id)))
            {
                await _over.Task.WaitAsync(cancel).ConfigureAwait(false);
                return null;
            }

            return await answer.Task.WaitAsync(request.Limit, _clock, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            throw new ClientException(ClientError.Unreachable, "The home server has not answered in time. Try again.", late);
        }
        finally
        {
            _asked.TryRemove(id, out _);
            _places.Release();
        }
    }

    /// <summary>Lets go of what it holds.</summary>
    public void Dispose()
    {
        // Whoever still waits for a place hears of the end by the token, so neither is disposed of.
        _socket.Dispose();
    }

    private static bool IsGone(Exception exception) =>
        exception is OperationCanceledException or WebSocketException or ObjectDisposedException or IOException
            or InvalidOperationException;

    private static ClientException Broken(LinkEnd? end) => new(
        end?.IsFinal == true ? end.Cause.Error : ClientError.Unreachable,
        end?.IsFinal == true ? end.Cause.Message : "The connection to the home server was lost before it answered. Try again.",
        end?.Cause);

    private static byte[] Frame(ServiceRequest request, ulong id)
    {
        var asked = new SocketRequest { Verb = request.Verb, Path = request.Path, Id = id };
        if (!request.Body.IsEmpty)
        {
            asked.Body = UnsafeByteOperations.UnsafeWrap(request.Body);
            if (!request.Headers.ContainsKey("content-type"))
            {
                asked.Headers.Add("content-type: application/json");
            }
        }

        asked.Headers.AddRange(request.Headers.Select(header => $"{header.Key}: {header.Value}"));
        return new SocketMessage { Type = SocketMessage.Types.Type.Request, Request = asked }.ToByteArray();
    }

    // A place among the requests at once; false when the connection has ended.
    private async Task<bool> EnterAsync(CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _ended.Token);
        try
        {
            await _places.WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            await _over.Task.WaitAsync(cancel).ConfigureAwait(false);
            return false;
        }
    }

    private void End(LinkEnd cause)
    {
        Interlocked.CompareExchange(ref _cause, cause, null);
        _socket.Abort();
    }
}
