using System.Net;
using System.Net.Sockets;
using Fluister.Server;
using Fluister.Server.Hosting;
using Fluister.ServerTests.Sockets;

namespace Fluister.ServerTests.Hostile;

/// <summary>Who connects too often is turned away; others, and they themselves later, are served.</summary>
public sealed class CrowdTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private HttpClient _http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ulong Here => Origin.Of(IPAddress.Loopback, _server.Home.Identity.LimitsKey);

    public async ValueTask InitializeAsync() => _http = await _server.ListenAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public void Places_end_for_an_origin_and_for_all_and_come_back()
    {
        var places = new Places(3, 2);
        Assert.True(places.TryEnter(1));
        Assert.True(places.TryEnter(1));
        Assert.False(places.TryEnter(1));
        Assert.True(places.TryEnter(2));
        Assert.False(places.TryEnter(3));
        places.Leave(1);
        Assert.True(places.TryEnter(3));
        Assert.Equal(3, places.Taken);
    }

    [Fact]
    public void An_origin_is_an_address_or_the_site_of_one()
    {
        ulong Of(string address) => Origin.Of(IPAddress.Parse(address), [1]);
        Assert.Equal(Of("192.0.2.1"), Of("::ffff:192.0.2.1"));
        Assert.NotEqual(Of("192.0.2.1"), Of("192.0.2.2"));
        Assert.NotEqual(Of("::ffff:192.0.2.1"), Of("::ffff:192.0.2.2"));
        Assert.Equal(Of("2001:db8:1:2::1"), Of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        Assert.NotEqual(Of("2001:db8:1:2::1"), Of("2001:db8:1:3::1"));
        Assert.NotEqual(Of("2001:db8::1"), Origin.Of(IPAddress.Parse("2001:db8::1"), [2]));
    }

    [Fact]
    public async Task Nobody_of_a_place_where_too_many_are_connected_comes_in_until_one_goes()
    {
        var places = _server.Listener.Gate.Connections;
        var taken = Fill(places, ServerLimits.ConnectionsOfOrigin);
        Assert.True(await IsRefusedAsync());
        using (await RawConnection.ConnectAsync(_server.Port, from: "127.0.0.2"))
        {
        }

        places.Leave(Here);
        using (await RawConnection.ConnectAsync(_server.Port))
        {
        }

        Assert.InRange(taken, 1, ServerLimits.ConnectionsOfOrigin);
    }

    [Fact]
    public async Task Handshakes_that_go_on_take_no_place_of_others()
    {
        var waiting = new List<TcpClient>();
        try
        {
            for (var i = 0; i < ServerLimits.HandshakesOfOrigin + 8; i++)
            {
                waiting.Add(new TcpClient());
                try
                {
                    await waiting[^1].ConnectAsync(IPAddress.Loopback, _server.Port, Cancellation);
                }
                catch (SocketException)
                {
                    // Of those beyond the bound, some are ended before they know that they are connected.
                    Assert.InRange(i, ServerLimits.HandshakesOfOrigin, int.MaxValue);
                }
            }

            while (_server.Listener.Gate.Handshakes.Taken < ServerLimits.HandshakesOfOrigin)
            {
                await Task.Delay(1, Cancellation);
            }

            Assert.True(await IsRefusedAsync());
            using (await RawConnection.ConnectAsync(_server.Port, from: "127.0.0.2"))
            {
            }
        }
        finally
        {
            waiting.ForEach(one => one.Dispose());
        }

        while (_server.Listener.Gate.Handshakes.Taken > 0)
        {
            await Task.Delay(1, Cancellation);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri("/v1/nothing", UriKind.Relative), Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Too_many_sockets_of_nobody_are_refused_and_devices_still_come_in()
    {
        Fill(_server.Listener.Sockets.Anonymous, ServerLimits.AnonymousSocketsOfOrigin);
        using (var refused = await RawConnection.ConnectAsync(_server.Port))
        {
            Assert.Equal(429, await refused.UpgradeAsync(null));
        }

        var account = await _server.AddAccountAsync();
        using (var device = await RawConnection.ConnectAsync(_server.Port))
        {
            Assert.Equal(101, await device.UpgradeAsync(account.Authorization()));
        }

        _server.Listener.Sockets.Anonymous.Leave(Here);
        using var nobody = await RawConnection.ConnectAsync(_server.Port);
        Assert.Equal(101, await nobody.UpgradeAsync(null));
        Assert.Equal(ServerLimits.AnonymousSocketsOfOrigin, _server.Listener.Sockets.Anonymous.Taken);
    }

    [Fact]
    public async Task A_socket_of_nobody_gives_its_place_back_when_it_ends()
    {
        for (var i = 0; i < 3; i++)
        {
            using var nobody = await RawConnection.ConnectAsync(_server.Port);
            Assert.Equal(101, await nobody.UpgradeAsync(null));
            Assert.Equal(1, _server.Listener.Sockets.Anonymous.Taken);
            nobody.Dispose();
            while (_server.Listener.Sockets.Anonymous.Taken > 0)
            {
                await Task.Delay(1, Cancellation);
            }
        }
    }

    private async Task<bool> IsRefusedAsync()
    {
        try
        {
            using var connection = await RawConnection.ConnectAsync(_server.Port);
            return false;
        }
        catch (Exception refused) when (refused is IOException or SocketException)
        {
            return true;
        }
    }

    private int Fill(Places places, int most)
    {
        var taken = 0;
        while (places.Taken < most && places.TryEnter(Here))
        {
            taken++;
        }

        return taken;
    }
}
