using Fluister.Archive.Conversations;
using Fluister.Client.Contents;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;

namespace Fluister.InteropTests.Client;

/// <summary>Files, stickers and contacts, both ways between our client and one of official packages.</summary>
public sealed class FileTests(ServerProcess server, OfficialPeople people) : IClassFixture<ServerProcess>, IClassFixture<OfficialPeople>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(541)]
    [InlineData(3_000_000)]
    public async Task Files_of_ours(int length)
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        using var file = new TemporaryFile("Bericht ü.pdf", OfficialPeople.Random(length));
        var draft = new Draft { Text = "Here.", Files = [new DraftFile(file.Path, "application/pdf", "Read it")] };
        await anna.SayAsync(bert.Aci, draft);
        var message = bert.HearMessage(anna.Aci).Message;
        Assert.Equal("Here.", message.Text("body"));
        var pointer = Assert.Single(message.GetProperty("attachments").EnumerateArray());
        var described = new[] { "contentType", "fileName", "caption" }.Select(name => pointer.Text(name));
        Assert.Equal(["application/pdf", "Bericht ü.pdf", "Read it"], described);
        Assert.Equal((length, 3), (pointer.NumberOr("size"), pointer.Number("cdnNumber")));
        Assert.Equal(64, pointer.Bytes("key").Length);
        Assert.Equal(16, pointer.Bytes("clientUuid").Length);
        Assert.Equal(file.Bytes, bert.Call("person.download", new { pointer }).Bytes());
        Assert.Equal(file.Bytes, Read(anna, anna.LastMessage(bert.Aci).Attachments.Single()));
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(541, 65_536)]
    [InlineData(3_000_000, 65_536)]
    public async Task Files_of_theirs(int length, int? chunkSize)
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        var plaintext = OfficialPeople.Random(length);
        var (contentType, fileName, caption, pieces) = ("image/png", "Bild.png", "Look", 2);
        var file = new { plaintext, contentType, fileName, width = 30, height = 20, caption, chunkSize, pieces };
        var pointer = bert.Call("person.upload", new { file });
        bert.Write(anna.Aci, new Dictionary<string, object?> { ["body"] = "There.", ["attachments"] = new[] { pointer } });
        await anna.FetchedAsync((await anna.HearMessageAsync(bert.Aci)).MessageId!);
        var attachment = Assert.Single(anna.LastMessage(bert.Aci).Attachments);
        Assert.Equal(("image/png", "Bild.png", length), (attachment.ContentType, attachment.FileName, attachment.Size));
        Assert.Equal((30, 20, "Look"), (attachment.Width, attachment.Height, attachment.Caption));
        Assert.Equal(plaintext, Read(anna, attachment));
    }

    [Fact]
    public async Task Several_files_and_a_voice_message()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        using var one = new TemporaryFile("one.jpg", OfficialPeople.Random(1000));
        using var two = new TemporaryFile("two.aac", OfficialPeople.Random(2000));
        await anna.SayAsync(
            bert.Aci, new Draft { Files = [new DraftFile(one.Path), new DraftFile(two.Path, "audio/aac", IsVoiceMessage: true)] });
        var pointers = bert.HearMessage(anna.Aci).Message.GetProperty("attachments").EnumerateArray().ToArray();
        Assert.Equal(["image/jpeg", "audio/aac"], pointers.Select(pointer => pointer.Text("contentType")));
        Assert.Equal([0, 1], pointers.Select(pointer => pointer.NumberOr("flags")));
        Assert.Equal(one.Bytes, bert.Call("person.download", new { pointer = pointers[0] }).Bytes());
        Assert.Equal(two.Bytes, bert.Call("person.download", new { pointer = pointers[1] }).Bytes());

        var voice = bert.Call("person.upload", new { file = new { plaintext = two.Bytes, contentType = "audio/aac", flags = 1 } });
        var image = bert.Call("person.upload", new { file = new { plaintext = one.Bytes, contentType = "image/jpeg" } });
        bert.Write(anna.Aci, new Dictionary<string, object?> { ["attachments"] = new[] { voice, image } });
        var id = (await anna.HearMessageAsync(bert.Aci)).MessageId!;
        await anna.FetchedAsync(id, 0);
        await anna.FetchedAsync(id, 1);
        var attachments = anna.LastMessage(bert.Aci).Attachments;
        Assert.Equal([true, false], attachments.Select(attachment => attachment.IsVoiceMessage));
        Assert.Equal([two.Bytes, one.Bytes], attachments.Select(attachment => Read(anna, attachment)));
    }

    [Fact]
    public async Task A_download_that_the_server_s_end_interrupts_goes_on()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        var plaintext = OfficialPeople.Random(2_000_000);
        var pointer = bert.Call("person.upload", new { file = new { plaintext, contentType = "video/mp4", chunkSize = 65_536 } });
        bert.Write(anna.Aci, new Dictionary<string, object?> { ["attachments"] = new[] { pointer } });
        var id = (await anna.HearMessageAsync(bert.Aci)).MessageId!;

        // Closed at once: whatever was fetched by then, the rest comes after the next start.
        await anna.ReopenAsync();
        if (anna.LastMessage(bert.Aci).Attachments.Single().Path is null)
        {
            await anna.FetchedAsync(id);
        }

        Assert.Equal(plaintext, Read(anna, anna.LastMessage(bert.Aci).Attachments.Single()));
    }

    [Fact]
    public async Task Stickers()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        using var picture = new TemporaryFile("3.webp", OfficialPeople.Random(4000));
        var (pack, key) = (OfficialPeople.Random(16), OfficialPeople.Random(32));
        var sticker = (Convert.ToHexStringLower(pack), Convert.ToHexStringLower(key), 3, "🐈", new DraftFile(picture.Path, "image/webp"));
        await anna.SayAsync(bert.Aci, new Draft { Sticker = sticker });
        var heard = bert.HearMessage(anna.Aci).Message.GetProperty("sticker");
        Assert.Equal((3, "🐈"), (heard.Number("stickerId"), heard.Text("emoji")));
        Assert.Equal([pack, key], [heard.Bytes("packId"), heard.Bytes("packKey")]);
        Assert.Equal(picture.Bytes, bert.Call("person.download", new { pointer = heard.GetProperty("data") }).Bytes());

        var data = bert.Call("person.upload", new { file = new { plaintext = picture.Bytes, contentType = "image/webp" } });
        bert.Write(anna.Aci, new Dictionary<string, object?>
        {
            ["sticker"] = new { packId = pack, packKey = key, stickerId = 7, emoji = "🐕", data },
        });
        await anna.FetchedAsync((await anna.HearMessageAsync(bert.Aci)).MessageId!, -1);
        var stickers = anna.Messages(bert.Aci).TakeLast(2).Select(message => message.Sticker!).ToArray();
        Assert.Equal([(3, "🐈"), (7, "🐕")], stickers.Select(s => (s.StickerId, s.Emoji!)));
        Assert.All(stickers, shown => Assert.Equal(picture.Bytes, Read(anna, shown.Image!)));
        Assert.All(stickers, shown => Assert.Equal(Convert.ToHexStringLower(pack), shown.PackId));
    }

    [Fact]
    public async Task Contacts_of_theirs()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        bert.Write(anna.Aci, new Dictionary<string, object?>
        {
            ["contact"] = new[]
            {
                new
                {
                    name = new { givenName = "Cleo", familyName = "Dahl" },
                    number = new[] { new { value = "+31612345678", type = 2 } },
                    email = new[] { new { value = "cleo@example.org", type = 1 } },
                    organization = "Example",
                },
            },
        });
        await anna.HearMessageAsync(bert.Aci);
        var contact = Assert.Single(anna.LastMessage(bert.Aci).Contacts);
        Assert.Equal(("Cleo Dahl", "Example"), (contact.Name, contact.Organization));
        Assert.Equal(["+31612345678", "cleo@example.org"], [.. contact.Numbers, .. contact.Emails]);
    }

    private static byte[] Read(OurPerson person, Attachment attachment)
    {
        using var archive = person.OpenArchive();
        using var stream = archive.OpenAttachment(attachment);
        using var copy = new MemoryStream();
        Assert.NotNull(stream);
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
