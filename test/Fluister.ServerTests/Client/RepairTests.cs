using Fluister.Client;
using Fluister.Client.Receiving;
using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Padding;
using Fluister.Protocol.SealedSender;
using Fluister.Protocol.Sessions;
using Fluister.Tests.Protocol;

namespace Fluister.ServerTests.Client;

/// <summary>Sessions that were lost are repaired by themselves, and identity keys that change are told.</summary>
public sealed class RepairTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_could_not_be_decrypted_is_asked_for_and_comes_again(bool isSealed)
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await TalkAsync(scene, isSealed);
        bert.Store.Sessions.Remove(ServiceIdKind.Aci, Address(anna));

        var timestamp = (await anna.SendAsync(bert.Id, "lost and found")).Timestamp;

        Assert.Equal((anna.Id, timestamp), await RefusedAsync(bert));
        var found = await bert.NextTextAsync("lost and found");
        Assert.Equal((timestamp, isSealed), (found.Timestamp, found.IsSealed));
        await bert.SendAsync(anna.Id, "thank you");
        await anna.NextTextAsync("thank you");
        await anna.SendAsync(bert.Id, "welcome");
        await bert.NextTextAsync("welcome");
    }

    [Fact]
    public async Task Where_the_message_is_not_kept_any_more_the_session_is_begun_anew_without_it()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await TalkAsync(scene, isSealed: true);
        bert.Store.Sessions.Remove(ServiceIdKind.Aci, Address(anna));
        var closed = bert.CloseAsync();
        await closed;
        await anna.SendAsync(bert.Id, "lost");
        anna.Store.Transact(() => anna.Store.SendLog.Prune(DateTimeOffset.MaxValue));

        bert.Open();
        await RefusedAsync(bert);

        // What comes next comes by the new session: nothing has to be asked for.
        await WaitAsync(() => bert.Store.Sessions.Devices(ServiceIdKind.Aci, anna.Id, DateTimeOffset.UtcNow).Count == 1
            && anna.Store.Outbox.Waiting(0, 1).Count == 0);
        await anna.SendAsync(bert.Id, "next");
        await bert.NextTextAsync("next");
        Assert.Empty(Refusals(bert));
    }

    [Fact]
    public async Task A_device_that_asks_without_end_is_answered_some_times_and_no_more()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await TalkAsync(scene, isSealed: true);
        var timestamp = (await anna.SendAsync(bert.Id, "often")).Timestamp;
        await anna.CloseAsync();
        anna.Open(connect: false);
        var repair = new SessionRepair(anna.Client.Context, anna.Client.Sender);
        var report = Report(bert, anna, timestamp);

        for (var i = 0; i < 20; i++)
        {
            anna.Store.Transact(() => repair.Answer(Address(bert), report));
        }

        Assert.Equal(ClientLimits.Resends, anna.Store.Outbox.Waiting(0, 100).Count);
    }

    [Fact]
    public async Task Messages_that_nobody_can_read_are_asked_for_some_times_and_then_the_session_is_begun_anew_once()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await TalkAsync(scene, isSealed: true);
        await anna.CloseAsync();
        anna.Open(connect: false);
        var repair = new SessionRepair(anna.Client.Context, anna.Client.Sender);
        var message = Signal(bert, anna);
        for (var i = 0; i < 30; i++)
        {
            var failed = new OpenedEnvelope(
                new Incoming { Sender = bert.Id, Device = 1, Timestamp = 1000 + i, ReceivedAt = DateTimeOffset.UtcNow },
                CiphertextMessageType.Signal,
                message,
                ContentHint.Default);
            anna.Store.Transact(() => repair.Ask(failed));
        }

        var waiting = anna.Store.Outbox.Waiting(0, 100).Select(item => item.Outgoing).ToList();
        Assert.Equal(ClientLimits.RetryReceipts, waiting.Count(outgoing => outgoing.IsPlaintext));
        Assert.Equal(ClientLimits.RetryReceipts + 1, waiting.Count);
        Assert.Empty(anna.Store.Sessions.Devices(ServiceIdKind.Aci, bert.Id, DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task A_report_for_another_device_of_ours_is_not_answered()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await TalkAsync(scene, isSealed: true);
        var timestamp = (await anna.SendAsync(bert.Id, "mine")).Timestamp;
        await anna.CloseAsync();
        anna.Open(connect: false);
        var repair = new SessionRepair(anna.Client.Context, anna.Client.Sender);

        anna.Store.Transact(() => repair.Answer(Address(bert), Report(bert, anna, timestamp, device: 2)));

        Assert.Empty(anna.Store.Outbox.Waiting(0, 100));
    }

    [Fact]
    public async Task A_key_that_changed_is_told_noted_and_used_unless_it_was_verified()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await TalkAsync(scene, isSealed: true);
        Believe(anna, bert, Verification.Default);

        await anna.SendAsync(bert.Id, "with the new key");
        await bert.NextTextAsync("with the new key");
        Assert.Equal(bert.Id, (await anna.NextAsync<IdentityChanged>()).Person);

        Believe(anna, bert, Verification.Verified);
        var refused = await Assert.ThrowsAsync<ClientException>(() => anna.SendAsync(bert.Id, "not with that"));
        Assert.Equal(ClientError.UntrustedIdentity, refused.Error);
        Assert.Equal(bert.Id, (await anna.NextAsync<IdentityChanged>()).Person);
        Assert.Equal(Verification.Unverified, anna.Store.Identities.Find(bert.Id)!.Verification);

        // Once it is accepted, messages go again.
        anna.Store.Identities.Save(bert.Id, anna.Store.Identities.Find(bert.Id)! with { IsAccepted = true });
        await anna.SendAsync(bert.Id, "accepted");
        await bert.NextTextAsync("accepted");
    }

    [Fact]
    public async Task A_message_with_another_key_is_read_and_the_change_is_told_and_noted_in_the_history()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await TalkAsync(scene, isSealed: true);
        Believe(anna, bert, Verification.Verified);
        anna.Store.Transact(() =>
        {
            var conversation = anna.Store.Conversations.GetOrAdd(bert.Id);
            anna.Store.Conversations.Save(conversation with { ActiveAt = 1 });
        });
        bert.Store.Sessions.Remove(ServiceIdKind.Aci, Address(anna));

        await bert.SendAsync(anna.Id, "it is me");

        Assert.Equal(bert.Id, (await anna.NextAsync<IdentityChanged>()).Person);
        await anna.NextTextAsync("it is me");
        var known = anna.Store.Identities.Find(bert.Id)!;
        Assert.Equal((bert.Account.Aci.Public, Verification.Unverified, false), (known.Key, known.Verification, known.IsAccepted));
        var history = anna.Store.Messages.Last(anna.Store.Conversations.Find(bert.Id)!.Id, 10);
        Assert.Contains(history, message => message.Type == "keychange");
    }

    private static async Task<(Person Anna, Person Bert)> TalkAsync(ClientScene scene, bool isSealed)
    {
        var (anna, bert) = (await scene.AddAsync(), await scene.AddAsync());
        await anna.ReadyAsync();
        await bert.ReadyAsync();
        if (isSealed)
        {
            anna.Meets(bert);
            bert.Meets(anna);
        }

        await anna.SendAsync(bert.Id, "hello");
        await bert.NextTextAsync("hello");
        await bert.SendAsync(anna.Id, "hello too");
        await anna.NextTextAsync("hello too");
        return (anna, bert);
    }

    // As if another key had been known for somebody, with whom there is no session now.
    private static void Believe(Person anna, Person bert, Verification verification) => anna.Store.Transact(() =>
    {
        using var other = IdentityKeyPair.Generate(new SeededRandom(3));
        anna.Store.Identities.Save(bert.Id, new KnownIdentity(other.Public, verification, true, true, DateTimeOffset.UtcNow));
        anna.Store.Sessions.Remove(ServiceIdKind.Aci, Address(bert));
    });

    private static ProtocolAddress Address(Person person) => new(person.Id, person.Device);

    private static async Task<(ServiceId?, long)> RefusedAsync(Person person)
    {
        var refused = await person.NextAsync<EnvelopeRefused>();
        return (refused.Sender, refused.Timestamp);
    }

    private static List<EnvelopeRefused> Refusals(Person person)
    {
        List<EnvelopeRefused> all = [];
        while (person.Client.Events.TryRead(out var told))
        {
            if (told is EnvelopeRefused refused)
            {
                all.Add(refused);
            }
        }

        return all;
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Person.Patience);
        while (!condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private static DecryptionErrorMessage Report(Person by, Person to, long timestamp, int device = 1) =>
        DecryptionErrorMessage.For(CiphertextMessageType.Signal, Signal(by, to), (ulong)timestamp, (uint)device);

    // A message of the session that one has with the other.
    private static byte[] Signal(Person by, Person to) => by.Store.Read(() => SessionCipher.Encrypt(
        by.Store.Sessions.Get(ServiceIdKind.Aci, Address(to)),
        by.Client.Self.End(ServiceIdKind.Aci),
        new RemoteDevice(Address(to), to.Account.Aci.Public),
        MessagePadding.Pad([]),
        DateTimeOffset.UtcNow,
        RandomSource.System).Serialized.ToArray());
}
