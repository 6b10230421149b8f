using System.Text.Json.Nodes;
using Fluister.Client;
using Fluister.Protocol.Addresses;

namespace Fluister.Tests.Client.Store;

public sealed class MessageTableTests : StoreFixture
{
    private const string Talk = "c0000000-0000-4000-8000-000000000001";
    private const long Noon = 1_790_000_000_000;

    [Fact]
    public void A_message_keeps_every_field()
    {
        var message = Message(Talk, Noon, json: new JsonObject { ["quote"] = new JsonObject { ["id"] = Noon - 1 } }) with
        {
            ExpireTimer = 60,
            ExpirationStart = Noon + 100,
            IsErased = true,
            IsViewOnce = true,
        };
        var position = Store.Messages.Add(message);
        Reopen();
        var read = Store.Messages.Find(message.Id)!;
        Assert.Equal(position, read.RowId);
        Assert.Equal(message with { RowId = position, Json = read.Json }, read);
        Assert.Equal(message.Json.ToJsonString(), read.Json.ToJsonString());
    }

    [Fact]
    public void An_update_replaces_all_but_the_position()
    {
        var message = Message(Talk, Noon);
        var position = Store.Messages.Add(message);
        Store.Messages.Add(Message(Talk, Noon + 1));
        var changed = message with
        {
            Body = "other",
            IsUnread = false,
            ExpireTimer = 5,
            ExpirationStart = Noon,
            Json = new JsonObject { ["x"] = 1 },
        };
        Store.Messages.Update(changed);
        var read = Store.Messages.Find(message.Id)!;
        Assert.Equal(changed with { RowId = position, Json = read.Json }, read);
        Assert.Equal(1, (int?)read.Json["x"]);
        Assert.Equal(ClientError.NotFound, Assert.Throws<ClientException>(() => Store.Messages.Update(Message(Talk, Noon))).Error);
    }

    [Fact]
    public void A_message_is_found_by_author_and_time_and_by_the_time_of_an_edit()
    {
        var message = Message(Talk, Noon);
        Store.Messages.Add(message);
        Store.Messages.Add(Message(Talk, Noon, source: Anna));
        Assert.Equal(message.Id, Store.Messages.Find(Bert, Noon)!.Id);
        Assert.NotEqual(message.Id, Store.Messages.Find(Anna, Noon)!.Id);
        Assert.Null(Store.Messages.Find(Bert, Noon + 7));
        Store.Messages.Update(message with { Json = new JsonObject { ["editHistory"] = Edits(Noon + 7, Noon) } });
        Assert.Equal(message.Id, Store.Messages.Find(Bert, Noon + 7)!.Id);
        Assert.Null(Store.Messages.Find(Anna, Noon + 7));
    }

    [Fact]
    public void The_last_come_newest_first_and_go_on_before_a_position()
    {
        var positions = Enumerable.Range(0, 5).Select(i => Store.Messages.Add(Message(Talk, Noon - i, $"{i}"))).ToArray();
        Store.Messages.Add(Message("another", Noon));
        Assert.Equal(["4", "3"], Store.Messages.Last(Talk, 2).Select(m => m.Body));
        Assert.Equal(["2", "1", "0"], Store.Messages.Last(Talk, 10, positions[3]).Select(m => m.Body));
    }

    [Fact]
    public void Unread_ones_come_oldest_first_up_to_a_time()
    {
        Store.Messages.Add(Message(Talk, Noon + 2, "2"));
        Store.Messages.Add(Message(Talk, Noon, "0"));
        Store.Messages.Add(Message(Talk, Noon + 1, "1") with { IsUnread = false });
        Store.Messages.Add(Message(Talk, Noon + 1, "ours", Anna));
        Store.Messages.Add(Message("another", Noon, "else"));
        Assert.Equal(["0", "2"], Store.Messages.Unread(Talk).Select(m => m.Body));
        Assert.Equal(["0"], Store.Messages.Unread(Talk, Noon + 1).Select(m => m.Body));
        Assert.Equal(["0"], Store.Messages.Unread(Talk, limit: 1).Select(m => m.Body));
    }

    [Fact]
    public void Only_a_timer_that_has_begun_runs_out()
    {
        Store.Messages.Add(Message(Talk, Noon, "over") with { ExpireTimer = 10, ExpirationStart = Noon });
        Store.Messages.Add(Message(Talk, Noon, "later") with { ExpireTimer = 20, ExpirationStart = Noon });
        Store.Messages.Add(Message(Talk, Noon, "not begun") with { ExpireTimer = 1 });
        Store.Messages.Add(Message(Talk, Noon, "no timer") with { ExpirationStart = Noon });
        var now = DateTimeOffset.FromUnixTimeMilliseconds(Noon + 10_000);
        var (expired, next) = Store.Messages.Expired(now, 10);
        Assert.Equal(["over"], expired.Select(m => m.Body));
        Assert.Equal(now.AddSeconds(10), next);
        Assert.Equal(now, Store.Messages.Expired(now, 1).Next);
        Assert.Empty(Store.Messages.Expired(now.AddMilliseconds(-1), 10).Expired);
    }

    [Fact]
    public void A_time_beyond_the_calendar_runs_out_at_its_end()
    {
        Store.Messages.Add(Message(Talk, Noon) with { ExpireTimer = uint.MaxValue, ExpirationStart = long.MaxValue / 2 });
        Assert.Equal(DateTimeOffset.MaxValue.Year, Store.Messages.Expired(DateTimeOffset.UnixEpoch, 1).Next!.Value.Year);
    }

    [Fact]
    public void Parts_have_rows_of_their_own_that_follow_the_message()
    {
        var message = Message(Talk, Noon, json: new JsonObject
        {
            ["attachments"] = new JsonArray(File("a/1", "image/png"), File("b/2", "text/plain")),
            ["quote"] = new JsonObject { ["attachments"] = new JsonArray(new JsonObject { ["thumbnail"] = File("c/3", "image/jpeg") }) },
            ["preview"] = new JsonArray(new JsonObject { ["url"] = "https://example.org", ["image"] = File("d/4", "image/jpeg") }),
            ["sticker"] = new JsonObject { ["data"] = File("e/5", "image/webp") },
            ["reactions"] = new JsonArray(new JsonObject { ["emoji"] = "👍", ["fromId"] = Talk, ["timestamp"] = Noon + 3 }),
            ["bodyRanges"] = new JsonArray(new JsonObject { ["start"] = 0, ["length"] = 1, ["mentionAci"] = Bert.ToString() }),
            ["editHistory"] = Edits(Noon + 9, Noon),
        });
        Store.Messages.Add(message);
        Assert.Equal(
            ["a/1 attachment 0 -1", "b/2 attachment 1 -1", "c/3 quote 0 -1", "d/4 preview 0 -1", "e/5 sticker 0 -1"],
            Rows("SELECT path || ' ' || attachmentType || ' ' || orderInMessage || ' ' || editHistoryIndex "
                + "FROM message_attachments ORDER BY path"));
        Assert.Equal(["👍"], Rows("SELECT emoji FROM reactions"));
        Assert.Equal([Bert.ToString()], Rows("SELECT mentionAci FROM mentions"));
        Assert.Equal(
            ["1 1 1"], Rows("SELECT hasAttachments || ' ' || hasFileAttachments || ' ' || hasVisualMediaAttachments FROM messages"));
        var edits = Rows("SELECT rowid || ' ' || sentAt FROM edited_messages");
        Assert.Equal(2, edits.Count);

        Store.Messages.Update(message with
        {
            Json = new JsonObject { ["attachments"] = new JsonArray(File("f/6", "image/png")), ["editHistory"] = Edits(Noon + 9, Noon) },
        });
        Assert.Equal(["f/6"], Rows("SELECT path FROM message_attachments"));
        Assert.Empty(Rows("SELECT emoji FROM reactions"));
        Assert.Empty(Rows("SELECT mentionAci FROM mentions"));
        Assert.Equal(edits, Rows("SELECT rowid || ' ' || sentAt FROM edited_messages"));

        Store.Messages.Remove(message.Id);
        Assert.Empty(Rows("SELECT messageId FROM message_attachments UNION ALL SELECT messageId FROM edited_messages"));
    }

    [Fact]
    public void A_mention_of_the_owner_is_marked()
    {
        using var self = NewSelf();
        Store.Items.Save(self);
        foreach (var person in (ServiceId[])[Anna, Bert])
        {
            Store.Messages.Add(Message(Talk, Noon, $"{person == Anna}", json: new JsonObject
            {
                ["bodyRanges"] = new JsonArray(new JsonObject { ["start"] = 0, ["length"] = 1, ["mentionAci"] = person.ToString() }),
            }));
        }

        Assert.Equal(["True"], Rows("SELECT body FROM messages WHERE mentionsMe"));
    }

    [Fact]
    public void The_order_of_receiving_outlives_a_clock_that_is_set_back()
    {
        Store.Messages.Add(Message(Talk, Noon, "first"));
        Reopen();
        Store.Messages.Add(Message(Talk, Noon - 60_000, "second"));
        Assert.Equal(["first", "second"], Rows("SELECT body FROM messages ORDER BY received_at"));
    }

    [Fact]
    public void Hostile_json_in_a_message_is_kept_and_harmless()
    {
        var message = Message(Talk, Noon, json: new JsonObject
        {
            ["attachments"] = "no array",
            ["reactions"] = new JsonArray(1, null, new JsonObject { ["emoji"] = 5 }),
            ["bodyRanges"] = new JsonObject(),
            ["editHistory"] = new JsonArray(new JsonArray()),
            ["quote"] = 3,
            ["sticker"] = new JsonArray(),
        });
        Store.Messages.Add(message);
        Assert.Equal(message.Json.ToJsonString(), Store.Messages.Find(message.Id)!.Json.ToJsonString());
        Assert.Empty(Rows("SELECT emoji FROM reactions UNION ALL SELECT path FROM message_attachments"));
    }

    private static JsonArray Edits(params long[] times) =>
        [.. times.Select(time => new JsonObject { ["timestamp"] = time, ["body"] = "x" })];

    private static JsonObject File(string path, string type) =>
        new() { ["path"] = path, ["contentType"] = type, ["size"] = 5, ["version"] = 2 };

    private List<string?> Rows(string sql) => Store.Read(() =>
    {
        var rows = new List<string?>();
        using var statement = Store.Database.Prepare(sql);
        while (statement.Step())
        {
            rows.Add(statement.Text(0));
        }

        return rows;
    });
}
