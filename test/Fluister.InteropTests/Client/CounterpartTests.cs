using System.Text.Json;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;

namespace Fluister.InteropTests.Client;

/// <summary>The counterpart against itself over the home server, so that what the other tests here hold our client against is known to
/// work.</summary>
public sealed class CounterpartTests(ServerProcess server, OfficialPeople people)
    : IClassFixture<ServerProcess>, IClassFixture<OfficialPeople>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_people_write_to_each_other_sealed_once_they_know_each_other(bool withNumber)
    {
        var (anna, bert) = (people.Register(server, withNumber), people.Register(server));
        Assert.Equal(withNumber, anna.Number is not null);
        var first = anna.Write(bert.Aci, "Are you there?");
        var heard = bert.HearMessage(anna.Aci);
        Assert.Equal(("Are you there?", first, 3), (heard.Message.Text("body"), heard.Timestamp, heard.Type));
        Assert.False(heard.IsSealed);
        bert.Write(anna.Aci, "Here I am.");
        var answer = anna.HearMessage(bert.Aci);
        Assert.Equal(("Here I am.", true), (answer.Message.Text("body"), answer.IsSealed));
        var receipt = anna.Hear(said => said.Has("receiptMessage"));
        Assert.Equal(first, receipt.Content.GetProperty("receiptMessage").GetProperty("timestamp")[0].GetInt64());
        anna.Write(bert.Aci, "Good.");
        var last = bert.HearMessage(anna.Aci);
        Assert.Equal(("Good.", true, 2), (last.Message.Text("body"), last.IsSealed, last.Type));
    }

    [Fact]
    public void A_linked_device_hears_what_the_primary_hears_and_says()
    {
        var (anna, bert) = (people.Register(server), people.Register(server, withNumber: true));
        var (second, url) = people.Wait(server);
        bert.Call("person.link", new { url });
        var told = second.Linked("Bert's other one");
        Assert.Equal((bert.Aci, bert.Pni, 2), (second.Aci, second.Pni, second.Device));
        Assert.Equal(bert.ProfileKey, told.Bytes("profileKey"));
        var devices = bert.Call("person.devices").EnumerateArray().ToDictionary(d => d.Number("id"), d => d.TextOrNull("name"));
        Assert.Equal("Bert's other one", devices[2]);

        anna.Write(bert.Aci, "To both of you.");
        Assert.Equal("To both of you.", bert.HearMessage(anna.Aci).Message.Text("body"));
        Assert.Equal("To both of you.", second.HearMessage(anna.Aci).Message.Text("body"));
        var said = bert.Write(anna.Aci, "We heard.");
        var sent = second.Hear(heard => heard.Has("syncMessage")).Content.GetProperty("syncMessage").GetProperty("sent");
        Assert.Equal((said, "We heard."), (sent.Number("timestamp"), sent.GetProperty("message").Text("body")));
        second.Write(bert.Aci, "Note to Self");
        var note = bert.Hear(heard => heard.Has("syncMessage")).Content.GetProperty("syncMessage").GetProperty("sent");
        Assert.Equal("Note to Self", note.GetProperty("message").Text("body"));
    }

    [Fact]
    public void What_cannot_be_decrypted_is_asked_for_and_comes_again()
    {
        var (anna, bert) = (people.Register(server), people.Register(server));
        Acquaint(anna, bert);
        bert.Call("person.forget", new { to = anna.Aci, device = 1 });
        var timestamp = anna.Write(bert.Aci, "The session is gone.");
        var refused = bert.Expect("refused");
        Assert.Equal((timestamp, true), (refused.Number("timestamp"), refused.GetProperty("asked").GetBoolean()));
        var asked = anna.Hear(heard => heard.Has("decryptionErrorMessage"));
        Assert.Equal((timestamp, true), (asked.Event.Number("asked"), asked.Event.GetProperty("resent").GetBoolean()));
        var again = bert.HearMessage(anna.Aci);
        Assert.Equal(("The session is gone.", timestamp, 3), (again.Message.Text("body"), again.Timestamp, again.Type));
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(70_000, 65_536)]
    public void A_file_is_uploaded_and_downloaded(int length, int? chunkSize)
    {
        var (anna, bert) = (people.Register(server), people.Register(server));
        var plaintext = OfficialPeople.Random(length);
        var pointer = anna.Call("person.upload", new { file = new { plaintext, contentType = "image/png", chunkSize, pieces = 3 } });
        anna.Write(bert.Aci, new Dictionary<string, object?> { ["attachments"] = new[] { pointer } });
        var received = bert.HearMessage(anna.Aci).Message.GetProperty("attachments")[0];
        Assert.Equal(plaintext, bert.Call("person.download", new { pointer = received }).Bytes());
    }

    [Fact]
    public void Profiles_usernames_and_records_are_read()
    {
        var (anna, bert) = (people.Register(server), people.Register(server));
        anna.Call("person.setProfile", new { name = "Anna\0Alt", about = "Here", emoji = "🌱" });
        bert.Know(anna.Aci, anna.ProfileKey);
        var profile = bert.Call("person.profile", new { to = anna.Aci });
        Assert.Equal(("Anna\0Alt", "Here", "🌱"), (profile.Text("name"), profile.Text("about"), profile.Text("aboutEmoji")));
        var username = anna.Call("person.setUsername", new { nickname = "anna" });
        Assert.Equal(anna.Aci, bert.Call("person.findUsername", new { username = username.Text("username") }).GetString());
        Assert.Equal(anna.Aci, bert.Call("person.findUsername", new { link = username.Text("link") }).Text("aci"));
        Assert.Equal(JsonValueKind.Null, anna.Call("person.readStorage").ValueKind);
        var aciBinary = anna.Call("serviceId.binary", new { serviceId = bert.Aci }).Bytes();
        object[] records = [new { contact = new { aciBinary, givenName = "Bert", blocked = true } }];
        anna.Call("person.writeStorage", new { records });
        var record = Assert.Single(anna.Call("person.readStorage").GetProperty("records").EnumerateArray());
        var contact = record.GetProperty("record").GetProperty("contact");
        Assert.Equal(("Bert", true), (contact.Text("givenName"), contact.GetProperty("blocked").GetBoolean()));
    }

    [Fact]
    public void Who_registers_again_has_another_key_and_is_written_to_once_it_is_accepted()
    {
        var (anna, bert) = (people.Register(server), people.Register(server));
        Acquaint(anna, bert);
        var again = people.RegisterAgain(server, bert);
        Assert.NotEqual(bert.IdentityKey, again.IdentityKey);
        Assert.Throws<LibsignalException>(() => anna.Write(bert.Aci, "Is it still you?"));
        anna.Call("person.accept", new { to = bert.Aci, identityKey = again.IdentityKey });
        anna.Write(bert.Aci, "It is you.");
        Assert.Equal("It is you.", again.HearMessage(anna.Aci).Message.Text("body"));
    }

    private static void Acquaint(OfficialPerson anna, OfficialPerson bert)
    {
        anna.Write(bert.Aci, "Hello.");
        bert.HearMessage(anna.Aci);
        anna.Hear(heard => heard.Has("receiptMessage"));
        bert.Write(anna.Aci, "Hello to you.");
        anna.HearMessage(bert.Aci);
        bert.Hear(heard => heard.Has("receiptMessage"));
    }
}
