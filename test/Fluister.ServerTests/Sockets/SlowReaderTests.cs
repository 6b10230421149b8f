using Fluister.Server;
using Fluister.Server.Requests;
using Fluister.Server.Sockets;
using Fluister.Wire.Protos;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;

namespace Fluister.ServerTests.Sockets;

/// <summary>One who asks for much and does not read makes the server hold little.</summary>
public sealed class SlowReaderTests
{
    private const int Requests = ServerLimits.SocketRequests;

    [Fact(Timeout = 60_000)]
    public async Task No_further_request_begins_while_enough_waits_to_leave()
    {
        await using var server = new TestServer();
        var begun = 0;
        var large = new Response(200) { Body = new byte[ServerLimits.SocketPending + 1] };
        var route = new Route("GET", "/v1/large", Access.Anyone, (_, _) =>
        {
            begun++;
            return ValueTask.FromResult(large);
        });
        using var client = new SilentReader(Asked());
        using var stream = new SocketStream(client, new HttpRequestLifetimeFeature(), server.Clock, ServerLimits.SocketIdle);
        using var socket = new DeviceSocket(
            stream, new Router([route], caller => caller), null, 0, server.Home.Mailboxes, server.Clock);

        // One leaves, and one waits; all of this goes on here, since the requests are at hand.
        var running = socket.RunAsync();
        Assert.Equal(2, begun);

        client.Read();
        await running;
        Assert.Equal(Requests, begun);
    }

    private static byte[] Asked() => [.. Enumerable.Range(0, Requests).SelectMany(id => RawConnection.Message(
        0x82,
        new SocketMessage
        {
            Type = SocketMessage.Types.Type.Request,
            Request = new SocketRequest { Verb = "GET", Path = "/v1/large", Id = (ulong)id },
        }.ToByteArray()))];

    /// <summary>A client that has sent all that it has to say, and reads when it is told to.</summary>
    private sealed class SilentReader(byte[] sent) : MemoryStream(sent)
    {
        private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Read() => _read.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await _read.Task.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}
