using Fluister.Client.Contents;
using Fluister.InteropTests.Libsignal;
using Fluister.InteropTests.Server;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.InteropTests.Client;

/// <summary>What clients tell each other beside what people write: receipts, typing, timers, both ways.</summary>
public sealed class SignTests(ServerProcess server, OfficialPeople people) : IClassFixture<ServerProcess>, IClassFixture<OfficialPeople>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Delivery_receipts_go_both_ways_without_being_asked_for()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        var timestamp = bert.Write(anna.Aci, "Did it come?");
        var receipt = bert.Hear(heard => heard.Has("receiptMessage") && Names(heard, timestamp));
        Assert.Equal(0, receipt.Content.GetProperty("receiptMessage").NumberOr("type"));
        Assert.True(receipt.IsSealed);
        Assert.False(receipt.IsUrgent);

        var own = await anna.SayAsync(bert.Aci, "And mine?");
        await anna.HearAsync(bert.Aci, content => content.ReceiptMessage?.Timestamp.Contains((ulong)own) == true);
        Assert.Equal("Delivered", anna.SendState(bert.Aci, own));
    }

    [Theory]
    [InlineData(ReceiptMessage.Types.Type.Read, "Read")]
    [InlineData(ReceiptMessage.Types.Type.Viewed, "Viewed")]
    public async Task What_they_read_is_seen_in_our_history(ReceiptMessage.Types.Type type, string state)
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        var own = await anna.SayAsync(bert.Aci, "Read this.");
        bert.HearMessage(anna.Aci);
        bert.Say(anna.Aci, new { receiptMessage = new { type = (int)type, timestamp = new[] { own } } });
        await anna.HearAsync(bert.Aci, content => content.ReceiptMessage?.Type == type);
        Assert.Equal(state, anna.SendState(bert.Aci, own));
    }

    [Fact]
    public async Task What_we_read_is_told_to_them()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        await anna.Client.MarkReadAsync(bertId, long.MaxValue, Cancellation);
        var (first, second) = (bert.Write(anna.Aci, "One."), bert.Write(anna.Aci, "Two."));
        await anna.HearMessageAsync(bert.Aci);
        await anna.HearMessageAsync(bert.Aci);
        Assert.True(anna.LastMessage(bert.Aci).IsUnread);
        await anna.Client.MarkReadAsync(bertId, second, Cancellation);
        var receipt = bert.Hear(heard => IsReceipt(heard, 1) && Names(heard, second));
        var told = receipt.Content.GetProperty("receiptMessage").GetProperty("timestamp").EnumerateArray().Select(t => t.GetInt64());
        Assert.Equal([first, second], told.Order());
        Assert.False(anna.LastMessage(bert.Aci).IsUnread);
    }

    [Fact]
    public async Task Typing_is_told_to_those_who_are_there()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        foreach (var isTyping in new[] { true, false })
        {
            await anna.Client.SendTypingAsync(bertId, isTyping, Cancellation);
            var heard = bert.Hear(heard => heard.Has("typingMessage"));
            Assert.Equal(isTyping ? 0 : 1, heard.Content.GetProperty("typingMessage").NumberOr("action"));
            Assert.Equal(heard.Timestamp, heard.Content.GetProperty("typingMessage").Number("timestamp"));

            var timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            bert.Say(anna.Aci, new { typingMessage = new { timestamp, action = isTyping ? 0 : 1 } }, timestamp);
            var told = await anna.HearAsync(bert.Aci, content => content.TypingMessage is not null);
            Assert.Equal(isTyping, told.Content.TypingMessage.Action == TypingMessage.Types.Action.Started);
        }
    }

    [Fact]
    public async Task Timers_are_set_by_either_and_what_is_written_then_disappears()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        await anna.Client.SetExpireTimerAsync(bertId, 3600, Cancellation);
        var update = bert.HearMessage(anna.Aci).Message;
        Assert.Equal((2, 3600), (update.Number("flags"), update.Number("expireTimer")));
        var version = update.Number("expireTimerVersion");
        Assert.True(version > 1);
        await anna.SayAsync(bert.Aci, "For an hour.");
        var message = bert.HearMessage(anna.Aci).Message;
        Assert.Equal((3600, version), (message.Number("expireTimer"), message.Number("expireTimerVersion")));
        Assert.Equal(3600, anna.LastMessage(bert.Aci).ExpireTimer);

        // A later version wins, an earlier one does not.
        foreach (var (timer, at) in new[] { (86400, version + 1), (60, version - 1) })
        {
            bert.Write(anna.Aci, new Dictionary<string, object?> { ["flags"] = 2, ["expireTimer"] = timer, ["expireTimerVersion"] = at });
            bert.Say(anna.Aci, new { typingMessage = new { timestamp = at, action = 0 } }, at);
            await anna.HearAsync(bert.Aci, content => content.TypingMessage?.Timestamp == (ulong)at);
            await anna.SayAsync(bert.Aci, "For so long.");
            Assert.Equal(86400, bert.HearMessage(anna.Aci).Message.Number("expireTimer"));
        }

        bert.Write(anna.Aci, new Dictionary<string, object?>
        {
            ["body"] = "Gone in a day.",
            ["expireTimer"] = 86400,
            ["expireTimerVersion"] = version + 1,
        });
        await anna.HearMessageAsync(bert.Aci);
        Assert.Equal(86400, anna.LastMessage(bert.Aci).ExpireTimer);
        Assert.Contains(anna.History(bert.Aci), item => item.Type == "timer-notification");
    }

    [Fact]
    public async Task What_may_be_viewed_once_is_gone_after_it()
    {
        await using var pair = await Acquaintance.MakeAsync(server, people);
        var (anna, bert) = pair;
        Assert.True(ServiceId.TryParse(bert.Aci, out var bertId));
        using var picture = new TemporaryFile("once.png", OfficialPeople.Random(5000));
        await anna.SayAsync(bert.Aci, new Draft { IsViewOnce = true, Files = [new DraftFile(picture.Path, "image/png")] });
        var heard = bert.HearMessage(anna.Aci).Message;
        Assert.True(heard.GetProperty("isViewOnce").GetBoolean());
        var pointer = Assert.Single(heard.GetProperty("attachments").EnumerateArray());
        Assert.Equal(picture.Bytes, bert.Call("person.download", new { pointer }).Bytes());
        Assert.True(anna.LastMessage(bert.Aci).IsViewOnce);

        var theirs = bert.Call("person.upload", new { file = new { plaintext = picture.Bytes, contentType = "image/png" } });
        var timestamp = bert.Write(anna.Aci, new Dictionary<string, object?> { ["attachments"] = new[] { theirs }, ["isViewOnce"] = true });
        var id = (await anna.HearMessageAsync(bert.Aci)).MessageId!;
        await anna.FetchedAsync(id);
        Assert.Equal((true, false), (anna.LastMessage(bert.Aci).IsViewOnce, anna.LastMessage(bert.Aci).IsErased));
        await anna.Client.MarkViewedAsync(bertId, bertId, timestamp, Cancellation);
        Assert.True(anna.LastMessage(bert.Aci).IsErased);
        Assert.True(Names(bert.Hear(said => IsReceipt(said, 2)), timestamp));
    }

    private static bool IsReceipt(Heard heard, int type) =>
        heard.Has("receiptMessage") && heard.Content.GetProperty("receiptMessage").NumberOr("type") == type;

    private static bool Names(Heard heard, long timestamp) => heard.Content.GetProperty("receiptMessage").GetProperty("timestamp")
        .EnumerateArray().Any(named => named.GetInt64() == timestamp);
}
