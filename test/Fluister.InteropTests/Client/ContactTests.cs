using Fluister.Client.Contacts;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;

namespace Fluister.InteropTests.Client;

/// <summary>What people know of each other, both ways between our client and one of official packages: profiles, usernames, safety
/// numbers; and what one person's devices keep in step.</summary>
public sealed class ContactTests(ServerProcess server, OfficialPeople people) : IClassFixture<ServerProcess>, IClassFixture<OfficialPeople>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Profiles_are_read_by_those_who_know_the_key()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var name = new ProfileName("Anna ü", "Alt");
        await anna.Client.SetProfileAsync(new OwnProfile { Name = name, About = "Here", Emoji = "🌱" }, null, Cancellation);
        await anna.Client.SettledAsync(Cancellation).WaitAsync(OurPerson.Patience, Cancellation);
        var read = bert.Call("person.profile", new { to = anna.Aci });
        Assert.Equal(("Anna ü\0Alt", "Here", "🌱"), (read.Text("name"), read.Text("about"), read.Text("aboutEmoji")));
        Assert.Equal(anna.Client.Self.AciIdentity.Public.Serialized.ToArray(), Convert.FromBase64String(read.Text("identityKey")));

        bert.Call("person.setProfile", new { name = "Bert\0Baum ß", about = "There", emoji = "🌳" });
        Assert.True(await anna.Client.FetchProfileAsync(bertId, Cancellation));
        var contact = anna.Client.Contact(bertId)!;
        Assert.Equal(("Bert", "Baum ß", "There"), (contact.ProfileName!.Given, contact.ProfileName.Family, contact.About));
        using var archive = anna.OpenArchive();
        Assert.Equal("Bert Baum ß", archive.Conversations.Single(c => c.ServiceId == bert.Aci).Name);
    }

    [Fact]
    public async Task Usernames_and_their_links_lead_to_people()
    {
        await using var anna = await OurPerson.RegisterAsync(server);
        var bert = people.Register(server);
        var theirs = bert.Call("person.setUsername", new { nickname = "bertram" });
        Assert.Equal(bert.Aci, (await anna.Client.ResolveAsync(theirs.Text("username"), Cancellation)).ToString());
        Assert.Equal(bert.Aci, (await anna.Client.ResolveAsync(theirs.Text("link"), Cancellation)).ToString());

        var username = await anna.Client.SetUsernameAsync("annabel", Cancellation);
        Assert.Equal(anna.Aci, bert.Call("person.findUsername", new { username }).GetString());
        var link = await anna.Client.UsernameLinkAsync(false, Cancellation);
        var found = bert.Call("person.findUsername", new { link });
        Assert.Equal((anna.Aci, username), (found.Text("aci"), found.Text("username")));
        await anna.Client.DeleteUsernameAsync(Cancellation);
        Assert.Null(bert.Call("person.findUsername", new { username }).GetString());
    }

    [Fact]
    public async Task Both_see_the_same_safety_number_and_scan_it()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var theirs = people.Package.Call("fingerprint.make", new
        {
            localId = bertId.ToBytes(),
            localKey = bert.IdentityKey,
            remoteId = anna.Id.ToBytes(),
            remoteKey = anna.Client.Self.AciIdentity.Public.Serialized.ToArray(),
            version = 2,
        });
        var ours = anna.Client.SafetyNumber(bertId);
        Assert.Equal(theirs.Text("numeric"), ours.Digits);
        var compared = people.Package.Call(
            "fingerprint.compare", new { ours = theirs.Bytes("scannable"), theirs = ours.Scannable.ToArray() });
        Assert.True(compared.GetBoolean());
        Assert.Equal("Same", anna.Client.CompareScanned(bertId, theirs.Bytes("scannable")).ToString());
    }

    [Fact]
    public async Task What_one_device_writes_into_the_storage_service_the_other_reads()
    {
        var bert = people.Register(server);
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, cleo) = pair;
        Assert.True(ServiceId.TryParse(cleo.Aci, out var cleoId));
        var (second, url) = people.Wait(server);
        var linking = anna.Client.LinkDeviceAsync(url, Cancellation);
        second.Linked();
        await linking.WaitAsync(OurPerson.Patience, Cancellation);

        // Ours writes, theirs reads.
        await anna.Client.RenameContactAsync(cleoId, "Cleopatra", Cancellation);
        await anna.Client.SyncStorageAsync(Cancellation).WaitAsync(OurPerson.Patience, Cancellation);
        var read = second.Call("person.readStorage");
        Assert.Empty(read.GetProperty("unknown").EnumerateArray());
        var records = read.GetProperty("records").EnumerateArray().ToArray();
        Assert.All(records, record => Assert.Empty(record.GetProperty("unknown").EnumerateArray()));
        var contacts = records.Select(record => record.GetProperty("record")).Where(record => record.TryGetProperty("contact", out _))
            .Select(record => record.GetProperty("contact")).ToArray();
        var contact = Assert.Single(contacts, c => c.Bytes("aciBinary").SequenceEqual(cleoId.ToBytes()));
        Assert.Equal(cleo.ProfileKey, contact.Bytes("profileKey"));
        Assert.Equal(cleo.IdentityKey, contact.Bytes("identityKey"));
        Assert.True(contact.GetProperty("whitelisted").GetBoolean());
        var account = records.Single(record => record.GetProperty("record").TryGetProperty("account", out _))
            .GetProperty("record").GetProperty("account");
        Assert.Equal(anna.Client.Self.ProfileKey.Reveal().ToArray(), account.Bytes("profileKey"));

        // Theirs writes, tells, and ours reads.
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        object[] written =
        [
            new { contact = new { aciBinary = bertId.ToBytes(), givenName = "Bert", familyName = "Baum", blocked = true } },
            new { contact = new { aciBinary = cleoId.ToBytes(), givenName = "Cleo", whitelisted = true, archived = true } },
            new { account },
        ];
        second.Call("person.writeStorage", new { records = written });
        second.Sync(new { fetchLatest = new { type = 2 } });
        await anna.HearAsync(anna.Aci, content => content.SyncMessage?.FetchLatest is not null);
        await OurPerson.UntilAsync(() => Task.FromResult(anna.Client.Contact(bertId) is { IsBlocked: true }));
        using var archive = anna.OpenArchive();
        Assert.True(archive.Conversations.Single(c => c.ServiceId == cleo.Aci).IsArchived);
        Assert.Equal("Bert Baum", anna.Client.Contact(bertId)!.DisplayName);
    }
}
