using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Fluister.Server.Sockets;

/// <summary>The bytes of one WebSocket. Frames that are to leave are gathered while others leave, and go together; an idle one holds no
/// buffer and no timer.</summary>
/// <remarks>Whoever adds a frame while <see cref="ServerLimits.SocketPending"/> bytes wait is kept waiting, so that one who does not read
/// holds no more than that. <see cref="Sweep"/>, which somebody calls now and then, ends those that are stuck or silent.</remarks>
internal sealed class SocketStream(Stream inner, IHttpRequestLifetimeFeature connection, TimeProvider time, TimeSpan idle) : Stream
{
    private static readonly byte[] Ping = [0x89, 0];

    private readonly Lock _lock = new();
    private byte[]? _pending;
    private int _length;
    private bool _isWriting;
    private bool _isClosed;
    private bool _isAborted;
    private TaskCompletionSource? _taken;
    private long _writingSince;
    private long _messageSince;
    private long _read = time.GetUtcNow().Ticks;
    private long _pinged;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private long Now => time.GetUtcNow().Ticks;

    /// <summary>Sends a frame. It has been taken when this returns, and has left some time later; none leaves after
    /// <see cref="EndMessages"/>.</summary>
    public ValueTask SendAsync(in SocketFrame frame)
    {
        lock (_lock)
        {
            if (_isClosed || _isAborted)
            {
                return default;
            }

            frame.Write(Reserve(frame.Size));
        }

        return DrainAsync();
    }

    /// <summary>From now on only what the WebSocket itself says leaves: its farewell.</summary>
    public void EndMessages()
    {
        lock (_lock)
        {
            _isClosed = true;
            _taken?.TrySetResult();
            _taken = null;
        }
    }

    /// <summary>Waits until all that was taken has left, but not for long; after this nothing here touches the connection, which may serve
    /// another by then.</summary>
    public async Task FinishAsync()
    {
        EndMessages();
        using var limit = new CancellationTokenSource(ServerLimits.SocketFarewell, time);
        try
        {
            await WaitUntilSentAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Abort();
            await WaitUntilSentAsync(CancellationToken.None).ConfigureAwait(false);
        }

        lock (_lock)
        {
            _isAborted = true;
            Drop();
        }
    }

    /// <summary>A message of the other side has begun, or has ended: it must not take longer than
    /// <see cref="ServerLimits.SocketMessageTime"/>.</summary>
    public void IsWithinMessage(bool isWithin) => Volatile.Write(ref _messageSince, isWithin ? Now : 0);

    /// <summary>Asks a silent client whether it is there. Ends a connection whose client does not say so, or takes nothing, or whose
    /// message does not end.</summary>
    /// <param name="isBusy">It is not read from, because it has asked for much: then silence is ours, as where much waits to leave.</param>
    public void Sweep(bool isBusy)
    {
        var now = Now;
        var (read, isAsked) = (Volatile.Read(ref _read), _pinged > Volatile.Read(ref _read));
        bool IsPast(long since, TimeSpan limit) => since != 0 && now - since >= limit.Ticks;
        if (IsPast(Volatile.Read(ref _writingSince), ServerLimits.SocketSend)
            || IsPast(Volatile.Read(ref _messageSince), ServerLimits.SocketMessageTime)
            || (isAsked && !isBusy && !IsFull && IsPast(_pinged, idle - ServerLimits.SocketPing)))
        {
            Abort();
        }
        else if (!isAsked && IsPast(read, ServerLimits.SocketPing))
        {
            _pinged = now;
            _ = WriteAsync(Ping, CancellationToken.None).AsTask();
        }
    }

    /// <summary>Waits while more than <see cref="ServerLimits.SocketPending"/> bytes wait to leave.</summary>
    public async ValueTask WaitForRoomAsync()
    {
        while (true)
        {
            ValueTask room;
            lock (_lock)
            {
                if (!IsFull)
                {
                    return;
                }

                room = RoomAsync();
            }

            await room.ConfigureAwait(false);
        }
    }

    /// <summary>Waits until all that was taken has left, or never will.</summary>
    public async Task WaitUntilSentAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task taken;
            lock (_lock)
            {
                if (!_isWriting)
                {
                    return;
                }

                taken = (_taken ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await taken.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Cuts the connection.</summary>
    public void Abort()
    {
        lock (_lock)
        {
            if (!_isAborted)
            {
                _isAborted = true;
                Drop();
                connection.Abort();
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // More is wanted as soon as something came, so that this is when something came last.
        Volatile.Write(ref _read, Now);
        return inner.ReadAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_isAborted)
            {
                return ValueTask.FromException(new IOException("The connection was cut."));
            }

            buffer.Span.CopyTo(Reserve(buffer.Length));
        }

        return DrainAsync();
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private Span<byte> Reserve(int size)
    {
        var needed = _length + size;
        if (_pending is null || _pending.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * _length));
            if (_pending is not null)
            {
                _pending.AsSpan(0, _length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_pending);
            }

            _pending = larger;
        }

        _length = needed;
        return _pending.AsSpan(needed - size, size);
    }

    // One writes at a time: who finds nobody writing does it, for all who come meanwhile.
    private ValueTask DrainAsync()
    {
        lock (_lock)
        {
            if (_isWriting)
            {
                return RoomAsync();
            }

            _isWriting = true;
        }

        _ = WriteAllAsync();
        lock (_lock)
        {
            return RoomAsync();
        }
    }

    private bool IsFull => _isWriting && _length > ServerLimits.SocketPending;

    private ValueTask RoomAsync() => IsFull
        ? new ValueTask((_taken ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task)
        : default;

    private async Task WriteAllAsync()
    {
        while (Take(out var length) is { } batch)
        {
            try
            {
                await inner.WriteAsync(batch.AsMemory(0, length), CancellationToken.None).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever it is, nothing leaves here any more, and nobody may wait for that.
            catch (Exception)
#pragma warning restore CA1031
            {
                Abort();
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(batch);
            }
        }
    }

    // What is to leave next, or nothing: then nobody writes any more.
    private byte[]? Take(out int length)
    {
        lock (_lock)
        {
            (var batch, length) = (_pending, _length);
            (_pending, _length) = (null, 0);
            _isWriting = batch is not null;
            Volatile.Write(ref _writingSince, batch is null ? 0 : Now);
            _taken?.TrySetResult();
            _taken = null;
            return batch;
        }
    }

    private void Drop()
    {
        if (_pending is not null)
        {
            ArrayPool<byte>.Shared.Return(_pending);
        }

        (_pending, _length) = (null, 0);
        _taken?.TrySetResult();
        _taken = null;
    }
}
