using System.Net;
using Fluister.Server;
using Fluister.Server.Accounts;

namespace Fluister.ServerTests.Sockets;

/// <summary>A device's sockets that want no messages, and the end of all its sockets when it may no longer connect.</summary>
public sealed class SilentSocketTests : IAsyncLifetime
{
    private const string Silent = "X-Signal-Disable-Messages: true\r\n";
    private readonly TestServer _server = new();
    private HttpClient _http = null!;
    private TestAccount _account = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _http = await _server.ListenAsync();
        _account = await _server.AddAccountAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task One_that_wants_no_messages_is_sent_none_and_leaves_the_other_alone()
    {
        await SendAsync(1);
        using var silent = await OpenAsync(Silent);
        await using var receiving = await SocketClient.ConnectAsync(_http, _server.Port, _account.Authorization(), Cancellation);
        using var second = await OpenAsync(Silent);
        var first = await receiving.Incoming.ReadAsync(Cancellation);
        Assert.Equal("/api/v1/message", first.Path);
        await receiving.AnswerAsync(first, Cancellation);
        Assert.Equal("/api/v1/queue/empty", (await receiving.Incoming.ReadAsync(Cancellation)).Path);
        await SendAsync(2);
        Assert.Equal("/api/v1/message", (await receiving.Incoming.ReadAsync(Cancellation)).Path);
        foreach (var socket in new[] { silent, second })
        {
            // Nothing came before what it asks for now.
            await socket.SendAsync(RawConnection.Message(0x89, [1]));
            Assert.Equal((byte?)0x8a, (await socket.ReadMessageAsync())?.First);
        }

        Assert.Equal(1, _server.Home.Connected.Count);
    }

    [Fact]
    public async Task A_device_has_only_so_many_of_them_and_place_again_when_one_goes()
    {
        var open = new List<RawConnection>();
        for (var i = 0; i < ServerLimits.SilentSocketsOfDevice; i++)
        {
            open.Add(await OpenAsync(Silent));
        }

        using (var refused = await OpenAsync(Silent))
        {
            Assert.Equal(4409, Code(await refused.ReadMessageAsync()));
        }

        open[0].Dispose();
        while (true)
        {
            using var next = await OpenAsync(Silent);
            await next.SendAsync(RawConnection.Message(0x89, [1]));
            if (await next.ReadMessageAsync() is { First: 0x8a })
            {
                break;
            }
        }

        open.ForEach(socket => socket.Dispose());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_sockets_of_an_account_that_another_process_disabled_or_deleted_end(bool isDeleted)
    {
        using var silent = await OpenAsync(Silent);
        using var receiving = await OpenAsync("");
        var other = await _server.AddAccountAsync();
        using var stays = await RawConnection.ConnectAsync(_server.Port);
        Assert.Equal(101, await stays.UpgradeAsync(other.Authorization(), Silent));
        if (isDeleted)
        {
            await _server.Database.WriteAsync(session =>
            {
                AccountStore.Delete(session, _account.Account.Aci);
                return true;
            });
        }
        else
        {
            await _server.Home.Accounts.UpdateAsync(_account.Account.Aci, account => account with { IsDisabled = true });
        }

        _server.Home.Connected.CloseInvalid(_server.Home.Authenticator.Refresh);
        Assert.Equal(4401, Code(await silent.ReadMessageAsync()));
        while (await receiving.ReadMessageAsync() is { } message)
        {
            if (message.First == 0x88)
            {
                Assert.Equal(4401, Code(message));
                break;
            }
        }

        await stays.SendAsync(RawConnection.Message(0x89, [1]));
        Assert.Equal((byte?)0x8a, (await stays.ReadMessageAsync())?.First);
    }

    private static int? Code((byte First, byte[] Payload)? message) =>
        message is (0x88, [var high, var low, ..]) ? high << 8 | low : null;

    private async Task<RawConnection> OpenAsync(string more)
    {
        var connection = await RawConnection.ConnectAsync(_server.Port);
        Assert.Equal(101, await connection.UpgradeAsync(_account.Authorization(), more));
        return connection;
    }

    private async Task SendAsync(int number)
    {
        var sender = await _server.AddAccountAsync();
        var sent = await _server.AskAsync("PUT", $"/v1/messages/{_account.Account.Aci}", sender.Caller, Json.Body(new
        {
            timestamp = 1000 + number,
            messages = new[] { new { type = 1, destinationDeviceId = 1, destinationRegistrationId = 1001, content = "AAAA" } },
        }));
        Assert.Equal((int)HttpStatusCode.OK, sent.Status);
    }
}
