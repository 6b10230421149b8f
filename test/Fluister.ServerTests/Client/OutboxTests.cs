using System.Net.WebSockets;
using System.Text.Json;
using Fluister.Client;
using Fluister.Client.Sending;
using Fluister.Cryptography;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Client;

/// <summary>What was put into the outbox arrives once, whatever happens to requests, answers and the process.</summary>
public sealed class OutboxTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_whose_answer_was_lost_is_sent_again_and_arrives_once()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await PairAsync(scene, isSealed: false);
        var losses = 2;
        meddler.Answered = (request, response) => IsSend(request) && Interlocked.Decrement(ref losses) >= 0 ? null : response;

        await anna.SendAsync(bert.Id, "once");
        await anna.SendAsync(bert.Id, "after");

        await bert.NextTextAsync("once");
        await bert.NextTextAsync("after");
        Assert.True(losses < 0);
        var sent = meddler.Requests.Where(IsSend).Select(Content).ToList();
        Assert.Equal(4, sent.Count);

        // The same ciphertext each time, around which a seal may be another one: the receiver knows what it has.
        Assert.Single(sent.Take(3).Distinct());
        Assert.Equal(2, Texts(bert, anna));
    }

    [Fact]
    public async Task What_was_encrypted_before_the_process_ended_is_sent_as_it_was()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await PairAsync(scene, isSealed: false);
        var stopped = new TaskCompletionSource();
        meddler.Instead = request =>
        {
            if (IsSend(request))
            {
                stopped.TrySetResult();
                throw new WebSocketException("Cut.");
            }

            return null;
        };
        var timestamp = anna.Write(bert.Id, "durable");
        await stopped.Task.WaitAsync(Person.Patience, Cancellation);
        var number = Assert.Single(anna.Store.Outbox.Waiting(0, 10)).Number;
        var before = Assert.Single(anna.Store.Outbox.Copies(number)).Bytes;
        await anna.CloseAsync();

        meddler.Instead = null;
        anna.Open(connect: false);
        Assert.Equal(before, Assert.Single(anna.Store.Outbox.Copies(number)).Bytes);
        anna.Client.Connect(receive: true);
        await anna.Client.SentAsync(Cancellation).WaitAsync(Person.Patience, Cancellation);

        Assert.Equal(Convert.ToBase64String(before), Content(meddler.Requests.Last(IsSend)));
        Assert.Equal(timestamp, (await bert.NextTextAsync("durable")).Timestamp);
        Assert.Empty(anna.Store.Outbox.Waiting(0, 10));
    }

    [Fact]
    public async Task What_was_written_without_a_connection_is_sent_in_order_once_there_is_one()
    {
        await using var scene = await ClientScene.StartAsync();
        var anna = await scene.AddAsync(connect: false);
        var bert = await scene.AddAsync();
        await bert.ReadyAsync();
        for (var i = 0; i < 20; i++)
        {
            anna.Write(bert.Id, $"number {i}");
        }

        await anna.CloseAsync();
        anna.Open();
        for (var i = 0; i < 20; i++)
        {
            await bert.NextTextAsync($"number {i}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_not_ready_keeps_its_place_also_over_a_restart(bool isGivenUp)
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await PairAsync(scene);
        var timestamp = anna.Client.Sender.NextTimestamp();
        var place = anna.Client.Sender.Reserve(Text(bert, timestamp, ""));
        anna.Write(bert.Id, "behind it");
        await anna.CloseAsync();
        anna.Open();
        var carla = await scene.AddAsync();
        await carla.ReadyAsync();
        await anna.SendAsync(carla.Id, "to another");
        Assert.Equal(2, anna.Store.Outbox.Waiting(0, 10).Count);

        var sent = anna.Client.SentAsync(bert.Id, timestamp, Cancellation);
        if (isGivenUp)
        {
            anna.Client.Sender.GiveUp(place, new ClientException(ClientError.NotFound, "The file is gone."));
            await Assert.ThrowsAsync<ClientException>(() => sent.WaitAsync(Person.Patience, Cancellation));
        }
        else
        {
            Assert.True(anna.Client.Sender.Fill(place, Text(bert, timestamp, "in its place")));
            anna.Client.Sender.Wake();
            await bert.NextTextAsync("in its place");
        }

        await bert.NextTextAsync("behind it");
        Assert.False(anna.Client.Sender.Fill(place, Text(bert, timestamp, "twice")));
    }

    [Fact]
    public async Task Times_of_messages_rise_even_where_the_clock_goes_back()
    {
        await using var scene = await ClientScene.StartAsync();
        var anna = await scene.AddAsync(connect: false);
        var first = anna.Client.Sender.NextTimestamp();
        await anna.CloseAsync();

        anna.Open(connect: false, clock: new EarlyClock());
        Assert.Equal(first + 1, anna.Client.Sender.NextTimestamp());
        Assert.Equal(first + 2, anna.Client.Sender.NextTimestamp());
    }

    [Fact]
    public async Task A_refused_access_key_makes_the_same_ciphertext_go_without_a_seal()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await PairAsync(scene);
        anna.Store.Transact(() =>
        {
            var conversation = anna.Store.Conversations.GetOrAdd(bert.Id);
            conversation.Json["profileKey"] = Convert.ToBase64String(new byte[32]);
            anna.Store.Conversations.Save(conversation);
        });

        Assert.False((await anna.SendAsync(bert.Id, "open")).IsSealed);
        Assert.False((await bert.NextTextAsync("open")).IsSealed);
        Assert.Equal(2, anna.Store.Conversations.Find(bert.Id)!.Json["sealedSender"]!.GetValue<long>());

        // It is remembered: the next one asks nobody for the seal.
        var requests = meddler.Requests.Count(IsSend);
        await anna.SendAsync(bert.Id, "open again");
        Assert.Equal(requests + 1, meddler.Requests.Count(IsSend));
    }

    [Fact]
    public async Task A_person_without_an_account_is_given_up_and_the_history_says_so()
    {
        await using var scene = await ClientScene.StartAsync();
        var anna = await scene.AddAsync();
        await anna.ReadyAsync();
        var nobody = Fluister.Protocol.Addresses.ServiceId.Aci(Guid.CreateVersion7());

        var failed = await Assert.ThrowsAsync<ClientException>(() => anna.SendAsync(nobody, "hello"));

        Assert.Equal(ClientError.NotFound, failed.Error);
        Assert.Equal(nobody, (await anna.NextAsync<SendFailed>()).Recipient);
        Assert.Empty(anna.Store.Outbox.Waiting(0, 10));
    }

    [Fact]
    public async Task Content_that_no_server_takes_is_given_up_before_it_is_sent()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = (await scene.AddAsync(), await scene.AddAsync());
        await bert.ReadyAsync();

        var failed = await Assert.ThrowsAsync<ClientException>(
            () => anna.SendAsync(bert.Id, new string('x', ClientLimits.ContentBytes)));
        Assert.Equal(ClientError.BadInput, failed.Error);

        await anna.SendAsync(bert.Id, "short");
        await bert.NextTextAsync("short");
    }

    [Fact]
    public async Task A_server_that_wants_a_pause_gets_it_and_what_waits_goes_afterwards()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await PairAsync(scene);
        var refusals = 1;
        meddler.Instead = request =>
        {
            if (!IsSend(request) || Interlocked.Decrement(ref refusals) < 0)
            {
                return null;
            }

            var response = Meddler.Response(429);
            response.Headers.Add("retry-after:1");
            return response;
        };

        var timestamp = anna.Write(bert.Id, "later");
        var held = await anna.NextAsync<SendHeld>();
        Assert.Equal((timestamp, ClientError.RateLimited), (held.Timestamp, held.Cause.Error));
        await bert.NextTextAsync("later");
    }

    [Fact]
    public async Task A_server_that_names_devices_without_end_is_asked_again_later()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await PairAsync(scene);
        var lies = 0;
        meddler.Instead = request => IsSend(request) && Interlocked.Increment(ref lies) <= ClientLimits.SendRounds
            ? Meddler.Response(409, JsonSerializer.Serialize(
                new MismatchedDevicesJson([100 + lies], []), WireJson.Default.MismatchedDevicesJson))
            : null;

        await anna.SendAsync(bert.Id, "here");

        await bert.NextTextAsync("here");
        Assert.Equal(ClientLimits.SendRounds + 1, meddler.Requests.Count(IsSend));
    }

    [Fact]
    public void What_makes_no_sense_is_tried_some_times_and_no_more()
    {
        var tries = new SendTries(RandomSource.System);
        var senseless = new ClientException(ClientError.Malformed, "Nonsense.");
        var pauses = Enumerable.Range(0, ClientLimits.SenselessAnswers + 1).TakeWhile(_ => tries.Pause(senseless) is not null).Count();
        Assert.Equal(ClientLimits.SenselessAnswers - 1, pauses);

        tries.Reset();
        var stated = new ClientException(ClientError.RateLimited, "Later.") { RetryAfter = TimeSpan.FromDays(1000) };
        Assert.Equal(ClientLimits.LongestStatedPause, tries.Pause(stated));
        Assert.Null(tries.Pause(new ClientException(ClientError.UntrustedIdentity, "Never.")));
        Assert.NotNull(tries.Pause(new ClientException(ClientError.Unreachable, "Now and then.")));
    }

    [Fact]
    public async Task Sending_to_several_does_not_wait_for_one_who_is_held_up()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await PairAsync(scene);
        var carla = await scene.AddAsync();
        await carla.ReadyAsync();
        meddler.Instead = request =>
            IsSend(request) && request.Path.Contains(bert.Id.ToString(), StringComparison.Ordinal) ? Meddler.Response(429) : null;

        anna.Write(bert.Id, "waits");
        await anna.SendAsync(carla.Id, "goes");
        await carla.NextTextAsync("goes");
        Assert.Single(anna.Store.Outbox.Waiting(0, 10));
    }

    [Fact]
    public async Task A_device_that_the_server_does_not_know_any_more_keeps_what_it_could_not_send()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = (await scene.AddAsync(), await scene.AddAsync());
        await anna.ReadyAsync();
        await scene.Server.AskAsync("DELETE", "/v1/accounts/me", anna.Account.Caller);

        var failed = await Assert.ThrowsAsync<ClientException>(() => anna.SendAsync(bert.Id, "too late"));

        Assert.Equal(ClientError.Unlinked, failed.Error);
        Assert.Single(anna.Store.Outbox.Waiting(0, 10));
    }

    /// <summary>Two people who know each other, and have written.</summary>
    internal static async Task<(Person Anna, Person Bert)> PairAsync(ClientScene scene, bool isSealed = true)
    {
        var (anna, bert) = (await scene.AddAsync(), await scene.AddAsync());
        await anna.ReadyAsync();
        await bert.ReadyAsync();
        if (isSealed)
        {
            anna.Meets(bert);
            bert.Meets(anna);
        }

        return (anna, bert);
    }

    /// <summary>Whether a request sends a message.</summary>
    internal static bool IsSend(SocketRequest request) =>
        request.Verb == "PUT" && request.Path.StartsWith("/v1/messages/", StringComparison.Ordinal);

    private static string Content(SocketRequest request) => Convert.ToBase64String(
        Assert.Single(JsonSerializer.Deserialize(request.Body.Span, WireJson.Default.SendJson)!.Messages).Content);

    private static OutgoingContent Text(Person to, long timestamp, string text) => new()
    {
        Recipient = to.Id,
        Timestamp = timestamp,
        Content = new Wire.Protos.Content { DataMessage = new DataMessage { Body = text, Timestamp = (ulong)timestamp } }.ToByteArray(),
        Hint = Fluister.Protocol.SealedSender.ContentHint.Resendable,
        MessageId = "a row",
    };

    private static int Texts(Person reader, Person author)
    {
        var conversation = reader.Store.Conversations.Find(author.Id)!;
        return reader.Store.Messages.Last(conversation.Id, 100).Count(message => message.Body is not null);
    }

    // Ten years ago.
    private sealed class EarlyClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddYears(-10);
    }
}
