using System.Text;
using Fluister.Archive.Conversations;

namespace Fluister.Tests.Exports;

/// <summary>Archives to export.</summary>
internal static class Samples
{
    internal const long Noon = 1_790_856_000_000;

    internal static readonly Participant Alice = new("p-alice", "Alice", "6c1b21b6-3a6f-4a3f-9f27-d7a5a52aa001", "+31600000001");
    internal static readonly Participant Bob = new("p-bob", "Bob *the* <b>builder</b>", "6c1b21b6-3a6f-4a3f-9f27-d7a5a52aa002");

    /// <summary>A zone with summer time that does not depend on the machine.</summary>
    internal static readonly TimeZoneInfo Amsterdam = TimeZoneInfo.CreateCustomTimeZone(
        "Europe/Amsterdam",
        TimeSpan.FromHours(1),
        "Amsterdam",
        "Amsterdam",
        "Amsterdam summer",
        [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date,
                DateTime.MaxValue.Date,
                TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);

    /// <summary>One picture, eight bytes that only look like one.</summary>
    internal static readonly byte[] Picture = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A conversation that has everything, and one more.</summary>
    internal static InMemoryArchive Everything()
    {
        var group = new Conversation
        {
            Id = "11111111-2222-4333-8444-555555555555",
            Kind = ConversationKind.Group,
            Name = "Boat & <i>house</i>",
            GroupId = "Z3JvdXA=",
            Members = [InMemoryArchive.Owner, Alice, Bob],
            IsArchived = true,
            ExpireTimer = 86_400,
            ActiveAt = new Timestamp(Noon),
            Avatar = new Attachment { ContentType = "image/jpeg", Size = 10, Path = "av/atar", LocalKey = "never exported", Version = 2 },
        };
        var direct = new Conversation
        {
            Id = "p-alice",
            Kind = ConversationKind.Direct,
            Name = "Alice",
            ServiceId = Alice.ServiceId,
            Number = Alice.Number,
            Members = [Alice],
        };
        var archive = new InMemoryArchive { Chats = [group, direct], Messages = EveryMessage(group.Id).ToList() };
        archive.Files["pic"] = Picture;
        archive.Files["paper"] = Encoding.UTF8.GetBytes("%PDF-");
        archive.Files["bad"] = [1, 2, 3];
        archive.Damaged.Add("bad");
        return archive;
    }

    /// <summary>The smallest message.</summary>
    internal static Message Text(long row, string conversation, string? body, Participant? sender = null) => new()
    {
        Id = string.Create(null, $"{row:x8}-0000-4000-8000-000000000000"),
        RowId = row,
        ConversationId = conversation,
        Type = "incoming",
        Direction = MessageDirection.Incoming,
        Sender = sender ?? Alice,
        SentAt = new Timestamp(Noon + (row * 60_000)),
        ReceivedAt = new Timestamp(Noon + (row * 60_000) + 250),
        Body = body,
    };

    private static IEnumerable<Message> EveryMessage(string group)
    {
        yield return Text(1, group, "Hello, **world** & <script>alert(1)</script>\n"
            + "# not a heading\n- not a list\n\n1. nor this\n    nor code");
        yield return new Message
        {
            Id = "00000002-0000-4000-8000-000000000000",
            RowId = 2,
            ConversationId = group,
            Type = "outgoing",
            Direction = MessageDirection.Outgoing,
            Sender = InMemoryArchive.Owner,
            SentAt = new Timestamp(Noon + 120_000),
            ReceivedAt = new Timestamp(Noon + 120_000),
            Body = "@Alice bold and both italic, secret code gone",
            Ranges =
            [
                new BodyRange(0, 6, BodyStyle.Mention, Alice), new BodyRange(7, 13, BodyStyle.Bold),
                    new BodyRange(16, 11, BodyStyle.Italic),
                new BodyRange(29, 6, BodyStyle.Spoiler), new BodyRange(36, 4, BodyStyle.Monospace),
                    new BodyRange(41, 4, BodyStyle.Strikethrough),
                new BodyRange(0, 1, BodyStyle.None),
            ],
            Quote = new Quote(new Timestamp(Noon + 60_000), Alice, "Hello,\n> world")
            {
                MessageId = "00000001-0000-4000-8000-000000000000",
                Ranges = [new BodyRange(0, 5, BodyStyle.Bold)],
                Attachments = [new Attachment { ContentType = "image/png", FileName = "thumb.png" }],
            },
            Reactions = [new Reaction("👍", Alice, new Timestamp(Noon + 121_000)), new Reaction("<b>", null, new Timestamp(5))],
            Edits =
            [
                new Edit(new Timestamp(Noon + 110_000), "first try")
                {
                    Ranges = [new BodyRange(0, 5, BodyStyle.Italic)],
                    Attachments = [new Attachment { ContentType = "text/plain", FileName = "old.txt", Size = 3 }],
                },
            ],
            IsPinned = true,
            StoryId = "story-1",
        };
        yield return new Message
        {
            Id = "00000003-0000-4000-8000-000000000000",
            RowId = 3,
            ConversationId = group,
            Type = "incoming",
            Direction = MessageDirection.Incoming,
            Sender = Bob,
            SentAt = new Timestamp(Noon + 86_400_000),
            ReceivedAt = new Timestamp(Noon + 86_400_123),
            IsUnread = true,
            Attachments =
            [
                new Attachment { ContentType = "image/png", FileName = "../../boat.png", Size = 8, Width = 2, Height = 3,
                    Caption = "our [boat](x)", Path = "pic", LocalKey = "never exported", Version = 2 },
                new Attachment { ContentType = "application/pdf", FileName = "CON.exe", Size = 1_234_567, Path = "paper" },
                new Attachment { ContentType = "audio/aac", IsVoiceMessage = true, Size = 9, Path = "bad" },
                new Attachment { ContentType = "image/svg+xml", FileName = "x\" onload=\"alert(1).svg", Size = 999, Path = "gone" },
                new Attachment { ContentType = "video/mp4", Size = 999_000_000 },
            ],
            Previews = [new LinkPreview("https://example.org/a?b=1&c=\"2\"", "A <title>", "Says | things",
                new Attachment { ContentType = "image/png", Path = "pic", Size = 8 })],
            Contacts = [new SharedContact("Carol", ["+31600000003"], ["carol@example.org"], "ACME")],
        };
        yield return Rare(4, group, MessageKind.Text, "incoming",
            sticker: new Sticker("pack", 7, "🐱", new Attachment { ContentType = "image/webp", Size = 8, Path = "pic" }));
        yield return Rare(5, group, MessageKind.Text, "incoming",
            poll: new Poll("=When?", [new PollOption("Now", [Alice, Bob]), new PollOption("Later", [])], AllowsMultiple: true,
                IsClosed: true));
        yield return Rare(6, group, MessageKind.Call, "call-history",
            call: new Call("group", "video", "accepted", new Timestamp(Noon), new Timestamp(Noon + 65_000)));
        yield return Rare(7, group, MessageKind.Event, "group-v2-change",
            happened: new ConversationEvent("Bob changed the name of the group."));
        yield return Rare(8, group, MessageKind.Event, "from-the-future",
            happened: new ConversationEvent("Unknown event: from-the-future", "{\"type\":\"from-the-future\",\"x\":[1,null]}"));
        yield return new Message
        {
            Id = "odd id/<&>\"é",
            RowId = 9,
            ConversationId = group,
            Kind = MessageKind.Story,
            Type = "story",
            Sender = Alice,
            SentAt = new Timestamp(long.MaxValue),
            ReceivedAt = new Timestamp(long.MinValue),
            Body = "off the calendar \u0007\u001b[31mred\u009b \u202Egpj.exe\u202C \uD800 lone\r\nand 'quoted' `ticks`",
            IsErased = true,
            Direction = MessageDirection.Incoming,
        };
        yield return Text(10, "p-alice", "=HYPERLINK(\"https://evil.example\")");
        yield return Text(11, "nobody knows", "left behind");
        yield return new Message
        {
            Id = "12",
            RowId = 12,
            ConversationId = group,
            Type = "incoming",
            Sender = Alice,
            ExpireTimer = 60,
            Body = "CANARY disappears"
        };
        yield return new Message
        {
            Id = "13",
            RowId = 13,
            ConversationId = group,
            Type = "incoming",
            Sender = Alice,
            IsViewOnce = true,
            Body = "CANARY view once"
        };
    }

    private static Message Rare(
        long row, string conversation, MessageKind kind, string type, Sticker? sticker = null, Poll? poll = null, Call? call = null,
            ConversationEvent? happened = null) => new()
            {
                Id = string.Create(null, $"{row:x8}-0000-4000-8000-000000000000"),
                RowId = row,
                ConversationId = conversation,
                Kind = kind,
                Type = type,
                Sender = happened is null ? Bob : null,
                Direction = happened is null ? MessageDirection.Incoming : MessageDirection.None,
                SentAt = new Timestamp(Noon + 86_400_000 + (row * 60_000)),
                ReceivedAt = new Timestamp(Noon + 86_400_000 + (row * 60_000)),
                Sticker = sticker,
                Poll = poll,
                Call = call,
                Event = happened,
            };
}
