using Fluister.Archive.Conversations;
using Fluister.Client.Contents;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;
using Fluister.Protocol.Addresses;

namespace Fluister.InteropTests.Client;

/// <summary>What people write, both ways between our client and one of official packages: the other side decodes exactly what was said,
/// and our history shows it.</summary>
public sealed class TextTests(ServerProcess server, OfficialPeople people) : IClassFixture<ServerProcess>, IClassFixture<OfficialPeople>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Plain.")]
    [InlineData("Zwölf Boxkämpfer 🥊 jagen 👩‍👩‍👧‍👦 über\nzwei Zeilen\tund ‮rückwärts‬ \u0001.")]
    public async Task Text(string text)
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        var said = await anna.SayAsync(bert.Aci, text);
        var heard = bert.HearMessage(anna.Aci);
        Assert.Equal((text, said, said), (heard.Message.Text("body"), heard.Timestamp, heard.Message.Number("timestamp")));
        Assert.True(heard.IsUrgent);
        var timestamp = bert.Write(anna.Aci, text);
        var received = await anna.HearMessageAsync(bert.Aci);
        Assert.Equal((text, timestamp), (received.Content.DataMessage.Body, received.Timestamp));
        Assert.Equal(
            [(text, said, MessageDirection.Outgoing), (text, timestamp, MessageDirection.Incoming)],
            anna.Messages(bert.Aci).TakeLast(2).Select(m => (m.Body, m.SentAt.UnixMilliseconds, m.Direction)));
    }

    [Fact]
    public async Task Long_text()
    {
        // Beyond 2000 bytes Signal's clients send the rest as a file of text/x-signal-plain.
        var text = string.Concat(Enumerable.Range(0, 700).Select(n => $"Zeile {n} ü\n"));
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        await anna.SayAsync(bert.Aci, text);
        var message = bert.HearMessage(anna.Aci).Message;
        Assert.StartsWith(message.Text("body"), text, StringComparison.Ordinal);
        Assert.True(message.Text("body").Length <= 2048);
        var pointer = Assert.Single(message.GetProperty("attachments").EnumerateArray());
        Assert.Equal("text/x-signal-plain", pointer.Text("contentType"));
        Assert.Equal(text, System.Text.Encoding.UTF8.GetString(bert.Call("person.download", new { pointer }).Bytes()));
        Assert.Equal(text, anna.LastMessage(bert.Aci).Body);

        var file = new { plaintext = System.Text.Encoding.UTF8.GetBytes(text), contentType = "text/x-signal-plain" };
        var uploaded = bert.Call("person.upload", new { file });
        var body = new Dictionary<string, object?> { ["body"] = text[..1500], ["attachments"] = new[] { uploaded } };
        bert.Write(anna.Aci, body);
        var id = (await anna.HearMessageAsync(bert.Aci)).MessageId;
        await anna.FetchedAsync(id!, -1);
        Assert.Equal(text, anna.LastMessage(bert.Aci).Body);
        Assert.Empty(anna.LastMessage(bert.Aci).Attachments);
    }

    [Fact]
    public async Task Formatting()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        BodyStyle[] styles = [BodyStyle.Bold, BodyStyle.Italic, BodyStyle.Spoiler, BodyStyle.Strikethrough, BodyStyle.Monospace];
        var draft = new Draft { Text = "0😀12345", Styles = [.. styles.Select((style, n) => (n + 1, n == 0 ? 2 : 1, style))] };
        await anna.SayAsync(bert.Aci, draft);
        var ranges = bert.HearMessage(anna.Aci).Message.GetProperty("bodyRanges").EnumerateArray()
            .Select(r => (r.NumberOr("start"), r.Number("length"), r.Number("style"))).ToArray();
        Assert.Equal([(1, 2, 1), (2, 1, 2), (3, 1, 3), (4, 1, 4), (5, 1, 5)], ranges);
        Assert.Equal(styles, anna.LastMessage(bert.Aci).Ranges.Select(range => range.Style));

        bert.Write(anna.Aci, new Dictionary<string, object?>
        {
            ["body"] = "012345",
            ["bodyRanges"] = styles.Select((_, n) => new { start = n, length = 1, style = n + 1 }),
        });
        await anna.HearMessageAsync(bert.Aci);
        Assert.Equal(
            styles.Select((style, n) => (n, 1, style)),
            anna.LastMessage(bert.Aci).Ranges.Select(range => (range.Start, range.Length, range.Style)));
    }

    [Fact]
    public async Task Mentions()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        await anna.SayAsync(bert.Aci, new Draft { Text = "Look, \uFFFC!", Mentions = [(6, 1, bertId)] });
        var heard = bert.HearMessage(anna.Aci).Message;
        Assert.Equal("Look, \uFFFC!", heard.Text("body"));
        var range = Assert.Single(heard.GetProperty("bodyRanges").EnumerateArray());
        Assert.Equal((6, 1), (range.Number("start"), range.Number("length")));
        Assert.Equal(bertId.ToBytes(), range.Bytes("mentionAciBinary"));

        var mentionAciBinary = anna.Id.ToBytes();
        bert.Write(anna.Aci, new Dictionary<string, object?>
        {
            ["body"] = "\uFFFC, look!",
            ["bodyRanges"] = new[] { new { start = 0, length = 1, mentionAciBinary } },
        });
        await anna.HearMessageAsync(bert.Aci);
        Assert.True(Assert.Single(anna.LastMessage(bert.Aci).Ranges).Mention!.IsSelf);
    }

    [Fact]
    public async Task Quotes()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var question = bert.Write(anna.Aci, "When do you come?");
        await anna.HearMessageAsync(bert.Aci);
        var answer = await anna.SayAsync(bert.Aci, new Draft { Text = "At six.", Quote = (bertId, question) });
        var quote = bert.HearMessage(anna.Aci).Message.GetProperty("quote");
        Assert.Equal((question, "When do you come?"), (quote.Number("id"), quote.Text("text")));
        Assert.Equal(bertId.ToBytes(), quote.Bytes("authorAciBinary"));
        Assert.Equal("When do you come?", anna.LastMessage(bert.Aci).Quote!.Text);

        bert.Write(anna.Aci, new Dictionary<string, object?>
        {
            ["body"] = "Good.",
            ["quote"] = new { id = answer, authorAciBinary = anna.Id.ToBytes(), text = "At six.", type = 0 },
        });
        await anna.HearMessageAsync(bert.Aci);
        var quoted = anna.LastMessage(bert.Aci).Quote!;
        Assert.Equal(("At six.", answer, true), (quoted.Text, quoted.SentAt.UnixMilliseconds, quoted.Author!.IsSelf));
    }

    [Fact]
    public async Task Previews()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        const string Url = "https://example.org/path";
        await anna.SayAsync(bert.Aci, new Draft { Text = $"See {Url}", Preview = (Url, "A title", "What it is") });
        var preview = Assert.Single(bert.HearMessage(anna.Aci).Message.GetProperty("preview").EnumerateArray());
        Assert.Equal((Url, "A title", "What it is"), (preview.Text("url"), preview.Text("title"), preview.Text("description")));
        bert.Write(anna.Aci, new Dictionary<string, object?>
        {
            ["body"] = $"See {Url}",
            ["preview"] = new[] { new { url = Url, title = "Another", description = "Words", date = 1_700_000_000_000 } },
        });
        await anna.HearMessageAsync(bert.Aci);
        foreach (var (message, title) in anna.Messages(bert.Aci).TakeLast(2).Zip(["A title", "Another"]))
        {
            var shown = Assert.Single(message.Previews);
            Assert.Equal((Url, title), (shown.Url, shown.Title));
        }
    }

    [Fact]
    public async Task Reactions()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var target = bert.Write(anna.Aci, "A joke.");
        await anna.HearMessageAsync(bert.Aci);
        foreach (var (emoji, remove) in new[] { ("😂", false), ("👍🏽", false), ("👍🏽", true) })
        {
            await anna.Client.ReactAsync(bertId, bertId, target, emoji, remove, Cancellation);
            var reaction = bert.HearMessage(anna.Aci).Message.GetProperty("reaction");
            Assert.Equal((emoji, target), (reaction.Text("emoji"), reaction.Number("targetSentTimestamp")));
            Assert.Equal(remove, reaction.TryGetProperty("remove", out var removed) && removed.GetBoolean());
            Assert.Equal(bertId.ToBytes(), reaction.Bytes("targetAuthorAciBinary"));
            Assert.Equal(remove ? [] : [(emoji, true)], anna.LastMessage(bert.Aci).Reactions.Select(r => (r.Emoji, r.Sender!.IsSelf)));
        }

        var own = await anna.SayAsync(bert.Aci, "Mine.");
        foreach (var (emoji, remove) in new[] { ("❤️", false), ("🎉", false), ("🎉", true) })
        {
            var targetAuthorAciBinary = anna.Id.ToBytes();
            bert.Write(anna.Aci, new Dictionary<string, object?>
            {
                ["reaction"] = new { emoji, remove, targetAuthorAciBinary, targetSentTimestamp = own },
            });
            await anna.HearMessageAsync(bert.Aci);
            Assert.Equal(
                remove ? [] : [(emoji, bert.Aci)],
                anna.LastMessage(bert.Aci).Reactions.Select(r => (r.Emoji, r.Sender!.ServiceId)));
        }
    }

    [Fact]
    public async Task Edits()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var first = await anna.SayAsync(bert.Aci, "Frist.");
        bert.HearMessage(anna.Aci);
        var second = await anna.Client.EditAsync(bertId, first, new Draft { Text = "First." }, Cancellation);
        var edit = bert.Hear(heard => heard.Has("editMessage"));
        var inner = edit.Content.GetProperty("editMessage");
        Assert.Equal((first, "First."), (inner.Number("targetSentTimestamp"), inner.GetProperty("dataMessage").Text("body")));
        Assert.Equal((second, second), (edit.Timestamp, inner.GetProperty("dataMessage").Number("timestamp")));
        var shown = anna.LastMessage(bert.Aci);
        Assert.Equal(("First.", "Frist."), (shown.Body, Assert.Single(shown.Edits).Body));

        var target = bert.Write(anna.Aci, "One.");
        await anna.HearMessageAsync(bert.Aci);
        var now = target + 1;
        var dataMessage = new { body = "Two.", timestamp = now };
        bert.Say(anna.Aci, new { editMessage = new { targetSentTimestamp = target, dataMessage } }, now);
        await anna.HearAsync(bert.Aci, content => content.EditMessage is not null);

        // An edit may itself be named as the target.
        dataMessage = new { body = "Three.", timestamp = now + 1 };
        bert.Say(anna.Aci, new { editMessage = new { targetSentTimestamp = now, dataMessage } }, now + 1);
        await anna.HearAsync(bert.Aci, content => content.EditMessage is not null);
        shown = anna.LastMessage(bert.Aci);
        Assert.Equal("Three.", shown.Body);
        Assert.Equal(["One.", "Two."], shown.Edits.Select(e => e.Body));
    }

    [Fact]
    public async Task Deletes()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var mine = await anna.SayAsync(bert.Aci, "Take that back.");
        bert.HearMessage(anna.Aci);
        await anna.Client.DeleteAsync(bertId, mine, Cancellation);
        Assert.Equal(mine, bert.HearMessage(anna.Aci).Message.GetProperty("delete").Number("targetSentTimestamp"));
        var erased = anna.LastMessage(bert.Aci);
        Assert.Equal((true, ""), (erased.IsErased, erased.Body ?? ""));

        var theirs = bert.Write(anna.Aci, "And this.");
        await anna.HearMessageAsync(bert.Aci);
        bert.Write(anna.Aci, new Dictionary<string, object?> { ["delete"] = new { targetSentTimestamp = theirs } });
        await anna.HearMessageAsync(bert.Aci);
        erased = anna.LastMessage(bert.Aci);
        Assert.Equal((true, "", theirs), (erased.IsErased, erased.Body ?? "", erased.SentAt.UnixMilliseconds));
    }

    [Fact]
    public async Task Polls()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        var asked = await anna.SayAsync(bert.Aci, new Draft { Poll = ("When?", ["Now", "Later", "Never"], true) });
        var poll = bert.HearMessage(anna.Aci).Message.GetProperty("pollCreate");
        Assert.Equal(("When?", true), (poll.Text("question"), poll.GetProperty("allowMultiple").GetBoolean()));
        Assert.Equal(["Now", "Later", "Never"], poll.GetProperty("options").EnumerateArray().Select(o => o.GetString()));
        var targetAuthorAciBinary = anna.Id.ToBytes();
        bert.Write(anna.Aci, new Dictionary<string, object?>
        {
            ["pollVote"] = new { targetAuthorAciBinary, targetSentTimestamp = asked, optionIndexes = new[] { 0, 2 }, voteCount = 1 },
        });
        await anna.HearMessageAsync(bert.Aci);
        Assert.Equal([1, 0, 1], anna.LastMessage(bert.Aci).Poll!.Options.Select(option => option.Voters.Count));
        await anna.Client.EndPollAsync(bertId, asked, Cancellation);
        Assert.Equal(asked, bert.HearMessage(anna.Aci).Message.GetProperty("pollTerminate").Number("targetSentTimestamp"));
        Assert.True(anna.LastMessage(bert.Aci, message => message.Poll is not null).Poll!.IsClosed);

        var theirs = bert.Write(anna.Aci, new Dictionary<string, object?>
        {
            ["pollCreate"] = new { question = "Where?", options = new[] { "Here", "There" }, allowMultiple = false },
        });
        await anna.HearMessageAsync(bert.Aci);
        await anna.Client.VoteAsync(bertId, bertId, theirs, [1], Cancellation);
        var vote = bert.HearMessage(anna.Aci).Message.GetProperty("pollVote");
        Assert.Equal((theirs, 1), (vote.Number("targetSentTimestamp"), vote.Number("voteCount")));
        Assert.Equal([1], vote.GetProperty("optionIndexes").EnumerateArray().Select(o => o.GetInt32()));
        Assert.Equal(bertId.ToBytes(), vote.Bytes("targetAuthorAciBinary"));
        bert.Write(anna.Aci, new Dictionary<string, object?> { ["pollTerminate"] = new { targetSentTimestamp = theirs } });
        await anna.HearMessageAsync(bert.Aci);
        var shown = anna.LastMessage(bert.Aci, message => message.Poll?.Question == "Where?").Poll!;
        Assert.True(shown.IsClosed);
        Assert.Equal([0, 1], shown.Options.Select(option => option.Voters.Count));
    }
}
