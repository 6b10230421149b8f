using Fluister.Client;
using Fluister.Tests.Protocol;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Client;

/// <summary>What the server delivers is taken once, and nothing that it delivers ends the conversation.</summary>
public sealed class InboxTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_is_pushed_twice_is_taken_once()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        meddler.Pushed = push => [push, push];

        await anna.SendAsync(bert.Id, "one");
        await anna.SendAsync(bert.Id, "two");

        await bert.NextTextAsync("one");
        await bert.NextTextAsync("two");
        Assert.Equal(["one", "two"], Texts(bert, anna));

        // A repetition is not even looked at: nothing is told of it.
        meddler.Pushed = null;
        await anna.SendAsync(bert.Id, "three");
        Assert.IsType<ContentReceived>(await bert.Client.Events.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task An_envelope_that_is_replayed_under_another_id_is_dropped()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        meddler.Pushed = push => Envelope(push) is { } envelope ? [push, Push(push, Renamed(envelope))] : [push];

        var timestamp = (await anna.SendAsync(bert.Id, "one")).Timestamp;

        await bert.NextTextAsync("one");
        var repeated = await bert.NextAsync<EnvelopeRepeated>();
        Assert.Equal((anna.Id, 1, timestamp), (repeated.Sender, repeated.Device, repeated.Timestamp));
        Assert.Equal(["one"], Texts(bert, anna));
    }

    [Fact]
    public async Task Envelopes_that_come_in_another_order_are_all_read()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        List<SocketRequest> held = [];
        meddler.Pushed = push =>
        {
            if (Envelope(push) is null)
            {
                return [push];
            }

            held.Add(push);
            return held.Count < 5 ? [] : held.AsEnumerable().Reverse();
        };

        for (var i = 0; i < 5; i++)
        {
            await anna.SendAsync(bert.Id, $"number {i}");
        }

        for (var i = 4; i >= 0; i--)
        {
            await bert.NextTextAsync($"number {i}");
        }
    }

    [Fact]
    public async Task Envelopes_that_were_changed_in_any_way_are_refused_and_the_conversation_goes_on()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        await bert.SendAsync(anna.Id, "hello");
        await anna.NextTextAsync("hello");
        var random = new SeededRandom(7);
        var sent = 0;
        meddler.Pushed = push => Envelope(push) is { } envelope && envelope.Type != Wire.Protos.Envelope.Types.Type.ServerDeliveryReceipt
            ? [.. Enumerable.Range(0, 40).Select(_ => Push(push, Mutated(envelope, random, ref sent))), push]
            : [push];

        await anna.SendAsync(bert.Id, "one");
        await bert.NextTextAsync("one");
        meddler.Pushed = null;
        await anna.SendAsync(bert.Id, "two");
        await bert.NextTextAsync("two");
        await bert.SendAsync(anna.Id, "three");
        await anna.NextTextAsync("three");
        Assert.Equal(40, sent);
        Assert.Equal(["one", "two"], Texts(bert, anna));
    }

    [Fact]
    public async Task Every_type_of_envelope_with_bytes_of_any_kind_is_refused()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        var random = new SeededRandom(8);
        var forged = 0;
        meddler.Pushed = push =>
        {
            if (Envelope(push) is not { } envelope || forged > 0)
            {
                return [push];
            }

            var all = Forged(envelope, random).ToList();
            forged = all.Count;
            return [.. all.Select(one => Push(push, one)), push];
        };

        await anna.SendAsync(bert.Id, "one");
        for (var i = 0; i < forged; i++)
        {
            var refused = await bert.NextAsync<EnvelopeRefused>();
            Assert.False(string.IsNullOrEmpty(refused.Cause));
        }

        await bert.NextTextAsync("one");
        Assert.True(forged > 50);
    }

    [Fact]
    public async Task What_was_not_acknowledged_comes_again_after_the_next_start_and_is_shown_once()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);

        // Bert's acknowledgements are lost: the server believes that he has nothing.
        meddler.IsAcknowledged = false;
        await anna.SendAsync(bert.Id, "one");
        await bert.NextTextAsync("one");
        await bert.CloseAsync();

        meddler.IsAcknowledged = true;
        bert.Open();
        await bert.Client.QueueEmptyAsync(Cancellation).WaitAsync(Person.Patience, Cancellation);
        Assert.Equal(["one"], Texts(bert, anna));
        await anna.SendAsync(bert.Id, "two");
        await bert.NextTextAsync("two");
    }

    [Fact]
    public async Task Everything_that_waited_has_come_when_the_queue_is_empty()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        await bert.CloseAsync();
        for (var i = 0; i < 150; i++)
        {
            anna.Write(bert.Id, $"number {i}");
        }

        await anna.Client.SentAsync(Cancellation).WaitAsync(Person.Patience, Cancellation);
        bert.Open();
        await bert.Client.QueueEmptyAsync(Cancellation).WaitAsync(Person.Patience, Cancellation);
        Assert.Equal(Enumerable.Range(0, 150).Select(i => $"number {i}"), Texts(bert, anna));
    }

    [Fact]
    public async Task A_second_program_with_the_same_account_is_refused()
    {
        await using var scene = await ClientScene.StartAsync();
        var anna = await scene.AddAsync();
        var refused = Assert.Throws<ClientException>(() => anna.OpenAgain());
        Assert.Equal(ClientError.InUse, refused.Error);
    }

    private static Envelope? Envelope(SocketRequest push) =>
        push.Path == "/api/v1/message" ? Wire.Protos.Envelope.Parser.ParseFrom(push.Body) : null;

    private static SocketRequest Push(SocketRequest push, Envelope envelope) => new(push) { Body = envelope.ToByteString() };

    private static Envelope Renamed(Envelope envelope) => new(envelope) { ServerGuid = ByteString.CopyFrom(Registrant.Bytes(16)) };

    private static Envelope Mutated(Envelope envelope, SeededRandom random, ref int count)
    {
        count++;
        var changed = Renamed(envelope);
        var content = envelope.Content.ToByteArray();
        switch (random.Next(4))
        {
            case 0:
                content = content[..random.Next(content.Length)];
                break;
            case 1:
                content = [.. content, .. Registrant.Bytes(1 + random.Next(40))];
                break;
            case 2:
                changed.Type = (Envelope.Types.Type)random.Next(12);
                break;
            default:
                content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
                break;
        }

        changed.Content = ByteString.CopyFrom(content);
        return changed;
    }

    private static IEnumerable<Envelope> Forged(Envelope envelope, SeededRandom random)
    {
        foreach (var type in new[] { 0, 1, 2, 3, 6, 7, 8, 99 })
        {
            foreach (var length in new[] { 0, 1, 2, 33, 64, 500, 20_000 })
            {
                var bytes = Registrant.Bytes(length);
                if (length > 0 && random.Next(2) == 0)
                {
                    // A version that is known, so that more of it is looked at.
                    bytes[0] = type switch { 6 => 0x11, 8 => 0xc0, _ => 0x44 };
                }

                yield return new Envelope(Renamed(envelope))
                {
                    Type = (Envelope.Types.Type)type,
                    Content = ByteString.CopyFrom(bytes),
                    SourceServiceId = ByteString.CopyFrom(Registrant.Bytes(16)),
                    SourceDevice = (uint)random.Next(200),
                };
            }
        }

        yield return new Envelope(envelope) { ServerGuid = ByteString.CopyFrom(1, 2, 3) };
        yield return new Envelope(Renamed(envelope)) { DestinationServiceId = ByteString.CopyFrom(Registrant.Bytes(16)) };
        yield return new Envelope(Renamed(envelope)) { DestinationServiceId = ByteString.Empty };
        yield return new Envelope(Renamed(envelope)) { ServerTimestamp = ulong.MaxValue };
        yield return new Envelope(Renamed(envelope))
        {
            Type = Wire.Protos.Envelope.Types.Type.ServerDeliveryReceipt,
            SourceServiceId = ByteString.CopyFrom(9),
        };
    }

    private static IEnumerable<string?> Texts(Person reader, Person other)
    {
        var conversation = reader.Store.Conversations.Find(other.Id)!;
        return reader.Store.Messages.Last(conversation.Id, 1000).Reverse().Select(message => message.Body).Where(body => body is not null);
    }
}
