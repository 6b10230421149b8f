using Fluister.Protocol.Addresses;
using Fluister.Server.Mailboxes;
using Fluister.Server.Messages;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Sockets;

/// <summary>A socket whose database fails ends, is no longer handed anything, and keeps nobody waiting; its letters come again.</summary>
public sealed class FailureTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 20_000)]
    public async Task An_acknowledgement_that_fails_ends_the_socket_and_the_letter_comes_again()
    {
        await using var scene = await SocketScene.StartAsync();
        await AppendAsync(scene, (await scene.Server.AddAccountAsync()).Account.Aci);
        await using var client = await scene.ConnectAsync();
        var letter = await client.Incoming.ReadAsync(Cancellation);
        SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));

        // The sender, who is to be told, is not in memory, and cannot be read.
        await RunAsync(scene, "ALTER TABLE account RENAME TO account_gone");
        await client.AnswerAsync(letter, Cancellation);
        await client.WaitForEndAsync(Cancellation);
        Assert.Equal(1001, client.Code);
        await WaitForNoneAsync(scene);
        await RunAsync(scene, "ALTER TABLE account_gone RENAME TO account");
        await using var again = await scene.ConnectAsync();
        Assert.Equal(letter.Body, (await again.Incoming.ReadAsync(Cancellation)).Body);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_delivery_that_fails_in_whatever_way_ends_the_socket_and_the_next_one_is_served()
    {
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(7);
        await RunAsync(scene, "ALTER TABLE letter RENAME TO letter_gone");
        await RunAsync(
            scene,
            "CREATE VIEW letter AS SELECT seq, mailbox, size, expires, payload, CAST(envelope AS TEXT) AS envelope FROM letter_gone");
        await using var client = await scene.ConnectAsync();
        await client.WaitForEndAsync(Cancellation);
        Assert.Equal(1001, client.Code);
        await WaitForNoneAsync(scene);
        await RunAsync(scene, "DROP VIEW letter");
        await RunAsync(scene, "ALTER TABLE letter_gone RENAME TO letter");
        await using var again = await scene.ConnectAsync();
        Assert.Equal([7], await SocketScene.TakeAsync(again, 1));
    }

    private static Task<int> RunAsync(SocketScene scene, string statement) =>
        scene.Server.Database.WriteAsync(session => session.Run(statement));

    private static async Task AppendAsync(SocketScene scene, Guid sender)
    {
        var aci = scene.Account.Account.Aci;
        var head = new EnvelopeHead
        {
            Type = Envelope.Types.Type.PreKey,
            ClientTimestamp = 1,
            ServerTimestamp = 1,
            Source = ServiceId.Aci(sender),
            SourceDevice = 1,
            Destination = ServiceId.Aci(aci),
            Guid = Guid.NewGuid(),
            IsUrgent = true,
        };
        Assert.True(await scene.Server.Home.Mailboxes.AppendAsync(
            [new NewLetter(new MailboxKey(aci, 1), EnvelopeWriter.Write(head, [1]))]));
    }

    // The end of a socket is seen by its client before the server has put everything away.
    private static async Task WaitForNoneAsync(SocketScene scene)
    {
        var mailbox = new MailboxKey(scene.Account.Account.Aci, 1);
        while (scene.Server.Home.Connected.Count > 0)
        {
            await Task.Delay(1, Cancellation);
        }

        Assert.Null(scene.Server.Home.Mailboxes.Watcher(mailbox));
    }
}
