using Fluister.Archive.Conversations;
using Fluister.Client;
using Fluister.Wire.Protos;
using Google.Protobuf;
using ProtoRange = Fluister.Wire.Protos.BodyRange;

namespace Fluister.Tests.Client.Contents;

/// <summary>Messages that show something become rows which the archive reads back.</summary>
public sealed class ShownMessageTests : ContentFixture
{
    public ShownMessageTests()
    {
        Accept(Bert);
        Accept(Cleo);
    }

    private Message Archived(DataMessage data)
    {
        Assert.NotNull(Take(data));
        return Archive()[^1];
    }

    [Fact]
    public void A_text_stands_in_the_history_unread_with_its_times_and_is_told_of()
    {
        var data = Data("Good morning");
        var told = Take(new Content { DataMessage = data }, (long)data.Timestamp)!;

        Assert.Equal((Bert, 1, (long)data.Timestamp, true), (told.Sender, told.Device, told.Timestamp, told.IsSealed));
        var row = Store.Messages.Find(told.MessageId!)!;
        Assert.Equal(("incoming", "Good morning", Bert, true), (row.Type, row.Body, row.Source, row.IsUnread));
        Assert.Equal("99999999-9999-4999-8999-999999999999", row.Json["serverGuid"]!.GetValue<string>());
        var message = Archive().Single();
        Assert.Equal(("Good morning", MessageKind.Text, MessageDirection.Incoming), (message.Body, message.Kind, message.Direction));
        Assert.Equal("Bert Berg", message.Sender!.Name);
        Assert.True(message.IsUnread);
        Assert.Equal(1, With(Bert).Json["unreadCount"]!.GetValue<long>());
        Assert.Equal(Clock.GetUtcNow().ToUnixTimeMilliseconds(), With(Bert).ActiveAt);
    }

    [Fact]
    public void Styles_and_mentions_are_kept_and_what_is_none_is_left_out()
    {
        var data = Data("See \ufffc: bold, new");
        data.BodyRanges.Add(new ProtoRange { Start = 4, Length = 1, MentionAci = Cleo.ToString() });
        data.BodyRanges.Add(new ProtoRange { Start = 7, Length = 4, Style = ProtoRange.Types.Style.Bold });
        data.BodyRanges.Add(new ProtoRange { Start = 0, Length = 3, MentionAci = "nobody" });
        data.BodyRanges.Add(new ProtoRange { Start = 0, Length = 0, Style = ProtoRange.Types.Style.Italic });
        data.BodyRanges.Add(new ProtoRange { Start = 0, Length = 3, Style = (ProtoRange.Types.Style)77 });
        data.BodyRanges.Add(new ProtoRange { Start = uint.MaxValue, Length = 3, Style = ProtoRange.Types.Style.Italic });

        var message = Archived(data);

        Assert.Equal("See @Cleo: bold, new", message.Body);
        Assert.Equal([BodyStyle.Mention, BodyStyle.Bold], message.Ranges.Select(range => range.Style));
        Assert.Equal("bold", message.Body!.Substring(message.Ranges[1].Start, message.Ranges[1].Length));
    }

    [Fact]
    public void No_more_ranges_of_a_style_are_kept_than_Signal_keeps()
    {
        var data = Data("long");
        data.BodyRanges.Add(Enumerable.Repeat(new ProtoRange { Start = 0, Length = 1, Style = ProtoRange.Types.Style.Bold }, 1_000));
        data.BodyRanges.Add(new ProtoRange { Start = 0, Length = 1, Style = ProtoRange.Types.Style.Italic });

        Assert.Equal(251, Take(data)!.Json["bodyRanges"]!.AsArray().Count);
    }

    [Fact]
    public void A_quote_shows_what_stands_in_the_history_and_not_what_its_sender_says_of_it()
    {
        var asked = Take(Data("Which ferry?"))!;
        var data = Data("The early one");
        data.Quote = new DataMessage.Types.Quote { Id = (ulong)asked.SentAt, AuthorAci = Bert.ToString(), Text = "Something else" };
        var quote = Archived(data).Quote!;
        Assert.Equal(("Which ferry?", "Bert Berg", asked.Id), (quote.Text, quote.Author!.Name, quote.MessageId));

        var unknown = Data("As you said");
        unknown.Quote = new DataMessage.Types.Quote { Id = 5, AuthorAciBinary = ByteString.CopyFrom(Cleo.ToBytes()), Text = "Long gone" };
        unknown.Quote.Attachments.Add(new DataMessage.Types.Quote.Types.QuotedAttachment { ContentType = "image/png", FileName = "a.png" });
        var lost = Archived(unknown).Quote!;
        Assert.Equal(("Long gone", "Cleo"), (lost.Text, lost.Author!.Name));
        Assert.Equal("a.png", Assert.Single(lost.Attachments).FileName);
    }

    [Fact]
    public void A_preview_is_shown_only_of_a_link_that_stands_in_the_text()
    {
        var data = Data("See https://example.org/lake for more");
        data.Preview.Add(
            new Preview { Url = "https://example.org/lake", Title = "The lake", Description = "Open daily", Image = Pointer() });
        var preview = Assert.Single(Archived(data).Previews);
        Assert.Equal(("https://example.org/lake", "The lake", "Open daily"), (preview.Url, preview.Title, preview.Description));
        Assert.Equal("image/jpeg", preview.Image!.ContentType);

        foreach (var (text, url) in ((string, string)[])
            [("See https://example.org/", "https://example.com/"), ("javascript:alert(1)", "javascript:alert(1)"),
             ("http://example.org/", "http://example.org/"), ("https://a@example.org/", "https://a@example.org/")])
        {
            var lie = Data(text);
            lie.Preview.Add(new Preview { Url = url, Title = "Yours" });
            Assert.Empty(Archived(lie).Previews);
        }
    }

    [Fact]
    public void Files_stickers_and_contacts_are_rows_before_anything_is_fetched()
    {
        var data = Data("From the lake");
        data.Attachments.Add(Pointer());
        data.Attachments.Add(new AttachmentPointer { CdnKey = "no size" });
        data.Attachments.Add(Enumerable.Range(0, 40).Select(number => Pointer("text/plain", 10, $"file{number}")));
        var files = Archived(data).Attachments;
        Assert.Equal(32, files.Count);
        Assert.Equal(("lake.jpg", 1000L, 640, null), (files[0].FileName, files[0].Size, files[0].Width, files[0].Path));
        Assert.Equal(32, Store.Jobs.Waiting("attachment download", 100).Count);

        var sticker = Data();
        sticker.Sticker = new DataMessage.Types.Sticker
        {
            PackId = ByteString.CopyFrom(new byte[16]),
            PackKey = ByteString.CopyFrom(new byte[32]),
            StickerId = 4,
            Emoji = "🐐",
            Data = Pointer("image/webp"),
        };
        var shown = Archived(sticker).Sticker!;
        Assert.Equal((new string('0', 32), 4, "🐐", "image/webp"), (shown.PackId, shown.StickerId, shown.Emoji, shown.Image!.ContentType));

        var card = Data();
        card.Contact.Add(new DataMessage.Types.Contact
        {
            Name = new DataMessage.Types.Contact.Types.Name { GivenName = "Hanne", FamilyName = "Lund" },
            Organization = "Lund & Sons",
            Number = { new DataMessage.Types.Contact.Types.Phone { Value = "+15550100077" } },
        });
        var contact = Assert.Single(Archived(card).Contacts);
        Assert.Equal(("Hanne Lund", "Lund & Sons", "+15550100077"), (contact.Name, contact.Organization, contact.Numbers.Single()));
    }

    [Fact]
    public void A_poll_that_Signal_allows_is_kept_and_another_is_refused()
    {
        var data = Data();
        data.PollCreate = new DataMessage.Types.PollCreate
        {
            Question = "Which day?",
            AllowMultiple = true,
            Options = { "Friday", "Sunday" },
        };
        var poll = Archived(data).Poll!;
        Assert.Equal(("Which day?", true, false), (poll.Question, poll.AllowsMultiple, poll.IsClosed));
        Assert.Equal(["Friday", "Sunday"], poll.Options.Select(option => option.Text));

        foreach (var (question, options) in ((string, string[])[])
            [("", ["a", "b"]), ("One?", ["a"]), ("Many?", [.. Enumerable.Repeat("a", 11)]), ("Long?", ["a", new string('b', 101)])])
        {
            var bad = Data();
            bad.PollCreate = new DataMessage.Types.PollCreate { Question = question, Options = { options } };
            Assert.Equal(ClientError.Malformed, Assert.Throws<ClientException>(() => Take(bad)).Error);
        }
    }

    [Fact]
    public void A_view_once_message_that_is_no_picture_is_not_shown_at_all()
    {
        var picture = Data();
        picture.IsViewOnce = true;
        picture.Attachments.Add(Pointer());
        Assert.True(Archived(picture) is { IsViewOnce: true, IsErased: false, Attachments.Count: 1 });

        var text = Data("Look once");
        text.IsViewOnce = true;
        text.Attachments.Add(Pointer("text/plain"));
        Assert.True(Archived(text) is { IsViewOnce: true, IsErased: true, Attachments.Count: 0, Body: null });
    }

    [Fact]
    public void What_is_newer_than_this_client_is_kept_as_far_as_it_goes()
    {
        var data = Data("Partly understood");
        data.RequiredProtocolVersion = 99;
        var row = Take(data)!;
        Assert.Equal(99, row.Json["requiredProtocolVersion"]!.GetValue<long>());
        Assert.Equal(8, row.Json["supportedVersionAtReceive"]!.GetValue<long>());
        Assert.Equal("Partly understood", Archive()[^1].Body);

        var nothing = Data();
        nothing.RequiredProtocolVersion = 99;
        Assert.NotNull(Take(nothing));
        Assert.Null(Take(Data()));
    }

    [Fact]
    public void The_same_message_is_shown_once_however_often_it_comes()
    {
        var data = Data("Once");
        Assert.NotNull(Take(data));
        Assert.Null(Take(data));
        Assert.Null(Take(data));
        Assert.Single(Archive());
        Assert.Equal(1, With(Bert).Json["unreadCount"]!.GetValue<long>());
        Assert.NotNull(Take(data, Cleo));
    }

    [Fact]
    public void A_message_with_another_time_than_its_envelope_is_refused()
    {
        var data = Data("When?");
        foreach (var timestamp in (ulong[])[data.Timestamp + 1, 0, ulong.MaxValue])
        {
            var lie = data.Clone();
            lie.Timestamp = timestamp;
            var refused = Assert.Throws<ClientException>(() => Take(new Content { DataMessage = lie }, (long)data.Timestamp));
            Assert.Equal(ClientError.Malformed, refused.Error);
        }

        Assert.Empty(Archive());
    }

    [Fact]
    public void Nothing_of_a_blocked_person_is_taken()
    {
        var conversation = With(Bert);
        conversation.Json["isBlocked"] = true;
        Store.Conversations.Save(conversation);

        Assert.Null(Take(Data("Let me in")));
        Assert.Null(Take(new Content { TypingMessage = new TypingMessage { Timestamp = (ulong)Clock.Tick() } }));
        Assert.Empty(Archive());
    }

    [Fact]
    public void A_profile_key_is_taken_from_any_message_and_forgets_what_the_last_one_was_good_for()
    {
        var conversation = With(Bert);
        conversation.Json["profileKey"] = "b2xk";
        conversation.Json["sealedSender"] = 1;
        conversation.Json["profileLastFetchedAt"] = 5;
        Store.Conversations.Save(conversation);
        var data = Data("New key");
        data.ProfileKey = ByteString.CopyFrom([.. Enumerable.Repeat((byte)7, 32)]);
        Take(data);

        Assert.Equal(Convert.ToBase64String(data.ProfileKey.Span), With(Bert).Json["profileKey"]!.GetValue<string>());
        Assert.Equal(0, With(Bert).Json["sealedSender"]!.GetValue<int>());
        Assert.Null(With(Bert).Json["profileLastFetchedAt"]);

        var update = Data();
        update.Flags = (uint)DataMessage.Types.Flags.ProfileKeyUpdate;
        update.ProfileKey = ByteString.CopyFrom(new byte[31]);
        Take(new Content { DataMessage = update }, (long)update.Timestamp);
        Assert.Equal(Convert.ToBase64String(data.ProfileKey.Span), With(Bert).Json["profileKey"]!.GetValue<string>());
        Assert.Single(Archive());
    }

    [Fact]
    public void Search_finds_what_came_and_a_long_text_is_fetched_later()
    {
        var data = Data(new string('x', 2_000));
        data.Attachments.Add(Pointer("text/x-signal-plain", 5_000, "long"));
        var row = Take(data)!;

        Assert.Equal("text/x-signal-plain", row.Json["bodyAttachment"]!["contentType"]!.GetValue<string>());
        Assert.Empty(row.Json["attachments"]!.AsArray());
        Assert.Equal("long", Assert.Single(Store.Jobs.Waiting("attachment download", 10)).Data["cdnKey"]!.GetValue<string>());
    }
}
