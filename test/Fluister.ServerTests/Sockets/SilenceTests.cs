using Fluister.Server;

namespace Fluister.ServerTests.Sockets;

/// <summary>Clients that have gone without a word are found by a ping that nobody answers; those that answer stay.</summary>
public sealed class SilenceTests : IAsyncLifetime
{
    private const byte Ping = 0x89;
    private const byte Pong = 0x8a;
    private const byte Close = 0x88;
    private readonly TestServer _server = new();

    public async ValueTask InitializeAsync() => await _server.ListenAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task One_that_does_not_answer_a_ping_is_cut_and_one_that_does_is_not()
    {
        using var dead = await OpenAsync();
        using var alive = await OpenAsync();
        _server.Clock.Advance(ServerLimits.SocketPing);
        Assert.Equal(Ping, (await dead.ReadMessageAsync())?.First);
        Assert.Equal(Ping, (await alive.ReadMessageAsync())?.First);
        await alive.SendAsync(RawConnection.Message(Pong, []));

        // What it says after that has been heard when it is answered.
        await alive.SendAsync(RawConnection.Message(Ping, [7]));
        Assert.Equal((Pong, 7), await PongAsync(alive));
        _server.Clock.Advance(ServerLimits.SocketIdle - ServerLimits.SocketPing);
        Assert.Null(await dead.ReadMessageAsync());
        Assert.Equal(Ping, (await alive.ReadMessageAsync())?.First);
        await alive.SendAsync(RawConnection.Message(Ping, [8]));
        Assert.Equal((Pong, 8), await PongAsync(alive));
    }

    [Fact]
    public async Task A_message_that_does_not_come_to_its_end_is_not_waited_for()
    {
        using var slow = await OpenAsync();
        await slow.SendAsync(RawConnection.Message(0x02, [1]));
        await slow.SendAsync(RawConnection.Message(Ping, [1]));
        Assert.Equal((Pong, 1), await PongAsync(slow));
        for (var waited = TimeSpan.Zero; waited < ServerLimits.SocketMessageTime; waited += ServerLimits.SocketSweep)
        {
            // It is not silent: it goes on, too slowly.
            await slow.TrySendAsync(RawConnection.Message(0x00, [1]));
            _server.Clock.Advance(ServerLimits.SocketSweep);
        }

        while (await slow.ReadMessageAsync() is { } message)
        {
            Assert.Equal(Ping, message.First);
        }
    }

    [Fact]
    public async Task Parts_in_which_there_is_nothing_have_an_end()
    {
        using var client = await OpenAsync();
        await client.SendAsync(RawConnection.Message(0x02, []));
        for (var i = 0; i < 2 * ServerLimits.EmptyFragments && await client.TrySendAsync(RawConnection.Message(0x00, [])); i++)
        {
        }

        var end = await client.ReadMessageAsync();
        Assert.Equal(Close, end?.First);
        Assert.Equal([1009 >> 8, 1009 & 255], end?.Payload[..2]);
    }

    [Fact]
    public async Task A_handshake_that_does_not_end_is_hung_up_on_and_gives_its_place_back()
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(System.Net.IPAddress.Loopback, _server.Port, TestContext.Current.CancellationToken);
        while (_server.Listener.Gate.Handshakes.Taken == 0)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        _server.Clock.Advance(ServerLimits.SocketSweep);
        try
        {
            Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        }
        catch (IOException)
        {
            // Cut rather than closed.
        }

        while (_server.Listener.Gate.Connections.Taken > 0)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, _server.Listener.Gate.Handshakes.Taken);
    }

    private static async Task<(byte First, byte Payload)> PongAsync(RawConnection from)
    {
        var (first, payload) = (await from.ReadMessageAsync())!.Value;
        return (first, Assert.Single(payload));
    }

    private async Task<RawConnection> OpenAsync()
    {
        var connection = await RawConnection.ConnectAsync(_server.Port);
        Assert.Equal(101, await connection.UpgradeAsync(null));
        return connection;
    }
}
