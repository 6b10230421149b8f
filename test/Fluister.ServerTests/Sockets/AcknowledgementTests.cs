using Fluister.Server;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Sockets;

/// <summary>A letter is the server's until its device answers that it has it, and from then on it is nobody's.</summary>
public sealed class AcknowledgementTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task An_acknowledged_letter_is_gone_when_its_sender_is_told(string version)
    {
        await using var scene = await SocketScene.StartAsync();
        var writer = await scene.Server.AddAccountAsync();
        await using var told = await scene.ConnectAsync(account: writer);
        SocketScene.AssertEmpty(await told.Incoming.ReadAsync(Cancellation));
        await scene.SendAsync(7, sender: writer);
        await using (var client = await scene.ConnectAsync(version: new Version(version)))
        {
            var request = await client.Incoming.ReadAsync(Cancellation);
            var letter = SocketScene.Letter(request);
            Assert.Equal(7, BitConverter.ToInt32(letter.Content.Span));
            Assert.Equal(1, scene.Waiting());
            await client.AnswerAsync(request, Cancellation);
            var receipt = SocketScene.Letter(await told.Incoming.ReadAsync(Cancellation));
            Assert.Equal(Envelope.Types.Type.ServerDeliveryReceipt, receipt.Type);
            Assert.Equal(letter.ClientTimestamp, receipt.ClientTimestamp);
            Assert.Equal(letter.DestinationServiceId, receipt.SourceServiceId);
            Assert.Equal(0, scene.Waiting());
        }

        await using var again = await scene.ConnectAsync();
        SocketScene.AssertEmpty(await again.Incoming.ReadAsync(Cancellation));
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(299, true)]
    [InlineData(0, false)]
    [InlineData(199, false)]
    [InlineData(300, false)]
    [InlineData(404, false)]
    [InlineData(500, false)]
    [InlineData(uint.MaxValue, false)]
    public async Task Only_an_answer_of_success_takes_a_letter(uint status, bool takes)
    {
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync([0, 1]);
        SocketRequest refused;
        await using (var client = await scene.ConnectAsync())
        {
            refused = await client.Incoming.ReadAsync(Cancellation);
            await client.AnswerAsync(refused, Cancellation, status);
            Assert.Equal([1], await SocketScene.TakeAsync(client, 1));
            await scene.WaitForAsync(takes ? 0 : 1);
            SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));

            // Not again on this connection.
            await SocketScene.AssertSilentAsync(client);
        }

        await using var again = await scene.ConnectAsync();
        var next = await again.Incoming.ReadAsync(Cancellation);
        if (takes)
        {
            SocketScene.AssertEmpty(next);
            return;
        }

        Assert.Equal(refused.Body, next.Body);
        SocketScene.AssertEmpty(await again.Incoming.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task What_was_not_answered_comes_again_and_in_its_place()
    {
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(Enumerable.Range(0, 100));
        await using (var client = await scene.ConnectAsync())
        {
            for (var i = 0; i < 100; i++)
            {
                var request = await client.Incoming.ReadAsync(Cancellation);
                if (i % 3 == 0)
                {
                    await client.AnswerAsync(request, Cancellation);
                }
            }

            await scene.WaitForAsync(66);
        }

        await using var again = await scene.ConnectAsync();
        Assert.Equal(Enumerable.Range(0, 100).Where(number => number % 3 != 0), await SocketScene.TakeAsync(again, 66));
        SocketScene.AssertEmpty(await again.Incoming.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task At_most_so_many_wait_for_an_answer_and_each_answer_makes_room_for_one()
    {
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(Enumerable.Range(0, ServerLimits.InFlight + 9));
        await using var client = await scene.ConnectAsync();
        var held = new List<SocketRequest>();
        while (held.Count < ServerLimits.InFlight)
        {
            held.Add(await client.Incoming.ReadAsync(Cancellation));
        }

        Assert.Equal(Enumerable.Range(0, ServerLimits.InFlight), held.Select(SocketScene.Number));
        await SocketScene.AssertSilentAsync(client);

        // The same answer again makes no more room, nor does one to nothing; and a refusal that is taken back stays one.
        await client.AnswerAsync(held[0], Cancellation, 500);
        Assert.Equal(ServerLimits.InFlight, SocketScene.Number(await client.Incoming.ReadAsync(Cancellation)));
        for (var i = 0; i < 5; i++)
        {
            await client.AnswerAsync(held[0], Cancellation, i % 2 == 0 ? 200U : 500U);
            await client.AnswerAsync(1_000_000UL + (ulong)i, Cancellation);
        }

        await SocketScene.AssertSilentAsync(client);
        await client.AnswerAsync(held[1], Cancellation);
        Assert.Equal(ServerLimits.InFlight + 1, SocketScene.Number(await client.Incoming.ReadAsync(Cancellation)));
        await SocketScene.AssertSilentAsync(client);

        // The end is told when the last of them has gone out, not before.
        foreach (var request in held.Skip(2).Take(7))
        {
            await client.AnswerAsync(request, Cancellation);
            Assert.InRange(SocketScene.Number(await client.Incoming.ReadAsync(Cancellation)), ServerLimits.InFlight + 2, int.MaxValue);
        }

        SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
        await scene.WaitForAsync(ServerLimits.InFlight + 1);
    }

    [Fact]
    public async Task A_client_that_refuses_everything_is_offered_everything_once()
    {
        const int Letters = ServerLimits.InFlight + 50;
        await using var scene = await SocketScene.StartAsync();
        await scene.SendAsync(Enumerable.Range(0, Letters));
        for (var i = 0; i < 2; i++)
        {
            await using var client = await scene.ConnectAsync();
            Assert.Equal(Enumerable.Range(0, Letters), await SocketScene.TakeAsync(client, Letters, status: 500));
            SocketScene.AssertEmpty(await client.Incoming.ReadAsync(Cancellation));
            await SocketScene.AssertSilentAsync(client);
        }

        Assert.Equal(Letters, scene.Waiting());
    }

    [Fact]
    public async Task Each_device_has_its_own_mailbox_and_acknowledges_for_itself()
    {
        await using var scene = await SocketScene.StartAsync(devices: 2);
        await scene.SendAsync([0, 1]);
        await using var first = await scene.ConnectAsync(1);
        await using var second = await scene.ConnectAsync(2);
        Assert.Equal([0, 1], await SocketScene.TakeAsync(first, 2));
        await scene.WaitForAsync(0, device: 1);
        Assert.Equal(2, scene.Waiting(device: 2));
        Assert.Equal([0, 1], await SocketScene.TakeAsync(second, 2));
        await scene.WaitForAsync(0, device: 2);
    }
}
