using System.Net.WebSockets;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Transport;

/// <content>What goes out, and whether the server is still there.</content>
internal sealed partial class LinkSocket
{
    /// <summary>Asks whether the server is there; ends the connection where it does not answer.</summary>
    public async Task ProbeAsync(TimeSpan limit)
    {
        var asked = _clock.GetTimestamp();
        try
        {
            await AskAsync(new ServiceRequest("GET", "/v1/keepalive") { Limit = limit }, _ended.Token).ConfigureAwait(false);
        }
        catch (ClientException) when (!_ended.IsCancellationRequested)
        {
            // While our own side is slow to take messages, nothing is read, and nothing can be said of the server.
            if (!_isHeldUp && Volatile.Read(ref _heard) <= asked)
            {
                End(LinkEnd.Lost("The home server does not answer any more. The client connects again by itself."));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ClientException)
        {
            // The connection has ended already.
        }
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                var silent = _clock.GetElapsedTime(Volatile.Read(ref _heard));
                if (_isHeldUp || silent < ClientLimits.KeepAliveInterval)
                {
                    var wait = _isHeldUp ? ClientLimits.KeepAliveInterval : ClientLimits.KeepAliveInterval - silent;
                    await Task.Delay(wait, _clock, _ended.Token).ConfigureAwait(false);
                }
                else
                {
                    await ProbeAsync(ClientLimits.KeepAliveTime).ConfigureAwait(false);
                    _ended.Token.ThrowIfCancellationRequested();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    private void Answer(ulong id, uint status)
    {
        var response = new SocketResponse { Id = id, Status = status, Reason = status < 300 ? "OK" : "Not Found" };
        var frame = new SocketMessage { Type = SocketMessage.Types.Type.Response, Response = response }.ToByteArray();
        if (!_outgoing.Writer.TryWrite(frame) && _outgoing.Reader.Count >= ClientLimits.OutgoingFrames)
        {
            End(LinkEnd.Lost("The home server takes no acknowledgements. The client connects again by itself."));
        }
    }

    private async Task WriteAllAsync()
    {
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                using var limit = new CancellationTokenSource(ClientLimits.SendTime, _clock);
                while (_outgoing.Reader.TryRead(out var frame))
                {
                    await _socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, limit.Token).ConfigureAwait(false);
                    limit.CancelAfter(ClientLimits.SendTime);
                }
            }
        }
        catch (Exception gone) when (IsGone(gone))
        {
            End(LinkEnd.Lost("The connection to the home server was lost. The client connects again by itself.", gone));
            _outgoing.Writer.TryComplete();
        }
    }

    // Nothing more is asked; what waits, acknowledgements above all, still leaves.
    private void BeginFarewell() => _ = Task.Run(FarewellAsync);

    private async Task FarewellAsync()
    {
        _outgoing.Writer.TryComplete();
        try
        {
            await _outgoing.Reader.Completion.WaitAsync(ClientLimits.FarewellTime, _clock).ConfigureAwait(false);
            await CloseAsync((int)WebSocketCloseStatus.NormalClosure).ConfigureAwait(false);
            await Task.Delay(ClientLimits.FarewellTime, _clock, _ended.Token).ConfigureAwait(false);
        }
        catch (Exception late) when (late is TimeoutException || IsGone(late))
        {
            // It has had its time, or the server was quicker.
        }

        // Reading may wait for room among the deliveries, which nobody takes any more.
        await _ended.CancelAsync().ConfigureAwait(false);
        _socket.Abort();
    }

    private async Task CloseAsync(int code)
    {
        using var limit = new CancellationTokenSource(ClientLimits.FarewellTime, _clock);
        try
        {
            await _socket.CloseOutputAsync((WebSocketCloseStatus)code, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // Nobody hears it.
        }
    }

    private Task AnswerFarewellAsync() =>
        _socket.State == WebSocketState.CloseReceived ? CloseAsync((int)WebSocketCloseStatus.NormalClosure) : Task.CompletedTask;
}
