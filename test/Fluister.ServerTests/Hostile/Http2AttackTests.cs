using System.Net;
using Fluister.Server;
using Fluister.ServerTests.Sockets;

namespace Fluister.ServerTests.Hostile;

/// <summary>HTTP/2 made by hand, as no client makes it (RFC 9113, section 10.5). Each connection ends at most itself.</summary>
public sealed class Http2AttackTests : IAsyncLifetime
{
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte GoAway = 7;
    private const byte Continuation = 9;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private const int Flood = 20_000;

    private readonly TestServer _server = new();
    private HttpClient _http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _http = await _server.ListenAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Requests_that_are_taken_back_at_once_end_their_connection()
    {
        // CVE-2023-44487.
        using var connection = await RawConnection.ConnectAsync(_server.Port, isHttp2: true);
        var request = RawConnection.Get();
        var batch = new MemoryStream();
        var sent = 0;
        for (; sent < Flood && await connection.TrySendAsync(batch.ToArray());)
        {
            batch.SetLength(0);
            for (var i = 0; i < 200; i++, sent++)
            {
                batch.Write(RawConnection.Frame(Headers, EndStream | EndHeaders, (2 * sent) + 1, request));
                batch.Write(RawConnection.Frame(Reset, 0, (2 * sent) + 1, [0, 0, 0, 8]));
            }
        }

        await AssertServedAsync();
    }

    [Fact]
    public async Task Headers_that_go_on_without_end_are_refused_at_their_bound()
    {
        using var connection = await RawConnection.ConnectAsync(_server.Port, isHttp2: true);
        await connection.SendAsync(RawConnection.Frame(Headers, EndStream, 1, RawConnection.Get()));
        var more = RawConnection.Frame(Continuation, 0, 1, RawConnection.Block(("x", new string('y', 4000))));
        var sent = 0;
        while (sent < 1000 && await connection.TrySendAsync(more))
        {
            sent++;
        }

        Assert.True(await IsEndedAsync(connection));
        await AssertServedAsync();
    }

    [Fact]
    public async Task Too_many_headers_and_too_large_ones_are_refused()
    {
        var many = Enumerable.Range(0, ServerLimits.RequestHeaderCount + 1).Select(i => ($"x{i}", "y")).ToArray();
        var large = Enumerable.Range(0, 3).Select(i => ($"x{i}", new string('y', 12_000))).ToArray();
        foreach (var headers in new[] { many, large })
        {
            using var connection = await RawConnection.ConnectAsync(_server.Port, isHttp2: true);
            var block = RawConnection.Get(headers);
            var first = block[..Math.Min(block.Length, 16_000)];
            var flags = EndStream | (first.Length == block.Length ? EndHeaders : 0);
            await connection.SendAsync(RawConnection.Frame(Headers, (byte)flags, 1, first));
            for (var at = first.Length; at < block.Length; at += 16_000)
            {
                var part = block[at..Math.Min(block.Length, at + 16_000)];
                await connection.TrySendAsync(RawConnection.Frame(
                    Continuation, (byte)(at + part.Length == block.Length ? EndHeaders : 0), 1, part));
            }

            // An answer of 431, or the end of the connection; not the request's own 404.
            while (await connection.ReadFrameAsync() is { } frame && frame.Type != GoAway)
            {
                if (frame.Type == Headers)
                {
                    Assert.NotEqual(0x8d, frame.Payload[0]);
                    break;
                }
            }
        }

        await AssertServedAsync();
    }

    [Theory]
    [InlineData(Settings)]
    [InlineData(Ping)]
    public async Task Questions_whose_answers_are_not_read_hold_no_memory_and_nobody_up(byte type)
    {
        using var connection = await RawConnection.ConnectAsync(_server.Port, isHttp2: true);
        var one = RawConnection.Frame(type, 0, 0, new byte[type == Ping ? 8 : 0]);
        var batch = Enumerable.Repeat(one, 1000).SelectMany(bytes => bytes).ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var flood = FloodAsync(connection, batch, enough.Token);
        for (var i = 0; i < 20; i++)
        {
            await AssertServedAsync();
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16L * 1024 * 1024);
        await enough.CancelAsync();
        await flood;
        await AssertServedAsync();
    }

    [Fact]
    public async Task More_requests_at_once_than_agreed_are_refused()
    {
        using var connection = await RawConnection.ConnectAsync(_server.Port, isHttp2: true);
        var waiting = RawConnection.Block(
            (":method", "POST"), (":scheme", "https"), (":authority", "localhost"), (":path", "/v1/registration"), ("content-length", "9"));
        for (var i = 0; i < ServerLimits.Streams + 1; i++)
        {
            await connection.SendAsync(RawConnection.Frame(Headers, EndHeaders, (2 * i) + 1, waiting));
        }

        while (await connection.ReadFrameAsync() is { } frame)
        {
            if (frame.Type == Reset)
            {
                Assert.Equal((2 * ServerLimits.Streams) + 1, frame.Stream);
                Assert.Equal([0, 0, 0, 7], frame.Payload);
                await AssertServedAsync();
                return;
            }
        }

        Assert.Fail("The request was not refused.");
    }

    [Theory]
    [InlineData(0, 0, new byte[0])]
    [InlineData(Headers, EndHeaders, new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    [InlineData(Settings, 0, new byte[] { 0, 4, 0xff, 0xff, 0xff, 0xff })]
    [InlineData(8, 0, new byte[] { 0, 0, 0, 0 })]
    [InlineData(200, 0, new byte[] { 1, 2, 3 })]
    public async Task Frames_against_the_protocol_end_their_own_connection_at_most(byte type, byte flags, byte[] payload)
    {
        using var connection = await RawConnection.ConnectAsync(_server.Port, isHttp2: true);
        await connection.SendAsync(RawConnection.Frame(type, flags, 1, payload));
        await connection.TrySendAsync(RawConnection.Frame(type, flags, 0, payload));
        await AssertServedAsync();
    }

    private static async Task FloodAsync(RawConnection connection, byte[] batch, CancellationToken enough)
    {
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                await connection.Stream.WriteAsync(batch, enough);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The server takes no more, or has ended it.
        }
    }

    private static async Task<bool> IsEndedAsync(RawConnection connection)
    {
        while (await connection.ReadFrameAsync() is { } frame)
        {
            if (frame.Type == GoAway)
            {
                return true;
            }

            Assert.NotEqual(Headers, frame.Type);
        }

        return true;
    }

    private async Task AssertServedAsync() =>
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri("/v1/nothing", UriKind.Relative), Cancellation)).StatusCode);
}
