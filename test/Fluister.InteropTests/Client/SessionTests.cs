using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Cryptography;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Wire.Json;

namespace Fluister.InteropTests.Client;

/// <summary>Sessions between our client and one of official packages: sealed and not, lost and mended, with keys of last resort, and with
/// somebody who registers again.</summary>
public sealed class SessionTests(ServerProcess server, OfficialPeople people) : IClassFixture<ServerProcess>, IClassFixture<OfficialPeople>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Strangers_write_openly_and_acquaintances_sealed(bool withNumber)
    {
        await using var anna = await OurPerson.RegisterAsync(server, withNumber ? people.Number() : null);
        var bert = people.Register(server, withNumber);
        await anna.SayAsync(bert.Aci, "Openly.");
        var first = bert.HearMessage(anna.Aci);
        Assert.Equal((false, 3), (first.IsSealed, first.Type));
        Assert.Equal(anna.Client.Self.ProfileKey.Reveal().ToArray(), first.Message.Bytes("profileKey"));
        bert.Write(anna.Aci, "Sealed.");
        Assert.True((await anna.HearMessageAsync(bert.Aci)).IsSealed);
        var said = await anna.SayAsync(bert.Aci, "Sealed too.");
        var sealedToo = bert.HearMessage(anna.Aci);
        Assert.Equal((true, 2, 1), (sealedToo.IsSealed, sealedToo.Type, sealedToo.Hint));
        Assert.True((await anna.ExpectAsync<MessageSent>(sent => sent.Timestamp == said)).IsSealed);
        bert.Write(anna.Aci, "Openly again.", @sealed: false);
        Assert.False((await anna.HearMessageAsync(bert.Aci)).IsSealed);
    }

    [Fact]
    public async Task With_a_wrong_access_key_it_goes_openly()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        bert.ChangeProfileKey();
        await anna.SayAsync(bert.Aci, "Still you.");
        Assert.False(bert.HearMessage(anna.Aci).IsSealed);
        bert.Write(anna.Aci, "With my new key.");
        await anna.HearMessageAsync(bert.Aci);
        await anna.SayAsync(bert.Aci, "Sealed again.");
        Assert.True(bert.HearMessage(anna.Aci).IsSealed);
    }

    [Fact]
    public async Task Many_messages_cross_and_all_arrive_in_their_order()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        const int Count = 40;
        var ours = Task.Run(async () =>
        {
            for (var n = 0; n < Count; n++)
            {
                await anna.Client.SendAsync(bertId, new Draft { Text = $"ours {n}" }, Cancellation);
            }
        }, Cancellation);
        for (var n = 0; n < Count; n++)
        {
            bert.Write(anna.Aci, new Dictionary<string, object?> { ["body"] = $"theirs {n}", ["timestamp"] = 1_800_000_000_000 + n });
        }

        await ours;
        Assert.Equal(
            Enumerable.Range(0, Count).Select(n => $"ours {n}"),
            Enumerable.Range(0, Count).Select(_ => bert.HearMessage(anna.Aci).Message.Text("body")));
        for (var n = 0; n < Count; n++)
        {
            Assert.Equal($"theirs {n}", (await anna.HearMessageAsync(bert.Aci)).Content.DataMessage.Body);
        }

        Assert.Equal((2 * Count) + 2, anna.Messages(bert.Aci).Count);
    }

    [Fact]
    public async Task What_they_cannot_decrypt_is_sent_again()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        bert.Call("person.forget", new { to = anna.Aci, device = 1 });
        var timestamp = await anna.SayAsync(bert.Aci, "Lost at first.");
        bert.Expect(e => e.Text("event") == "refused" && e.Number("timestamp") == timestamp);
        var again = bert.HearMessage(anna.Aci);
        Assert.Equal(("Lost at first.", timestamp, 3), (again.Message.Text("body"), again.Timestamp, again.Type));
        Assert.Single(anna.Messages(bert.Aci), message => message.Body == "Lost at first.");
        await anna.SayAsync(bert.Aci, "And on.");
        Assert.Equal("And on.", bert.HearMessage(anna.Aci).Message.Text("body"));
    }

    [Fact]
    public async Task What_we_cannot_decrypt_is_asked_for_and_comes_again()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var store = anna.Client.Context.Store;
        store.Transact(() => store.Sessions.Remove(ServiceIdKind.Aci, new ProtocolAddress(bertId, 1)));
        var timestamp = bert.Write(anna.Aci, "Lost at first.");
        var refused = await anna.ExpectAsync<EnvelopeRefused>(told => told.Timestamp == timestamp);
        Assert.Equal((bertId, 1), (refused.Sender, refused.Device));
        var asked = bert.Hear(heard => heard.Has("decryptionErrorMessage"));
        Assert.Equal((timestamp, true), (asked.Event.Number("asked"), asked.Event.GetProperty("resent").GetBoolean()));
        var received = await anna.HearMessageAsync(bert.Aci);
        Assert.Equal(("Lost at first.", timestamp), (received.Content.DataMessage.Body, received.Timestamp));
        await anna.SayAsync(bert.Aci, "And on.");
        Assert.Equal("And on.", bert.HearMessage(anna.Aci).Message.Text("body"));
    }

    [Fact]
    public async Task Who_has_no_one_time_keys_left_is_reached_by_the_key_of_last_resort_and_publishes_new_ones()
    {
        await using var anna = await OurPerson.RegisterAsync(server);
        await OurPerson.UntilAsync(async () => await anna.KeyCountsAsync() is { Count: > 0, PqCount: > 0 });
        using var last = KeyPair.Generate(RandomSource.System);
        using var lastKem = KemKeyPair.Generate(RandomSource.System);
        var kem = lastKem.Public.Serialized.ToArray();
        var keys = new PublishKeysJson
        {
            PreKeys = [new PreKeyJson(1, last.Public.Serialized.ToArray())],
            PqPreKeys = [new SignedPreKeyJson(2, kem, anna.Client.Self.AciIdentity.Private.Sign(kem, RandomSource.System))],
        };
        await anna.Client.Context.Api.PublishKeysAsync(ServiceIdKind.Aci, keys, Cancellation);
        people.Register(server).Call("person.fetch", new { verb = "GET", path = $"/v2/keys/{anna.Aci}/1" });
        Assert.Equal((0, 0), await anna.KeyCountsAsync());
        var (bert, cleo) = (people.Register(server), people.Register(server));
        bert.Write(anna.Aci, "By the last resort.");
        Assert.Equal("By the last resort.", (await anna.HearMessageAsync(bert.Aci)).Content.DataMessage.Body);
        cleo.Write(anna.Aci, "By whatever there is.");
        Assert.Equal("By whatever there is.", (await anna.HearMessageAsync(cleo.Aci)).Content.DataMessage.Body);
        await anna.SayAsync(bert.Aci, "It works.");
        Assert.Equal("It works.", bert.HearMessage(anna.Aci).Message.Text("body"));
        await anna.ReopenAsync();
        await OurPerson.UntilAsync(async () => await anna.KeyCountsAsync() is { Count: > 10, PqCount: > 10 });
    }

    [Fact]
    public async Task Who_registers_again_has_another_identity_and_is_written_to_after_that_was_accepted()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var before = anna.Client.SafetyNumber(bertId).Digits;
        await anna.Client.VerifyAsync(bertId, true, Cancellation);
        var again = people.RegisterAgain(server, bert);
        again.Know(anna.Aci, anna.Client.Self.ProfileKey.Reveal().ToArray());
        again.Write(anna.Aci, "It is me, with a new telephone.");
        await anna.ExpectAsync<IdentityChanged>(changed => changed.Person == bertId);
        await anna.HearMessageAsync(bert.Aci);
        Assert.Contains(anna.History(bert.Aci), item => item.Type == "keychange");
        Assert.NotEqual(before, anna.Client.SafetyNumber(bertId).Digits);
        var fingerprint = people.Package.Call("fingerprint.make", new
        {
            localId = anna.Id.ToBytes(),
            localKey = anna.Client.Self.AciIdentity.Public.Serialized.ToArray(),
            remoteId = bertId.ToBytes(),
            remoteKey = again.IdentityKey,
            version = 2,
        });
        Assert.Equal(fingerprint.Text("numeric"), anna.Client.SafetyNumber(bertId).Digits);

        // Verified before: nothing goes to the new key until a person says so.
        await anna.Client.SendAsync(bertId, new Draft { Text = "Who are you?" }, Cancellation);
        var failed = await anna.ExpectAsync<SendFailed>(failed => failed.MessageId is not null);
        Assert.Equal((bertId, ClientError.UntrustedIdentity), (failed.Recipient, failed.Cause.Error));
        await anna.Client.AcceptIdentityAsync(bertId, Cancellation);
        await anna.SayAsync(bert.Aci, "Welcome back.");
        Assert.Equal("Welcome back.", again.HearMessage(anna.Aci).Message.Text("body"));
    }

    [Fact]
    public async Task A_recipient_s_new_device_gets_what_is_sent_from_then_on()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        var (second, url) = people.Wait(server);
        bert.Call("person.link", new { url });
        second.Linked();
        await anna.SayAsync(bert.Aci, "To both.");
        Assert.Equal("To both.", bert.HearMessage(anna.Aci).Message.Text("body"));
        Assert.Equal("To both.", second.HearMessage(anna.Aci).Message.Text("body"));
        second.Know(anna.Aci, anna.Client.Self.ProfileKey.Reveal().ToArray());
        second.Write(anna.Aci, "From the second.");
        Assert.Equal(2, (await anna.HearMessageAsync(bert.Aci)).Device);
        bert.Call("person.fetch", new { verb = "DELETE", path = "/v1/devices/2" });
        await anna.SayAsync(bert.Aci, "To the first alone.");
        Assert.Equal("To the first alone.", bert.HearMessage(anna.Aci).Message.Text("body"));
    }

    [Fact]
    public async Task Signed_keys_are_renewed_and_old_sessions_go_on()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        bert.Call("person.publish", new { oneTime = 3 });
        await anna.SayAsync(bert.Aci, "In the old session.");
        Assert.Equal(2, bert.HearMessage(anna.Aci).Type);
        var cleo = people.Register(server);
        await anna.SayAsync(cleo.Aci, "In a new one.");
        Assert.Equal("In a new one.", cleo.HearMessage(anna.Aci).Message.Text("body"));
    }
}
