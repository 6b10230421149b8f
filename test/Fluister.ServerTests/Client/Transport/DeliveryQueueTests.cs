using Fluister.Client;
using Fluister.Client.Transport;

namespace Fluister.ServerTests.Client.Transport;

/// <summary>What waits between the socket and who takes it.</summary>
public sealed class DeliveryQueueTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_holds_so_many_and_no_more()
    {
        var queue = new DeliveryQueue();
        for (var i = 0; i < ClientLimits.WaitingDeliveries; i++)
        {
            Assert.True(await queue.WriteAsync(new QueueEmptyDelivery(), 1, Cancellation));
        }

        var next = queue.WriteAsync(new MalformedDelivery(), 1, Cancellation);
        Assert.False(next.IsCompleted);
        Assert.True(queue.TryRead(out _));
        Assert.True(await next);
    }

    [Fact]
    public async Task It_holds_so_many_bytes_and_at_least_one_delivery()
    {
        var queue = new DeliveryQueue();
        Assert.True(await queue.WriteAsync(new QueueEmptyDelivery(), ClientLimits.WaitingDeliveryBytes + 1, Cancellation));
        var next = queue.WriteAsync(new MalformedDelivery(), 1, Cancellation);
        Assert.False(next.IsCompleted);
        Assert.True(queue.TryRead(out _));
        Assert.True(await next);
        Assert.IsType<MalformedDelivery>(await queue.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Who_waits_for_room_goes_when_it_ends()
    {
        var queue = new DeliveryQueue();
        using var stop = new CancellationTokenSource();
        Assert.True(await queue.WriteAsync(new QueueEmptyDelivery(), ClientLimits.WaitingDeliveryBytes, Cancellation));
        var next = queue.WriteAsync(new MalformedDelivery(), 1, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        queue.Complete(new ClientException(ClientError.Unlinked, "gone"));
        Assert.False(await queue.WriteAsync(new MalformedDelivery(), 1, Cancellation));
        Assert.True(queue.TryRead(out _));
        await Assert.ThrowsAsync<ClientException>(async () => await queue.WaitToReadAsync(Cancellation));
    }
}
