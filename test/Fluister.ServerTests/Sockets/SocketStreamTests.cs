using Fluister.Server;
using Fluister.Server.Sockets;
using Microsoft.AspNetCore.Http.Features;

namespace Fluister.ServerTests.Sockets;

/// <summary>What waits for a client that does not read is bounded, goes together once it reads, and is given up in time.</summary>
public sealed class SocketStreamTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly StuckStream _inner = new();
    private readonly HttpRequestLifetimeFeature _connection = new();

    public void Dispose()
    {
        _inner.Dispose();
        _connection.Dispose();
    }

    [Fact]
    public async Task Who_sends_to_one_that_does_not_read_waits_at_the_bound_and_goes_on_when_it_reads()
    {
        using var stream = Create();
        Assert.True(SendAsync(stream, 100).IsCompleted);
        var (held, size) = (0, SocketFrame.Ask(1, "/", new byte[1000], 0).Size);
        var sent = Task.CompletedTask;
        while (sent.IsCompleted)
        {
            Assert.InRange(held, 0, ServerLimits.SocketPending);
            sent = SendAsync(stream, 1000);
            held += size;
        }

        Assert.InRange(held, ServerLimits.SocketPending + 1, ServerLimits.SocketPending + size);
        Assert.Single(_inner.Writes);
        _inner.Read();
        await sent.WaitAsync(TestContext.Current.CancellationToken);

        // All that waited left with one write.
        Assert.Equal(2, _inner.Writes.Count);
        Assert.Equal(held, _inner.Writes[1]);
        _inner.Read();
        await stream.WaitUntilSentAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task One_that_takes_nothing_is_cut_and_who_waited_goes_on()
    {
        using var stream = Create();
        var sent = SendAsync(stream, ServerLimits.SocketPending + 1);
        Assert.True(sent.IsCompleted);
        sent = SendAsync(stream, ServerLimits.SocketPending + 1);
        _clock.Advance(ServerLimits.SocketSend - TimeSpan.FromTicks(1));
        stream.Sweep(isBusy: true);
        Assert.False(sent.IsCompleted);
        Assert.False(_connection.RequestAborted.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromTicks(1));
        stream.Sweep(isBusy: true);
        Assert.True(_connection.RequestAborted.IsCancellationRequested);
        await sent.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task One_that_reads_slowly_is_not_taken_for_silent_while_it_is_not_read_from()
    {
        using var stream = Create();
        _ = SendAsync(stream, ServerLimits.SocketPending + 1);
        _ = SendAsync(stream, ServerLimits.SocketPending + 1);
        _clock.Advance(ServerLimits.SocketPing);
        stream.Sweep(isBusy: false);
        _clock.Advance(TimeSpan.FromSeconds(10));
        _inner.Read();
        var room = stream.WaitForRoomAsync();
        Assert.True(room.IsCompletedSuccessfully);
        _ = SendAsync(stream, ServerLimits.SocketPending + 1);
        room = stream.WaitForRoomAsync();
        Assert.False(room.IsCompleted);
        _clock.Advance(ServerLimits.SocketIdle - ServerLimits.SocketPing - TimeSpan.FromSeconds(10));
        stream.Sweep(isBusy: false);
        Assert.False(_connection.RequestAborted.IsCancellationRequested);
        stream.Abort();
        await room;
    }

    [Fact]
    public void A_message_that_does_not_end_is_cut_and_one_that_ended_is_not()
    {
        using var stream = Create();
        stream.IsWithinMessage(true);
        stream.IsWithinMessage(false);
        _clock.Advance(ServerLimits.SocketMessageTime);
        stream.Sweep(isBusy: true);
        Assert.False(_connection.RequestAborted.IsCancellationRequested);
        stream.IsWithinMessage(true);
        _clock.Advance(ServerLimits.SocketMessageTime);
        stream.Sweep(isBusy: true);
        Assert.True(_connection.RequestAborted.IsCancellationRequested);
    }

    [Fact]
    public async Task A_connection_that_fails_in_whatever_way_is_cut_and_keeps_nobody_waiting()
    {
        _inner.Failure = new NotSupportedException();
        using var stream = Create();
        Assert.True(SendAsync(stream, 1).IsCompletedSuccessfully);
        Assert.True(_connection.RequestAborted.IsCancellationRequested);
        await stream.FinishAsync();
    }

    [Fact]
    public async Task Nothing_touches_the_connection_after_the_end()
    {
        using var stream = Create();
        await stream.FinishAsync();
        stream.Abort();
        Assert.False(_connection.RequestAborted.IsCancellationRequested);
        Assert.True(SendAsync(stream, 1).IsCompletedSuccessfully);
        Assert.Empty(_inner.Writes);
    }

    private static Task SendAsync(SocketStream stream, int bytes) =>
        stream.SendAsync(SocketFrame.Ask(1, "/", new byte[bytes], 0)).AsTask();

    private SocketStream Create() => new(_inner, _connection, _clock, ServerLimits.SocketIdle);

    private sealed class HttpRequestLifetimeFeature : IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly CancellationTokenSource _source = new();

        public CancellationToken RequestAborted
        {
            get => _source.Token;
            set => throw new NotSupportedException();
        }

        public void Abort() => _source.Cancel();

        public void Dispose() => _source.Dispose();
    }

    /// <summary>A client that reads when it is told to.</summary>
    private sealed class StuckStream : MemoryStream
    {
        private TaskCompletionSource _read = new();

        public List<int> Writes { get; } = [];

        public Exception? Failure { get; set; }

        public void Read()
        {
            var read = _read;
            _read = new TaskCompletionSource();
            read.SetResult();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes.Add(buffer.Length);
            if (Failure is not null)
            {
                throw Failure;
            }

            await _read.Task.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }
}
