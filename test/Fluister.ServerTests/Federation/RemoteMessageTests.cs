using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Federation;

/// <summary>Messages to an account of another home server: what their sender is told, and what comes.</summary>
public sealed class RemoteMessageTests
{
    [Fact]
    public async Task A_message_says_who_sends_it_and_comes_to_every_device()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(devices: 2), await pair.There.AddAccountAsync(devices: 2));
        var (first, second) = (LetterChannel.Of(pair.There, to, 1), LetterChannel.Of(pair.There, to, 2));
        Assert.Equal(
            (200, """{"needsSync":true}"""), await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001), (2, 1002)), from.Caller));
        foreach (var envelope in new[] { await first.EnvelopeAsync(), await second.EnvelopeAsync() })
        {
            Assert.Equal(from.Account.Aci, new Guid(envelope.SourceServiceId.Span, bigEndian: true));
            Assert.Equal(1u, envelope.SourceDevice);
            Assert.Equal(5u, envelope.ClientTimestamp);
            Assert.Equal(Envelope.Types.Type.Signal, envelope.Type);
        }
    }

    [Fact]
    public async Task A_sealed_message_needs_the_access_key()
    {
        await using var pair = await ServerPair.StartAsync();
        var to = await pair.There.AddAccountAsync();
        var letters = LetterChannel.Of(pair.There, to);
        byte[] wrong = [.. TestAccount.AccessKey.Reverse()];
        Assert.Equal((401, ""), await SealedAsync(pair, to, Sending.Key(wrong)));
        Assert.Equal((401, ""), await SealedAsync(pair, to, Sending.Key(new byte[16])));
        Assert.Equal((401, ""), await Sending.SendAsync(
            pair.Here, pair.There.Identity.Tag.Mint(RandomSource.System).ToString(), Sending.Sealed((1, 1001)), null, Sending.Key(wrong)));
        Assert.Equal((200, """{"needsSync":false}"""), await SealedAsync(pair, to, Sending.Key(TestAccount.AccessKey)));
        var envelope = await letters.EnvelopeAsync();
        Assert.Equal(Envelope.Types.Type.Sealed, envelope.Type);
        Assert.False(envelope.HasSourceServiceId);
    }

    [Fact]
    public async Task An_account_that_is_open_to_anybody_takes_any_key()
    {
        await using var pair = await ServerPair.StartAsync();
        var to = await pair.There.AddAccountAsync(isUnrestricted: true);
        var letters = LetterChannel.Of(pair.There, to);
        Assert.Equal(200, (await SealedAsync(pair, to, Sending.Key(new byte[16]))).Status);
        Assert.Equal(Envelope.Types.Type.Sealed, (await letters.EnvelopeAsync()).Type);
    }

    [Fact]
    public async Task Nothing_sealed_goes_where_nobody_believes_our_certificates_and_what_says_its_sender_does()
    {
        await using var pair = await ServerPair.StartAsync(isOneNetwork: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        Assert.Equal((401, ""), await SealedAsync(pair, to, Sending.Key(TestAccount.AccessKey)));
        Assert.Equal(200, (await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001)), from.Caller)).Status);
    }

    [Fact]
    public async Task The_sender_is_told_at_once_how_the_devices_differ()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync(devices: 2));
        Assert.Equal(
            (409, """{"missingDevices":[2],"extraDevices":[]}"""),
            await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001)), from.Caller));
        pair.IsCut = true;
        Assert.Equal(
            (409, """{"missingDevices":[],"extraDevices":[3]}"""),
            await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001), (2, 1002), (3, 1003)), from.Caller));
        Assert.Equal(
            (410, """{"staleDevices":[2]}"""),
            await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001), (2, 7)), from.Caller));
        Assert.Equal(0, Waiting(pair.Here));
        Assert.Equal(200, (await Sending.SendAsync(pair.Here, Name(to), Sending.Body((2, 1002), (1, 1001)), from.Caller)).Status);
        Assert.Equal(1, Waiting(pair.Here));
    }

    [Fact]
    public async Task Who_is_not_there_is_told_as_for_accounts_here()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        var nobody = pair.There.Identity.Tag.Mint(RandomSource.System);
        Assert.Equal((404, ""), await Sending.SendAsync(pair.Here, nobody.ToString(), Sending.Body((1, 1001)), from.Caller));
        Assert.Equal((404, ""), await Sending.SendAsync(pair.Here, $"PNI:{to.Account.Pni}", Sending.Body((1, 2001)), from.Caller));
        Assert.Equal((404, ""), await Sending.SendAsync(pair.Here, $"PNI:{to.Account.Aci}", Sending.Body((1, 1001)), from.Caller));
        Assert.Equal((404, ""), await Sending.SendAsync(pair.Here, Guid.NewGuid().ToString(), Sending.Body((1, 1001)), from.Caller));
        Assert.Equal((401, ""), await Sending.SendAsync(
            pair.Here, $"PNI:{to.Account.Pni}", Sending.Sealed((1, 2001)), null, Sending.Key(TestAccount.AccessKey)));
        Assert.Equal(0, Waiting(pair.Here));
    }

    [Fact]
    public async Task A_peer_that_is_down_gives_503_before_anything_is_known_and_is_invisible_afterwards()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        var letters = LetterChannel.Of(pair.There, to);
        pair.IsCut = true;
        var refused = await pair.Here.AskAsync("PUT", $"/v1/messages/{Name(to)}", from.Caller, Sending.Body((1, 1001)));
        Assert.Equal(503, refused.Status);
        Assert.Contains(refused.Headers, header => header.Key == "Retry-After");

        pair.IsCut = false;
        Assert.Equal(200, (await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001)), from.Caller)).Status);
        await letters.EnvelopeAsync();
        pair.IsCut = true;
        Assert.Equal((200, """{"needsSync":false}"""), await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001)), from.Caller));
        Assert.Equal((200, """{"needsSync":false}"""), await SealedAsync(pair, to, Sending.Key(TestAccount.AccessKey)));
        Assert.Equal((401, ""), await SealedAsync(pair, to, Sending.Key(new byte[16])));
        Assert.Equal(0, letters.Count);

        pair.IsCut = false;
        while (letters.Count < 2)
        {
            pair.Clock.Advance(ServerLimits.FirstRetry);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(Envelope.Types.Type.Signal, (await letters.EnvelopeAsync()).Type);
        Assert.Equal(Envelope.Types.Type.Sealed, (await letters.EnvelopeAsync()).Type);
    }

    [Fact]
    public async Task A_new_device_is_pushed_and_the_next_message_refused_while_the_peer_is_cut()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        Assert.Equal(200, (await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001)), from.Caller)).Status);
        var pushed = Pushed(pair, to);
        var device = to.Account.Devices[0] with { Id = 2, RegistrationId = 77 };
        await pair.There.Home.Accounts.UpdateAsync(to.Account.Aci, account => account with { Devices = [.. account.Devices, device] });
        await pushed;
        pair.IsCut = true;
        Assert.Equal(
            (409, """{"missingDevices":[2],"extraDevices":[]}"""),
            await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001)), from.Caller));
        Assert.Equal(200, (await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001), (2, 77)), from.Caller)).Status);
    }

    [Fact]
    public async Task An_ephemeral_message_is_not_kept()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        var letters = LetterChannel.Of(pair.There, to);
        var body = Sending.Body(3, true, 1, (1, 1001));
        Assert.Equal(200, (await Sending.SendAsync(pair.Here, Name(to), body, from.Caller)).Status);
        Assert.Equal(0, Waiting(pair.Here));
        Assert.Equal(5u, (await letters.EnvelopeAsync()).ClientTimestamp);
        Assert.Equal(0, await pair.There.Database.WriteAsync(session =>
            session.First("SELECT COUNT(*) FROM letter", row => row.GetInt32(0))));
    }

    [Fact]
    public async Task A_story_tells_nobody_who_is_there()
    {
        await using var pair = await ServerPair.StartAsync();
        var (to, nobody) = (await pair.There.AddAccountAsync(), pair.There.Identity.Tag.Mint(RandomSource.System));
        var letters = LetterChannel.Of(pair.There, to);
        using var asked = new SemaphoreSlim(0);
        pair.Meddle = async (name, _, ask) =>
        {
            var answer = await ask();
            if (name == "devices")
            {
                asked.Release();
            }

            return answer;
        };
        Assert.Equal((200, """{"needsSync":false}"""), await StoryAsync(nobody));
        await asked.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((200, """{"needsSync":false}"""), await StoryAsync(to.Account.Aci));
        await asked.WaitAsync(TestContext.Current.CancellationToken);
        await pair.Here.Home.Relay.Accounts.FindAsync(
            RemoteAccountTests.Peer(pair), to.Account.Aci, TestContext.Current.CancellationToken);
        Assert.Equal(0, letters.Count);
        Assert.Equal((200, """{"needsSync":false}"""), await StoryAsync(to.Account.Aci));
        Assert.True((await letters.EnvelopeAsync()).Story);
        pair.IsCut = true;
        Assert.Equal((200, """{"needsSync":false}"""), await StoryAsync(nobody));

        Task<(int Status, string Body)> StoryAsync(Guid aci) =>
            Sending.SendAsync(pair.Here, $"{aci}?story=true", Sending.Sealed((1, 1001)));
    }

    [Fact]
    public async Task What_is_too_large_is_refused_here()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        var body = Sending.Body(ServerLimits.MessageContent + 1, false, 1, (1, 1001));
        Assert.Equal(413, (await Sending.SendAsync(pair.Here, Name(to), body, from.Caller)).Status);
        Assert.Equal(0, Waiting(pair.Here));
    }

    [Fact]
    public async Task What_is_for_a_peer_in_quarantine_waits_and_nothing_is_kept_for_one_that_is_blocked()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001)), from.Caller);
        Assert.Equal(1, Waiting(pair.Here));
        await SetAsync(pair, PeerState.Quarantine);
        Assert.Equal(200, (await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001)), from.Caller)).Status);
        Assert.Equal(2, Waiting(pair.Here));
        var unknown = await pair.There.AddAccountAsync();
        Assert.Equal(503, (await Sending.SendAsync(pair.Here, Name(unknown), Sending.Body((1, 1001)), from.Caller)).Status);
        await SetAsync(pair, PeerState.Block);
        Assert.Equal((404, ""), await Sending.SendAsync(pair.Here, Name(to), Sending.Body((1, 1001)), from.Caller));
        Assert.Equal(0, Waiting(pair.Here));
    }

    private static string Name(TestAccount account) => account.Account.Aci.ToString();

    private static Task<(int Status, string Body)> SealedAsync(ServerPair pair, TestAccount to, (string Name, string Value) key) =>
        Sending.SendAsync(pair.Here, Name(to), Sending.Sealed((1, 1001)), null, key);

    private static int Waiting(TestServer server) => server.Database.Read(session =>
        session.First("SELECT COUNT(*) FROM outbox", row => row.GetInt32(0)));

    private static async Task SetAsync(ServerPair pair, PeerState state)
    {
        await pair.Here.Database.WriteAsync(session =>
            session.Run("UPDATE peer SET state = ?1 WHERE tag = ?2", (int)state, (long)pair.There.Identity.Tag.Value));
        ((IDatabaseFollower)pair.Here.Home.Relay.Peers).ChangedElsewhere();
    }

    // Until the list that is known here is another.
    private static Task Pushed(ServerPair pair, TestAccount account)
    {
        var pushed = new TaskCompletionSource();
        var before = pair.Here.Home.Relay.Accounts.Known(account.Account.Aci)?.Version;
        pair.Meddle = async (_, _, ask) =>
        {
            var answer = await ask();
            if (pair.Here.Home.Relay.Accounts.Known(account.Account.Aci)?.Version != before)
            {
                pushed.TrySetResult();
            }

            return answer;
        };
        return pushed.Task;
    }
}
