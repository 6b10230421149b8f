using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;
using Fluister.Protocol.Addresses;

namespace Fluister.InteropTests.Client;

/// <summary>One person's devices, one with our client and one of official packages: linked both ways, and each knows what the other
/// said.</summary>
public sealed class OwnDevicesTests(ServerProcess server, OfficialPeople people)
    : IClassFixture<ServerProcess>, IClassFixture<OfficialPeople>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_device_of_official_packages_is_linked_by_ours(bool withNumber)
    {
        await using var anna = await OurPerson.RegisterAsync(server, withNumber ? people.Number() : null);
        var (second, told) = await LinkAsync(anna);
        Assert.Equal((anna.Aci, 2), (second.Aci, second.Device));
        Assert.Equal(anna.Client.Self.Pni?.ToString(), second.Pni);
        Assert.Equal(anna.Client.Self.Number, told.TryGetProperty("number", out var number) ? number.GetString() : null);
        Assert.Equal(anna.Client.Self.ProfileKey.Reveal().ToArray(), told.Bytes("profileKey"));
        Assert.Equal(anna.Client.Self.EntropyPool.RevealText(), told.Text("accountEntropyPool"));
        Assert.Equal(anna.Client.Self.AciIdentity.Public.Serialized.ToArray(), second.IdentityKey);
        var devices = await anna.Client.DevicesAsync(Cancellation);
        Assert.Equal([(1, true), (2, false)], devices.Select(device => (device.Id, device.IsThis)));
        Assert.Equal("Theirs", devices[1].Name);
        await anna.Client.RemoveDeviceAsync(2, Cancellation);
        second.Expect("interrupted");
    }

    [Fact]
    public async Task Our_new_device_is_linked_by_a_primary_of_official_packages()
    {
        var (bert, cleo) = (people.Register(server), people.Register(server));
        await using var ours = await OurPerson.LinkAsync(server, async url => await bert.Send("person.link", new { url }), "Ours ü");
        Assert.Equal((bert.Aci, 2, false), (ours.Aci, ours.Client.Self.Device, ours.Client.Self.IsPrimary));
        Assert.Equal(bert.ProfileKey, ours.Client.Self.ProfileKey.Reveal().ToArray());
        Assert.Equal(bert.EntropyPool, ours.Client.Self.EntropyPool.RevealText());
        var devices = bert.Call("person.devices").EnumerateArray().ToDictionary(d => d.Number("id"), d => d.TextOrNull("name"));
        Assert.Equal("Ours ü", devices[2]);

        // It asks the primary for what it cannot know.
        var asked = new HashSet<long>();
        while (!asked.IsSupersetOf([1, 3, 4]))
        {
            asked.Add(Synced(bert, "request").Number("type"));
        }

        cleo.Write(bert.Aci, "To both.");
        Assert.Equal("To both.", bert.HearMessage(cleo.Aci).Message.Text("body"));
        Assert.Equal("To both.", (await ours.HearMessageAsync(cleo.Aci)).Content.DataMessage.Body);
        var said = bert.Write(cleo.Aci, "From the primary.");
        await ours.HearAsync(bert.Aci, content => content.SyncMessage?.Sent is not null);
        Assert.Equal("From the primary.", cleo.HearMessage(bert.Aci).Message.Text("body"));
        var own = await ours.SayAsync(cleo.Aci, "From the other one.");
        var heard = cleo.HearMessage(bert.Aci);
        Assert.Equal((2, "From the other one."), (heard.Device, heard.Message.Text("body")));
        var transcript = Sent(bert);
        Assert.Equal((own, "From the other one."), (transcript.Number("timestamp"), transcript.GetProperty("message").Text("body")));
        Assert.Equal(
            [("To both.", false), ("From the primary.", true), ("From the other one.", true)],
            ours.Messages(cleo.Aci).Select(message => (message.Body!, message.Direction == MessageDirection.Outgoing)));
        Assert.Equal(said, ours.Messages(cleo.Aci)[1].SentAt.UnixMilliseconds);
    }

    [Fact]
    public async Task What_ours_says_the_other_is_told_and_the_other_way_round()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var (second, _) = await LinkAsync(anna);
        var timestamp = await anna.SayAsync(bert.Aci, "To Bert.");
        var sent = Sent(second);
        Assert.Equal((timestamp, "To Bert."), (sent.Number("timestamp"), sent.GetProperty("message").Text("body")));
        Assert.Equal(bertId.ToBytes(), sent.Bytes("destinationServiceIdBinary"));
        Assert.True(Assert.Single(sent.GetProperty("unidentifiedStatus").EnumerateArray()).GetProperty("unidentified").GetBoolean());
        await anna.Client.EditAsync(bertId, timestamp, new Draft { Text = "To Bert!" }, Cancellation);
        Assert.Equal("To Bert!", Sent(second).GetProperty("editMessage").GetProperty("dataMessage").Text("body"));
        await anna.Client.ReactAsync(bertId, anna.Id, timestamp, "🎈", false, Cancellation);
        Assert.Equal("🎈", Sent(second).GetProperty("message").GetProperty("reaction").Text("emoji"));
        await anna.Client.DeleteAsync(bertId, timestamp, Cancellation);
        Assert.Equal(timestamp, Sent(second).GetProperty("message").GetProperty("delete").Number("targetSentTimestamp"));

        second.Know(bert.Aci, bert.ProfileKey);
        var own = second.Write(bert.Aci, "From the second.");
        await TranscriptAsync(anna);
        var shown = anna.LastMessage(bert.Aci);
        Assert.Equal(("From the second.", own, MessageDirection.Outgoing), (shown.Body, shown.SentAt.UnixMilliseconds, shown.Direction));
        var dataMessage = new { body = "From the second!", timestamp = own + 1 };
        second.Say(bert.Aci, new { editMessage = new { targetSentTimestamp = own, dataMessage } }, own + 1);
        await TranscriptAsync(anna);
        Assert.Equal("From the second!", anna.LastMessage(bert.Aci).Body);
        second.Write(bert.Aci, new Dictionary<string, object?>
        {
            ["reaction"] = new { emoji = "🙃", targetAuthorAciBinary = anna.Id.ToBytes(), targetSentTimestamp = own },
        });
        await TranscriptAsync(anna);
        Assert.True(Assert.Single(anna.LastMessage(bert.Aci).Reactions).Sender!.IsSelf);
        second.Write(bert.Aci, new Dictionary<string, object?> { ["delete"] = new { targetSentTimestamp = own } });
        await TranscriptAsync(anna);
        Assert.True(anna.LastMessage(bert.Aci).IsErased);
        second.Write(bert.Aci, new Dictionary<string, object?> { ["flags"] = 2, ["expireTimer"] = 600, ["expireTimerVersion"] = 9 });
        await TranscriptAsync(anna);
        await anna.SayAsync(bert.Aci, "For ten minutes.");
        var timed = Sent(second).GetProperty("message");
        Assert.Equal((600, 9), (timed.Number("expireTimer"), timed.Number("expireTimerVersion")));
    }

    [Fact]
    public async Task Note_to_Self_goes_to_the_other_device_and_nowhere_else()
    {
        await using var anna = await OurPerson.RegisterAsync(server);
        var (second, _) = await LinkAsync(anna);
        using var file = new TemporaryFile("note.txt", OfficialPeople.Random(100));
        var said = await anna.SayAsync(anna.Aci, new Draft { Text = "Buy milk.", Files = [new DraftFile(file.Path)] });
        var note = Sent(second);
        Assert.Equal((said, "Buy milk."), (note.Number("timestamp"), note.GetProperty("message").Text("body")));
        Assert.Equal(anna.Id.ToBytes(), note.Bytes("destinationServiceIdBinary"));
        var pointer = note.GetProperty("message").GetProperty("attachments")[0];
        Assert.Equal(file.Bytes, second.Call("person.download", new { pointer }).Bytes());
        second.Write(anna.Aci, "And bread.");
        await TranscriptAsync(anna);
        Assert.Equal(["Buy milk.", "And bread."], anna.Messages(anna.Aci).Select(message => message.Body));
        Assert.All(anna.Messages(anna.Aci), message => Assert.Equal(MessageDirection.Outgoing, message.Direction));
    }

    [Fact]
    public async Task What_is_read_on_one_device_is_read_on_the_other()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        await anna.Client.MarkReadAsync(bertId, long.MaxValue, Cancellation);
        var (second, _) = await LinkAsync(anna);
        var timestamp = bert.Write(anna.Aci, "Read me there.");
        await anna.HearMessageAsync(bert.Aci);
        Assert.True(anna.LastMessage(bert.Aci).IsUnread);
        second.Sync(new { read = new[] { new { senderAciBinary = bertId.ToBytes(), timestamp } } });
        await anna.HearAsync(anna.Aci, content => content.SyncMessage?.Read.Count > 0);
        Assert.False(anna.LastMessage(bert.Aci).IsUnread);

        timestamp = bert.Write(anna.Aci, "Read me here.");
        await anna.HearMessageAsync(bert.Aci);
        await anna.Client.MarkReadAsync(bertId, timestamp, Cancellation);
        var read = second.Hear(heard => heard.Has("syncMessage") && heard.Content.GetProperty("syncMessage").TryGetProperty("read", out _));
        var entry = read.Content.GetProperty("syncMessage").GetProperty("read")[0];
        Assert.Equal(timestamp, entry.Number("timestamp"));
        Assert.Equal(bertId.ToBytes(), entry.Bytes("senderAciBinary"));
    }

    [Fact]
    public async Task Blocking_and_requests_are_told_to_the_other_device()
    {
        await using var anna = await OurPerson.RegisterAsync(server);
        var bert = people.Register(server);
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var (second, _) = await LinkAsync(anna);
        bert.Write(anna.Aci, "You do not know me.");
        await anna.HearMessageAsync(bert.Aci);
        Assert.False(anna.Client.Contact(bertId)!.IsAccepted);

        // A stranger is told nothing by itself: no receipt and no profile key before the request is accepted.
        await anna.SentAsync();
        await anna.Client.AcceptRequestAsync(bertId, Cancellation);
        Assert.Equal(1, Response(second).Number("type"));
        Assert.True(anna.Client.Contact(bertId)!.IsAccepted);
        await anna.Client.BlockAsync(bertId, Cancellation);
        var blocked = Synced(second, "blocked").GetProperty("acisBinary").EnumerateArray().Select(id => id.Bytes());
        Assert.Equal([bertId.ToBytes()], blocked);
        bert.Write(anna.Aci, "Are you there?");
        await anna.Client.UnblockAsync(bertId, Cancellation);
        Assert.False(Synced(second, "blocked").TryGetProperty("acisBinary", out _));

        second.Sync(new { blocked = new { acisBinary = new[] { bertId.ToBytes() } } });
        await anna.HearAsync(anna.Aci, content => content.SyncMessage?.Blocked is not null);
        Assert.True(anna.Client.Contact(bertId)!.IsBlocked);
        second.Sync(new { messageRequestResponse = new { threadAciBinary = bertId.ToBytes(), type = 1 } });
        await anna.HearAsync(anna.Aci, content => content.SyncMessage?.MessageRequestResponse is not null);
        Assert.False(anna.Client.Contact(bertId)!.IsBlocked);
        Assert.Equal(["You do not know me."], anna.Messages(bert.Aci).Select(message => message.Body));
    }

    [Fact]
    public async Task A_new_device_is_answered_what_it_asks_for()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var (second, _) = await LinkAsync(anna);
        second.Sync(new { request = new { type = 5 } });
        Assert.Equal(anna.Client.Self.EntropyPool.RevealText(), Synced(second, "keys").Text("accountEntropyPool"));
        second.Sync(new { request = new { type = 3 } });
        Assert.False(Synced(second, "blocked").TryGetProperty("acisBinary", out _));
        second.Sync(new { request = new { type = 4 } });
        Assert.True(Synced(second, "configuration").TryGetProperty("readReceipts", out _));
        second.Sync(new { request = new { type = 1 } });
        var contacts = Synced(second, "contacts");
        var bytes = second.Call("person.download", new { pointer = contacts.GetProperty("blob") }).Bytes();
        var first = people.Package.Call("proto.decodeDelimited", new { type = "ContactDetails", bytes });
        Assert.Contains(
            first.EnumerateArray(),
            contact => contact.TryGetProperty("aciBinary", out var aci) && aci.Bytes().SequenceEqual(bertId.ToBytes()));
    }

    [Fact]
    public async Task What_one_device_deletes_for_itself_is_gone_on_the_other()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var (second, _) = await LinkAsync(anna);
        var sentTimestamp = bert.Write(anna.Aci, "Delete me.");
        await anna.HearMessageAsync(bert.Aci);
        second.Sync(new
        {
            deleteForMe = new
            {
                messageDeletes = new[]
                {
                    new
                    {
                        conversation = new { threadServiceIdBinary = bertId.ToBytes() },
                        messages = new[] { new { authorServiceIdBinary = bertId.ToBytes(), sentTimestamp } },
                    },
                },
            },
        });
        await anna.HearAsync(anna.Aci, content => content.SyncMessage?.DeleteForMe is not null);
        Assert.DoesNotContain(anna.Messages(bert.Aci), message => message.Body == "Delete me.");
    }

    private async Task<(OfficialPerson Device, JsonElement Told)> LinkAsync(OurPerson anna)
    {
        var (device, url) = people.Wait(server);
        var linking = anna.Client.LinkDeviceAsync(url, Cancellation);
        var told = device.Linked("Theirs");
        await linking.WaitAsync(OurPerson.Patience, Cancellation);
        return (device, told);
    }

    private static Task<ContentReceived> TranscriptAsync(OurPerson person) =>
        person.HearAsync(person.Aci, content => content.SyncMessage?.Sent is not null);

    private static JsonElement Sent(OfficialPerson device) => Synced(device, "sent");

    private static JsonElement Response(OfficialPerson device) => Synced(device, "messageRequestResponse");

    private static JsonElement Synced(OfficialPerson device, string member)
    {
        bool Fits(Heard heard) => heard.Sender == device.Aci
            && heard.Content.TryGetProperty("syncMessage", out var sync) && sync.TryGetProperty(member, out _);
        return device.Hear(Fits).Content.GetProperty("syncMessage").GetProperty(member);
    }
}
