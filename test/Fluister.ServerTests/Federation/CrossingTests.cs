using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Federation;

/// <summary>What is put into one server's outbox comes into mailboxes of the other.</summary>
public sealed class CrossingTests
{
    [Fact]
    public async Task Messages_come_to_every_device_in_their_order_as_if_they_had_been_sent_there()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync(devices: 2));
        LetterChannel[] devices = [LetterChannel.Of(pair.There, to, 1), LetterChannel.Of(pair.There, to, 2)];
        for (var i = 0; i < 20; i++)
        {
            await pair.Here.Home.Relay.Outbox.AppendAsync([Parcel.Of(to, Parcel.Message(from, to, i, isSealed: i % 2 == 1))]);
        }

        foreach (var device in devices)
        {
            for (var i = 0; i < 20; i++)
            {
                var envelope = await device.EnvelopeAsync();
                Assert.Equal(i, Parcel.Number(envelope));
                Assert.Equal((ulong)i + 1, envelope.ClientTimestamp);
                Assert.Equal(i % 2 == 1 ? Envelope.Types.Type.Sealed : Envelope.Types.Type.Signal, envelope.Type);
                Assert.Equal(i % 2 == 1 ? 0 : 16, envelope.SourceServiceId.Length);
                Assert.Equal((ulong)pair.Clock.GetUtcNow().ToUnixTimeMilliseconds(), envelope.ServerTimestamp);
                Assert.NotEmpty(envelope.ReportSpamToken);
                Assert.True(envelope.Urgent);
            }
        }
    }
}
