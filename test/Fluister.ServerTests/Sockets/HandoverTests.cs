using Fluister.Server;
using Fluister.Server.Mailboxes;
using Google.Protobuf;

namespace Fluister.ServerTests.Sockets;

/// <summary>Letters go to a connected device from memory. Where there are too many for that they come from the database, and none is lost
/// or comes twice.</summary>
public sealed class HandoverTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerLimits.HandedLetters, 10)]
    [InlineData(3 * ServerLimits.HandedLetters, 10)]
    [InlineData(9, ServerLimits.HandedBytes / 3)]
    public async Task What_does_not_wait_in_memory_is_read_later_and_all_comes_in_order(int letters, int bytes)
    {
        await using var scene = await SocketScene.StartAsync();
        await using var client = await scene.ConnectAsync();
        SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
        var mailbox = new MailboxKey(scene.Account.Account.Aci, 1);
        var held = new List<Wire.Protos.SocketRequest>();
        for (var i = 0; i < ServerLimits.InFlight; i++)
        {
            Assert.True(await scene.Server.Home.Mailboxes.AppendAsync([Letter(mailbox, i, 10)]));
            held.Add(await client.Incoming.ReadAsync(Cancellation));
        }

        for (var i = 0; i < letters; i++)
        {
            Assert.True(await scene.Server.Home.Mailboxes.AppendAsync([Letter(mailbox, ServerLimits.InFlight + i, bytes)]));
        }

        foreach (var request in held)
        {
            await client.AnswerAsync(request, Cancellation);
        }

        for (var i = 0; i < letters; i++)
        {
            var request = await client.Incoming.ReadAsync(Cancellation);
            Assert.Equal(Envelope(ServerLimits.InFlight + i, bytes), request.Body.ToByteArray());
            await client.AnswerAsync(request, Cancellation);
        }

        await scene.WaitForAsync(0);
        await SocketScene.AssertSilentAsync(client);
    }

    [Fact]
    public async Task What_was_committed_goes_out_without_a_look_at_the_database()
    {
        await using var scene = await SocketScene.StartAsync();
        await using var client = await scene.ConnectAsync();
        SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
        var mailbox = new MailboxKey(scene.Account.Account.Aci, 1);
        var watcher = scene.Server.Home.Mailboxes.Watcher(mailbox)!;

        // The database knows nothing of these.
        for (var i = 1; i <= 10; i++)
        {
            watcher.Hand(new Letter(i, Envelope(i, 10), false, null));
            Assert.Equal(Envelope(i, 10), (await client.Incoming.ReadAsync(Cancellation)).Body.ToByteArray());
        }

        // What came already does not come again.
        watcher.Hand(new Letter(10, Envelope(10, 10), false, null));
        watcher.Hand(new Letter(11, Envelope(11, 10), false, null));
        Assert.Equal(Envelope(11, 10), (await client.Incoming.ReadAsync(Cancellation)).Body.ToByteArray());
        await SocketScene.AssertSilentAsync(client);
    }

    private static NewLetter Letter(MailboxKey mailbox, int number, int bytes) => new(mailbox, Envelope(number, bytes));

    private static byte[] Envelope(int number, int bytes) => new Wire.Protos.Envelope
    {
        Type = Wire.Protos.Envelope.Types.Type.Sealed,
        ClientTimestamp = (ulong)number + 1,
        Content = ByteString.CopyFrom(new byte[bytes]),
    }.ToByteArray();
}
