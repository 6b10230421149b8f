using System.Text;
using Fluister.Client.Contacts;
using Fluister.Client.Contents;
using Fluister.InteropTests.Client;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;

namespace Fluister.InteropTests.Federation;

/// <summary>People on two home servers, as they live: clients of official packages alone, and ours, which do what they do on one
/// server.</summary>
public sealed class PeopleAcrossTests(TwoServers servers, OfficialPeople people)
    : IClassFixture<TwoServers>, IClassFixture<OfficialPeople>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Clients_of_official_packages_talk_under_a_seal()
    {
        var (ann, ben) = Pair();
        var asked = ann.Write(ben.Aci, "Are you there?");
        var heard = ben.HearMessage(ann.Aci);
        Assert.Equal(("Are you there?", asked), (heard.Message.Text("body"), heard.Timestamp));
        Assert.False(heard.IsSealed);

        // Each has the other's profile key now. The receipts under a seal, of the device, come as well.
        ben.Write(ann.Aci, "Here I am.");
        heard = ann.HearMessage(ben.Aci);
        Assert.Equal(("Here I am.", true), (heard.Message.Text("body"), heard.IsSealed));
        ann.Write(ben.Aci, "Good.");
        heard = ben.HearMessage(ann.Aci);
        Assert.Equal(("Good.", true), (heard.Message.Text("body"), heard.IsSealed));
        var receipt = ann.Hear(h => h.Sender == ben.Aci && h.Has("receiptMessage")).Content.GetProperty("receiptMessage");
        Assert.Equal(asked, receipt.GetProperty("timestamp")[0].GetInt64());
        var delivered = ann.Expect("delivered");
        Assert.Equal((ben.Aci, asked), (delivered.Text("sender"), delivered.Number("timestamp")));
        Assert.DoesNotContain(ann.Waiting.Concat(ben.Waiting), e => e.Text("event") is "refused" or "interrupted");
        ann.Disconnect();
        ben.Disconnect();
    }

    [Fact]
    public void Files_cross()
    {
        var (ann, ben) = Pair();
        Greet(ann, ben);
        var plaintext = OfficialPeople.Random(3_000_000);
        var file = new { plaintext, contentType = "image/png", fileName = "Bild.png", chunkSize = 65_536 };
        var pointer = ann.Call("person.upload", new { file });
        ann.Write(ben.Aci, new Dictionary<string, object?> { ["body"] = "There.", ["attachments"] = new[] { pointer } });
        var sent = Assert.Single(ben.HearMessage(ann.Aci).Message.GetProperty("attachments").EnumerateArray());
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(plaintext, ben.Call("person.download", new { pointer = sent }).Bytes());
        }

        ann.Disconnect();
        ben.Disconnect();
    }

    [Fact]
    public void Profiles_are_read_by_those_who_know_the_key()
    {
        var (ann, ben) = Pair();
        ann.Call("person.setProfile", new { name = "Ann\0Ahorn", about = "Here", emoji = "🌳" });
        Greet(ann, ben);
        var read = ben.Call("person.profile", new { to = ann.Aci });
        Assert.Equal(("Ann\0Ahorn", "Here", "🌳"), (read.Text("name"), read.Text("about"), read.Text("aboutEmoji")));
        Assert.Equal(ann.IdentityKey, Convert.FromBase64String(read.Text("identityKey")));
        var refused = Assert.Throws<LibsignalException>(
            () => ben.Call("person.profile", new { to = ann.Aci, profileKey = OfficialPeople.Random(32) }));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
        ann.Disconnect();
        ben.Disconnect();
    }

    [Fact]
    public void Usernames_and_their_links_lead_to_people()
    {
        var (ann, ben) = Pair();
        var theirs = ben.Call("person.setUsername", new { nickname = "bertram" });
        Assert.Equal(ben.Aci, ann.Call("person.findUsername", new { username = theirs.Text("username") }).GetString());
        var found = ann.Call("person.findUsername", new { link = theirs.Text("link") });
        Assert.Equal((ben.Aci, theirs.Text("username")), (found.Text("aci"), found.Text("username")));
        Assert.Null(ann.Call("person.findUsername", new { username = "nobody.4711" }).GetString());
        ann.Disconnect();
        ben.Disconnect();
    }

    [Fact]
    public async Task Our_client_and_one_of_official_packages_have_everything()
    {
        await using var anna = await OurPerson.RegisterAsync(servers.Here);
        var bert = people.Register(servers.There);
        var username = bert.Call("person.setUsername", new { nickname = "bert" }).Text("username");
        var named = await anna.Client.ResolveAsync($"{username}@{servers.There.Domain}", Cancellation);
        Assert.Equal(bert.Aci, named.ToString());
        Assert.Equal(bert.Aci, (await anna.Client.ResolveAsync(username, Cancellation)).ToString());
        await Acquaintance.GreetAsync(anna, bert);
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));

        using var file = new TemporaryFile("Bericht ü.pdf", OfficialPeople.Random(70_000));
        var said = await anna.SayAsync(
            bert.Aci, new Draft { Text = "Look.", Files = [new DraftFile(file.Path, "application/pdf", "Read it")] });
        var heard = bert.HearMessage(anna.Aci);
        Assert.Equal(("Look.", true), (heard.Message.Text("body"), heard.IsSealed));
        var pointer = Assert.Single(heard.Message.GetProperty("attachments").EnumerateArray());
        Assert.Equal(file.Bytes, bert.Call("person.download", new { pointer }).Bytes());
        await OurPerson.UntilAsync(() => Task.FromResult(anna.SendState(bert.Aci, said) == "Delivered"));

        var picture = OfficialPeople.Random(70_000);
        var uploaded = bert.Call(
            "person.upload", new { file = new { plaintext = picture, contentType = "image/png", fileName = "Bild.png" } });
        bert.Write(anna.Aci, new Dictionary<string, object?> { ["body"] = "There.", ["attachments"] = new[] { uploaded } });
        await anna.FetchedAsync((await anna.HearMessageAsync(bert.Aci)).MessageId!);

        await anna.Client.SetProfileAsync(new OwnProfile { Name = new ProfileName("Anna ü", "Alt"), About = "Here" }, null, Cancellation);
        await anna.Client.SettledAsync(Cancellation).WaitAsync(OurPerson.Patience, Cancellation);
        Assert.Equal("Anna ü\0Alt", bert.Call("person.profile", new { to = anna.Aci }).Text("name"));
        bert.Call("person.setProfile", new { name = "Bert\0Baum ß", about = "There" });
        Assert.True(await anna.Client.FetchProfileAsync(bertId, Cancellation));
        var name = anna.Client.Contact(bertId)!.ProfileName!;
        Assert.Equal(("Bert", "Baum ß"), (name.Given, name.Family));
        bert.Disconnect();
    }

    [Fact]
    public async Task A_linked_device_joins_in()
    {
        var (ann, ben) = Pair();
        Greet(ann, ben);
        var (second, url) = people.Wait(servers.There);
        var linking = ben.Send("person.link", new { url });
        second.Linked();
        await linking;
        Soon.Is(() => Devices(ann, ben.Aci, "To both.") == "1, 2");
        second.Hear(h => h.Sender == ann.Aci && h.Has("dataMessage") && h.Message.Text("body") == "To both.");
        second.Write(ann.Aci, "From the second.");
        Assert.Equal(2, ann.HearMessage(ben.Aci).Device);
        ann.Disconnect();
        second.Disconnect();
        ben.Disconnect();
    }

    [Fact]
    public void Somebody_who_registered_again_goes_on()
    {
        var (ann, ben) = Pair();
        Greet(ann, ben);
        var before = (int)ann.Call("person.session", new { to = ben.Aci, device = 1 }).Number("registrationId");
        Assert.Equal(200, Send(ann, ben.Aci, before).Status);
        var again = people.RegisterAgain(servers.There, ben);
        Assert.Equal(ben.Aci, again.Aci);
        Soon.Is(() => Send(ann, ben.Aci, before) == (410, """{"staleDevices":[1]}"""));
        again.Know(ann.Aci, ann.ProfileKey);
        again.Write(ann.Aci, "It is me, with a new telephone.");
        Assert.Equal(ben.Aci, ann.Expect("identity").Text("person"));
        Assert.Equal("It is me, with a new telephone.", ann.HearMessage(ben.Aci).Message.Text("body"));
        ann.Call("person.accept", new { to = ben.Aci, identityKey = again.IdentityKey });
        ann.Write(ben.Aci, "Welcome back.");
        Assert.Equal("Welcome back.", again.HearMessage(ann.Aci).Message.Text("body"));
        ann.Disconnect();
        again.Disconnect();
    }

    // What nobody can read, to a device that drew this number when it registered.
    private static (int Status, string Body) Send(OfficialPerson from, string to, int registrationId)
    {
        var body = Encoding.UTF8.GetBytes(Talk.Body(registrationId, [1]));
        var headers = new Dictionary<string, string> { ["content-type"] = "application/json" };
        var answer = from.Call("person.fetch", new { verb = "PUT", path = $"/v1/messages/{to}", headers, body });
        return ((int)answer.Number("status"), Encoding.UTF8.GetString(answer.BytesOrNull("body") ?? []));
    }

    private static string Devices(OfficialPerson from, string to, string text)
    {
        var timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var content = new { dataMessage = new { body = text, timestamp, profileKey = from.ProfileKey } };
        var said = from.Call("person.say", new { to, content, timestamp });
        return string.Join(", ", said.GetProperty("devices").EnumerateArray().Select(device => device.GetInt32()).Order());
    }

    private static void Greet(OfficialPerson one, OfficialPerson other)
    {
        one.Write(other.Aci, "Hello.");
        other.HearMessage(one.Aci);
        other.Write(one.Aci, "Hello to you.");
        one.HearMessage(other.Aci);
    }

    private (OfficialPerson Ann, OfficialPerson Ben) Pair() => (people.Register(servers.Here), people.Register(servers.There));
}
