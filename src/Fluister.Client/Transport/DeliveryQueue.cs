using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Fluister.Client.Transport;

/// <summary>Deliveries on their way from a socket to who takes them, in order; bounded by number and by bytes.</summary>
internal sealed class DeliveryQueue : ChannelReader<Delivery>
{
    private readonly Channel<(Delivery Delivery, int Bytes)> _channel = Channel.CreateBounded<(Delivery, int)>(
        new BoundedChannelOptions(ClientLimits.WaitingDeliveries) { SingleWriter = false, SingleReader = false });

    private readonly Lock _gate = new();
    private TaskCompletionSource? _room;
    private long _bytes;
    private bool _isComplete;

    /// <summary>Nothing has come yet.</summary>
    public DeliveryQueue() => Completion = _channel.Reader.Completion;

    /// <inheritdoc/>
    public override Task Completion { get; }

    /// <summary>Puts one in; waits for room.</summary>
    /// <returns>False when nobody takes any more.</returns>
    public async ValueTask<bool> WriteAsync(Delivery delivery, int bytes, CancellationToken cancel)
    {
        while (!Take(bytes, out var room))
        {
            await room.WaitAsync(cancel).ConfigureAwait(false);
        }

        try
        {
            await _channel.Writer.WriteAsync((delivery, bytes), cancel).ConfigureAwait(false);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>No more will come.</summary>
    public void Complete(ClientException? cause)
    {
        _channel.Writer.TryComplete(cause);
        lock (_gate)
        {
            _isComplete = true;
        }

        Free(0);
    }

    /// <inheritdoc/>
    public override bool TryRead([MaybeNullWhen(false)] out Delivery item)
    {
        if (!_channel.Reader.TryRead(out var next))
        {
            item = null;
            return false;
        }

        item = next.Delivery;
        Free(next.Bytes);
        return true;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        _channel.Reader.WaitToReadAsync(cancellationToken);

    // Whether the bytes have room; else what tells that there may be some.
    private bool Take(int bytes, out Task room)
    {
        lock (_gate)
        {
            var isFull = !_isComplete && _bytes > 0 && _bytes + bytes > ClientLimits.WaitingDeliveryBytes;
            room = isFull ? (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
            _bytes += isFull ? 0 : bytes;
            return !isFull;
        }
    }

    private void Free(int bytes)
    {
        lock (_gate)
        {
            _bytes -= bytes;
            _room?.TrySetResult();
            _room = null;
        }
    }
}
