using System.Text.Json;
using Fluister.Client;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;
using Fluister.Protocol.Addresses;
using Fluister.Tests.Protocol;

namespace Fluister.InteropTests.Client;

/// <summary>An acquaintance whose client is made of official packages and who is not honest: what comes of it is a typed event or nothing,
/// and the conversation goes on.</summary>
public sealed class HostileTests(ServerProcess server, OfficialPeople people)
    : IClassFixture<ServerProcess>, IClassFixture<OfficialPeople>
{
    private const long Now = 1_800_000_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Content_that_is_none_is_refused()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, mallory) = pair;
        var random = new SeededRandom(31);
        var bodyRanges = new[] { new { start = 0, length = 1, style = 1 } };
        var value = new { dataMessage = new { body = "Real.", timestamp = Now, bodyRanges } };
        var real = mallory.Call("proto.encode", new { type = "Content", value }).Bytes();
        byte[][] all =
        [
            [],
            [0],
            [0xff, 0xff, 0xff, 0xff, 0xff],
            [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f],
            [.. Enumerable.Repeat((byte)0x0a, 40_000)],
            [.. Enumerable.Repeat((byte)0x0b, 40_000)],
            .. Enumerable.Range(0, 20).Select(n => random.Bytes(1 + (n * 37))),
            .. Enumerable.Range(0, real.Length).Select(length => real[..length]),
            .. Enumerable.Range(0, 40).Select(_ => Flipped(real, random)),
        ];
        for (var n = 0; n < all.Length; n++)
        {
            mallory.Call("person.deliver", new { to = anna.Aci, bytes = all[n], timestamp = Now + n });
        }

        await GoesOnAsync(anna, mallory);
        Assert.Contains(anna.Waiting, told => told is EnvelopeRefused);
        Assert.DoesNotContain(mallory.Waiting, told => Said(told, "decryptionErrorMessage"));
    }

    [Fact]
    public async Task What_makes_no_sense_changes_nothing()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, mallory) = pair;
        var own = await anna.SayAsync(mallory.Aci, "Mine.");
        var theirs = mallory.Write(anna.Aci, "Theirs.");
        await anna.HearMessageAsync(mallory.Aci);
        var me = anna.Id.ToBytes();
        var (timestamp, targetAuthorAciBinary, targetSentTimestamp, long9000) = (Now + 1, me, own, new string('x', 9000));
        var optionIndexes = new long[] { 5, 4_000_000_000 };
        object[] contents =
        [
            // Not theirs to change.
            new { dataMessage = new { timestamp, delete = new { targetSentTimestamp } } },
            new { editMessage = new { targetSentTimestamp, dataMessage = new { body = "Changed.", timestamp } } },
            new { dataMessage = new { timestamp, pollTerminate = new { targetSentTimestamp } } },
            new { dataMessage = new { timestamp, adminDelete = new { targetAuthorAciBinary, targetSentTimestamp } } },

            // Of no message, of none that can be, at no time that can be.
            new { dataMessage = new { timestamp, delete = new { targetSentTimestamp = long.MaxValue } } },
            new { dataMessage = new { timestamp, reaction = new { emoji = "", targetAuthorAciBinary, targetSentTimestamp } } },
            new { dataMessage = new { timestamp, reaction = new { emoji = long9000, targetAuthorAciBinary, targetSentTimestamp } } },
            new { dataMessage = new { timestamp, reaction = new { emoji = "?", targetAuthorAciBinary = me[..3], targetSentTimestamp } } },
            new { dataMessage = new { timestamp, pollVote = new { targetAuthorAciBinary, targetSentTimestamp, optionIndexes } } },
            new { dataMessage = new { body = "Another time.", timestamp = Now - 1 } },
            new { dataMessage = new { body = "No time." } },
            new { editMessage = new { targetSentTimestamp = theirs } },

            // Beyond what this client can do.
            new { dataMessage = new { timestamp, body = "A group.", groupV2 = new { masterKey = new byte[32], revision = 1 } } },
            new { dataMessage = new { timestamp, flags = uint.MaxValue, expireTimer = uint.MaxValue, expireTimerVersion = uint.MaxValue } },
            new { receiptMessage = new { type = 77, timestamp = new[] { own } } },
            new { receiptMessage = new { type = 1, timestamp = Enumerable.Range(0, 4000).Select(n => Now + n) } },
            new { typingMessage = new { timestamp = 0, action = 9 } },
            new { callMessage = new { } },
            new { storyMessage = new { } },
            new { senderKeyDistributionMessage = OfficialPeople.Random(100) },
            new { pniSignatureMessage = new { pni = new byte[16], signature = new byte[64] } },
        ];
        foreach (var content in contents)
        {
            mallory.Call("person.say", new { to = anna.Aci, content, timestamp });
        }

        await GoesOnAsync(anna, mallory);
        var messages = anna.Messages(mallory.Aci);
        Assert.Equal(["Hello.", "Hello to you.", "Mine.", "Theirs.", "Still here."], messages.Select(message => message.Body));
        Assert.All(messages, message => Assert.False(message.IsErased || message.Reactions.Count > 0 || message.Edits.Count > 0));
    }

    [Fact]
    public async Task What_only_own_devices_may_say_is_not_believed_of_others()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, mallory) = pair;
        var cleo = people.Register(server);
        Assert.True(ServiceId.TryParse(mallory.Aci, out var malloryId));
        Assert.True(ServiceId.TryParse(cleo.Aci, out var cleoId));
        var theirs = mallory.Write(anna.Aci, "Unread.");
        await anna.HearMessageAsync(mallory.Aci);
        var (name, pool) = (anna.Client.Profile.Name, anna.Client.Self.EntropyPool.RevealText());
        var (cleoBinary, malloryBinary) = (cleoId.ToBytes(), malloryId.ToBytes());
        var conversation = new { threadServiceIdBinary = malloryBinary };
        var message = new { body = "I never said that.", timestamp = Now };
        object[] syncs =
        [
            new { sent = new { destinationServiceIdBinary = cleoBinary, timestamp = Now, message } },
            new { sent = new { destinationServiceIdBinary = malloryBinary, timestamp = Now, message } },
            new { read = new[] { new { senderAciBinary = malloryBinary, timestamp = theirs } } },
            new { blocked = new { acisBinary = new[] { cleoId.ToBytes() } } },
            new { messageRequestResponse = new { threadAciBinary = cleoId.ToBytes(), type = 1 } },
            new { keys = new { accountEntropyPool = new string('a', 64), mediaRootBackupKey = new byte[32] } },
            new { fetchLatest = new { type = 2 } },
            new { configuration = new { readReceipts = false } },
            new { request = new { type = 5 } },
            new { verified = new { destinationAciBinary = malloryBinary, identityKey = OfficialPeople.Random(33), state = 1 } },
            new { deleteForMe = new { conversationDeletes = new[] { new { conversation, isFullDelete = true } } } },
            new { viewOnceOpen = new { senderAciBinary = malloryBinary, timestamp = theirs } },
            new { deviceNameChange = new { deviceId = 1 } },
        ];
        foreach (var syncMessage in syncs)
        {
            mallory.Call("person.say", new { to = anna.Aci, content = new { syncMessage }, timestamp = Now });
        }

        await GoesOnAsync(anna, mallory);
        Assert.Equal(["Hello.", "Hello to you.", "Unread.", "Still here."], anna.Messages(mallory.Aci).Select(message => message.Body));
        Assert.True(anna.Messages(mallory.Aci)[2].IsUnread);
        Assert.True(anna.Client.Contact(cleoId) is null or { IsBlocked: false, IsAccepted: false });
        Assert.False(anna.Client.Contact(malloryId)!.IsVerified);
        Assert.Equal((name, pool), (anna.Client.Profile.Name, anna.Client.Self.EntropyPool.RevealText()));
        Assert.DoesNotContain(mallory.Waiting, told => Said(told, "syncMessage"));
    }

    [Fact]
    public async Task Files_that_are_not_what_the_sender_says_are_told_and_do_not_hold_up_others()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, mallory) = pair;
        var plaintext = OfficialPeople.Random(150_000);
        var good = mallory.Call("person.upload", new { file = new { plaintext, contentType = "image/png", chunkSize = 65_536 } });
        var place = mallory.Call("person.put", new { bytes = OfficialPeople.Random(1000) });
        Dictionary<string, object?> Pointer(params (string Name, object? Value)[] lies)
        {
            var pointer = good.EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value);
            foreach (var (name, value) in lies)
            {
                pointer[name] = value;
            }

            return pointer;
        }

        Dictionary<string, object?>[] all =
        [
            Pointer(("digest", OfficialPeople.Random(32))),
            Pointer(("digest", null)),
            Pointer(("digest", new byte[5])),
            Pointer(("key", OfficialPeople.Random(64))),
            Pointer(("key", OfficialPeople.Random(63))),
            Pointer(("key", null)),
            Pointer(("size", 149_999 * 3)),
            Pointer(("size", 4_294_967_295)),
            Pointer(("size", 2_147_483_648)),
            Pointer(("size", null)),
            Pointer(("incrementalMac", OfficialPeople.Random(96))),
            Pointer(("incrementalMac", OfficialPeople.Random(31))),
            Pointer(("chunkSize", 1)),
            Pointer(("chunkSize", 4_294_967_295)),
            Pointer(("cdnKey", place.Text("key"))),
            Pointer(("cdnKey", "nothing-is-there")),
            Pointer(("cdnKey", "../../etc/passwd")),
            Pointer(("cdnKey", "?a=b#c")),
            Pointer(("cdnKey", new string('k', 5000))),
            Pointer(("cdnKey", null), ("cdnId", 77)),
            Pointer(("cdnNumber", 99)),
            Pointer(("contentType", new string('\0', 4000)), ("digest", new byte[32]), ("fileName", "../../../../tmp/evil\0.png")),
        ];
        foreach (var pointer in all)
        {
            mallory.Write(anna.Aci, new Dictionary<string, object?> { ["body"] = "A file.", ["attachments"] = new[] { pointer } });
        }

        mallory.Write(anna.Aci, new Dictionary<string, object?> { ["body"] = "The good one.", ["attachments"] = new[] { good } });
        await GoesOnAsync(anna, mallory);
        await anna.Client.AttachmentsFetchedAsync(Cancellation).WaitAsync(OurPerson.Patience, Cancellation);
        var messages = anna.Messages(mallory.Aci).Where(message => message.Body == "A file.").ToArray();
        Assert.Equal(all.Length, messages.Length);
        Assert.All(messages.SelectMany(message => message.Attachments), attachment => Assert.Null(attachment.Path));
        Assert.NotNull(anna.LastMessage(mallory.Aci, message => message.Body == "The good one.").Attachments.Single().Path);
        var files = Directory.GetFiles(Path.Combine(anna.Folder, "attachments.noindex"), "*", SearchOption.AllDirectories);
        Assert.Single(files);

        // After another start nothing is tried for ever.
        await anna.ReopenAsync();
        await anna.Client.AttachmentsFetchedAsync(Cancellation).WaitAsync(OurPerson.Patience, Cancellation);
        await GoesOnAsync(anna, mallory);
    }

    [Fact]
    public async Task Floods_end_where_the_bounds_are()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, mallory) = pair;
        mallory.Call("person.set", new { receipts = false, retries = false });
        var own = await anna.SayAsync(mallory.Aci, "Once.");
        mallory.HearMessage(anna.Aci);
        var sent = new List<Task>();
        var emoji = "👍";
        var targetAuthorAciBinary = anna.Id.ToBytes();
        for (var n = 0; n < 150; n++)
        {
            var (timestamp, targetSentTimestamp) = (Now + n, Now - n - 9000);
            sent.Add(mallory.Send("person.askAgain", new { to = anna.Aci, device = 1, timestamp = own }));
            object[] contents =
            [
                new { dataMessage = new { timestamp, reaction = new { emoji, targetAuthorAciBinary, targetSentTimestamp } } },
                new { dataMessage = new { timestamp, delete = new { targetSentTimestamp } } },
                new { editMessage = new { targetSentTimestamp, dataMessage = new { body = "?", timestamp } } },
                new { typingMessage = new { timestamp, action = 0 } },
                new { receiptMessage = new { type = 0, timestamp = new[] { timestamp } } },
            ];
            sent.AddRange(contents.Select(content => mallory.Send("person.say", new { to = anna.Aci, content, timestamp })));
        }

        await Task.WhenAll(sent).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);
        await GoesOnAsync(anna, mallory);
        Assert.Equal(["Hello.", "Hello to you.", "Once.", "Still here."], anna.Messages(mallory.Aci).Select(message => message.Body));
        Assert.InRange(mallory.Waiting.Count(told => told.Text("event") == "content" && told.Number("timestamp") == own), 1, 10);
    }

    private static bool Said(JsonElement told, string member) =>
        told.Text("event") == "content" && told.GetProperty("content").TryGetProperty(member, out _);

    // A text comes, and one goes.
    private static async Task GoesOnAsync(OurPerson anna, OfficialPerson mallory)
    {
        mallory.Write(anna.Aci, "Still here.");
        await anna.HearAsync(mallory.Aci, content => content.DataMessage?.Body == "Still here.");
        var reply = anna.Client.Self.Aci.ToString();
        Assert.True(ServiceId.TryParse(mallory.Aci, out var malloryId));
        var typed = anna.Client.SendTypingAsync(malloryId, true, Cancellation);
        await typed.WaitAsync(OurPerson.Patience, Cancellation);
        mallory.Hear(heard => heard.Sender == reply && heard.Has("typingMessage"));
    }

    private static byte[] Flipped(byte[] bytes, SeededRandom random)
    {
        var changed = bytes.ToArray();
        changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        return changed;
    }
}
