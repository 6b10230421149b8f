using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Client.Contents;

/// <summary>Everything that a person sends comes to the other person and to the sender's other device, through a real home
/// server.</summary>
public sealed class MessagesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static bool IsMessage(Content content) =>
        content.DataMessage is { Reaction: null, Delete: null, PollVote: null, PollTerminate: null };

    private static bool IsTranscript(Content content) => content.SyncMessage?.Sent is not null;

    [Fact]
    public async Task A_text_with_styles_a_mention_and_a_quote_comes_as_it_was_written()
    {
        await using var scene = await MessagesScene.StartAsync();
        var (first, _) = await scene.Bert.SendAsync(scene.AnnasId, new Draft { Text = "Who comes?" }, Cancellation);
        await MessagesScene.HearAsync(scene.AnnasTelephone, IsMessage);
        var (timestamp, id) = await scene.Anna.SendAsync(
            scene.BertsId,
            new Draft
            {
                Text = "\ufffc and I",
                Mentions = [(0, 1, scene.BertsId)],
                Styles = [(2, 3, BodyStyle.Bold)],
                Quote = (scene.BertsId, first),
                Preview = null,
            },
            Cancellation);

        var row = (await MessagesScene.HearAsync(scene.BertsTelephone, IsMessage))!;
        Assert.Equal(("incoming", "\ufffc and I", timestamp), (row.Type, row.Body, row.SentAt));
        Assert.Equal(2, row.Json["bodyRanges"]!.AsArray().Count);
        Assert.Equal("Who comes?", row.Json["quote"]!["text"]!.GetValue<string>());
        Assert.False(row.Json["quote"]!["referencedMessageNotFound"]!.GetValue<bool>());

        var told = (await MessagesScene.HearAsync(scene.AnnasComputer, IsTranscript))!;
        Assert.Equal(("outgoing", "\ufffc and I", timestamp), (told.Type, told.Body, told.SentAt));
        Assert.Equal("Sent", SendStates.StateOf(told, told.ConversationId));
        await scene.AnnasTelephone.NextAsync<ContentReceived>();
        var sent = scene.AnnasTelephone.Store.Messages.Find(id)!;
        Assert.Equal("Delivered", SendStates.StateOf(sent, sent.ConversationId));
    }

    [Fact]
    public async Task An_edit_a_reaction_and_a_deletion_change_the_message_on_every_device()
    {
        await using var scene = await MessagesScene.StartAsync();
        var (timestamp, _) = await scene.Anna.SendAsync(scene.BertsId, new Draft { Text = "at 18:00" }, Cancellation);
        await scene.Anna.EditAsync(scene.BertsId, timestamp, new Draft { Text = "at 19:00" }, Cancellation);
        await MessagesScene.HearAsync(scene.BertsTelephone, content => content.EditMessage is not null);
        await scene.Bert.ReactAsync(scene.AnnasId, scene.AnnasId, timestamp, "👍", remove: false, Cancellation);

        await MessagesScene.HearAsync(scene.AnnasComputer, content => content.DataMessage?.Reaction is not null);
        foreach (var device in (Person[])[scene.BertsTelephone, scene.AnnasComputer])
        {
            var row = device.Store.Messages.Find(scene.AnnasId, timestamp)!;
            Assert.Equal(("at 19:00", 1), (row.Body, row.Json["reactions"]!.AsArray().Count));
            Assert.Equal("at 18:00", row.Json["editHistory"]![1]!["body"]!.GetValue<string>());
        }

        await scene.Anna.DeleteAsync(scene.BertsId, timestamp, Cancellation);
        Assert.True((await MessagesScene.HearAsync(scene.BertsTelephone, content => content.DataMessage?.Delete is not null))!.IsErased);
        var told = await MessagesScene.HearAsync(scene.AnnasComputer, content => content.SyncMessage?.Sent?.Message?.Delete is not null);
        Assert.True(told!.IsErased);
        Assert.True(scene.AnnasTelephone.Store.Messages.Find(scene.AnnasId, timestamp)!.IsErased);
        await Assert.ThrowsAsync<ClientException>(
            () => scene.Anna.EditAsync(scene.BertsId, timestamp, new Draft { Text = "again" }, Cancellation));
    }

    [Fact]
    public async Task Files_come_whole_and_in_their_place_between_texts()
    {
        await using var scene = await MessagesScene.StartAsync();
        var picture = new DraftFile(scene.File("lake.jpg", 300_000), Caption: "The jetty");
        var (timestamp, id) = await scene.Anna.SendAsync(
            scene.BertsId, new Draft { Text = "Look", Files = [picture, new DraftFile(scene.File("empty.txt", 0))] }, Cancellation);
        await scene.Anna.SendAsync(scene.BertsId, new Draft { Text = "After it" }, Cancellation);
        Assert.Equal(timestamp, (await scene.Anna.SentAsync(scene.BertsId, timestamp, Cancellation)).Timestamp);

        var row = (await MessagesScene.HearAsync(scene.BertsTelephone, IsMessage))!;
        Assert.Equal("Look", row.Body);
        await scene.Bert.AttachmentsFetchedAsync(Cancellation).WaitAsync(Person.Patience, Cancellation);
        var files = scene.BertsTelephone.Store.Messages.Find(row.Id)!.Json["attachments"]!.AsArray();
        var own = scene.AnnasTelephone.Store.Messages.Find(id)!.Json["attachments"]!.AsArray();
        Assert.Equal(["lake.jpg", "empty.txt"], files.Select(file => file!["fileName"]!.GetValue<string>()));
        Assert.Equal(["image/jpeg", "text/plain"], files.Select(file => file!["contentType"]!.GetValue<string>()));
        Assert.Equal("The jetty", files[0]!["caption"]!.GetValue<string>());
        Assert.All(files.Zip(own), pair => Assert.Equal(
            pair.First!["plaintextHash"]!.GetValue<string>(), pair.Second!["plaintextHash"]!.GetValue<string>()));
        Assert.Equal("After it", (await MessagesScene.HearAsync(scene.BertsTelephone, IsMessage))!.Body);
    }

    [Fact]
    public async Task A_long_text_goes_as_a_file_and_comes_as_a_text()
    {
        await using var scene = await MessagesScene.StartAsync();
        var text = string.Concat(Enumerable.Repeat("Ein langer Gruß 🐐. ", 500));
        await scene.Anna.SendAsync(scene.BertsId, new Draft { Text = text }, Cancellation);

        var row = (await MessagesScene.HearAsync(scene.BertsTelephone, IsMessage))!;
        Assert.True(Encoding.UTF8.GetByteCount(row.Body!) <= 2_048);
        await scene.BertsTelephone.NextAsync<AttachmentFetched>();
        Assert.Equal(text, scene.BertsTelephone.Store.Messages.Find(row.Id)!.Body);

        var (timestamp, _) = await scene.Anna.SendAsync(scene.BertsId, new Draft { Text = "Short" }, Cancellation);
        await scene.Anna.EditAsync(scene.BertsId, timestamp, new Draft { Text = text }, Cancellation);
        await MessagesScene.HearAsync(scene.BertsTelephone, content => content.EditMessage is not null);
        await scene.BertsTelephone.NextAsync<AttachmentFetched>();
        Assert.Equal(text, scene.BertsTelephone.Store.Messages.Find(scene.AnnasId, timestamp)!.Body);
    }

    [Fact]
    public async Task An_upload_that_a_crash_interrupted_goes_on_and_the_message_is_sent_once()
    {
        await using var scene = await MessagesScene.StartAsync();
        await scene.AnnasTelephone.CloseAsync();
        scene.AnnasTelephone.Open(connect: false);
        var (timestamp, id) = await scene.Anna.SendAsync(
            scene.BertsId, new Draft { Text = "Look", Files = [new DraftFile(scene.File("lake.jpg", 100_000))] }, Cancellation);
        var row = scene.AnnasTelephone.Store.Messages.Find(id)!;
        Assert.Equal("Pending", SendStates.StateOf(row, row.ConversationId));
        await scene.AnnasTelephone.CloseAsync();

        scene.AnnasTelephone.Open();
        Assert.Equal(timestamp, (await MessagesScene.HearAsync(scene.BertsTelephone, IsMessage))!.SentAt);
        await scene.Anna.SentAsync(Cancellation).WaitAsync(Person.Patience, Cancellation);
        await scene.Anna.SendAsync(scene.BertsId, new Draft { Text = "Last" }, Cancellation);
        Assert.Equal("Last", (await MessagesScene.HearAsync(scene.BertsTelephone, IsMessage))!.Body);
    }

    [Fact]
    public async Task A_sticker_a_poll_with_votes_and_a_contact_card_go_through()
    {
        await using var scene = await MessagesScene.StartAsync();
        var goat = new DraftFile(scene.File("goat.webp", 500));
        await scene.Anna.SendAsync(
            scene.BertsId, new Draft { Sticker = (new string('a', 32), new string('b', 64), 3, "🐐", goat) }, Cancellation);
        Assert.Equal(3, (await MessagesScene.HearAsync(scene.BertsTelephone, IsMessage))!.Json["sticker"]!["stickerId"]!.GetValue<long>());

        await scene.Anna.SendAsync(
            scene.BertsId, new Draft { Contact = new DraftContact("Hanne", "Lund") { Numbers = ["+15550100077"] } }, Cancellation);
        var card = (await MessagesScene.HearAsync(scene.BertsTelephone, IsMessage))!;
        Assert.Equal("Hanne", card.Json["contact"]![0]!["name"]!["givenName"]!.GetValue<string>());

        var (poll, _) = await scene.Anna.SendAsync(scene.BertsId, new Draft { Poll = ("Which day?", ["Fri", "Sat"], false) }, Cancellation);
        await MessagesScene.HearAsync(scene.BertsTelephone, IsMessage);
        await scene.Bert.VoteAsync(scene.AnnasId, scene.AnnasId, poll, [0], Cancellation);
        await scene.Bert.VoteAsync(scene.AnnasId, scene.AnnasId, poll, [1], Cancellation);
        await MessagesScene.HearAsync(scene.AnnasTelephone, content => content.DataMessage?.PollVote?.VoteCount == 2);
        var votes = scene.AnnasTelephone.Store.Messages.Find(scene.AnnasId, poll)!.Json["poll"]!["votes"]!.AsArray();
        Assert.Equal(1, Assert.Single(votes)!["optionIndexes"]![0]!.GetValue<long>());
        await Assert.ThrowsAsync<ClientException>(() => scene.Bert.VoteAsync(scene.AnnasId, scene.AnnasId, poll, [0, 1], Cancellation));

        await scene.Anna.EndPollAsync(scene.BertsId, poll, Cancellation);
        await MessagesScene.HearAsync(scene.BertsTelephone, content => content.DataMessage?.PollTerminate is not null);
        Assert.NotNull(scene.BertsTelephone.Store.Messages.Find(scene.AnnasId, poll)!.Json["poll"]!["terminatedAt"]);
    }

    [Fact]
    public async Task Reading_is_told_to_who_wrote_and_to_our_other_device_and_begins_the_timer()
    {
        await using var scene = await MessagesScene.StartAsync();
        await scene.Bert.SetExpireTimerAsync(scene.AnnasId, 3600, Cancellation);
        var (timestamp, id) = await scene.Bert.SendAsync(scene.AnnasId, new Draft { Text = "Going" }, Cancellation);
        await MessagesScene.HearAsync(scene.AnnasTelephone, content => content.DataMessage?.Body == "Going");
        await MessagesScene.HearAsync(scene.AnnasComputer, content => content.DataMessage?.Body == "Going");
        scene.AnnasTelephone.Store.Transact(() =>
        {
            var conversation = scene.AnnasTelephone.Store.Conversations.GetOrAdd(scene.BertsId);
            conversation.Json["profileSharing"] = true;
            scene.AnnasTelephone.Store.Conversations.Save(conversation);
        });
        await scene.Anna.MarkReadAsync(scene.BertsId, long.MaxValue, Cancellation);

        await MessagesScene.HearAsync(scene.BertsTelephone, content => content.ReceiptMessage?.Type == ReceiptMessage.Types.Type.Read);
        var sent = scene.BertsTelephone.Store.Messages.Find(id)!;
        Assert.Equal("Read", SendStates.StateOf(sent, sent.ConversationId));
        Assert.NotNull(sent.ExpirationStart);
        await MessagesScene.HearAsync(scene.AnnasComputer, content => content.SyncMessage?.Read.Count > 0);
        foreach (var device in (Person[])[scene.AnnasTelephone, scene.AnnasComputer])
        {
            var row = device.Store.Messages.Find(scene.BertsId, timestamp)!;
            Assert.Equal((false, 3600), (row.IsUnread, row.ExpireTimer));
            Assert.NotNull(row.ExpirationStart);
        }
    }

    [Fact]
    public async Task A_strangers_request_is_accepted_and_a_block_ends_it_on_every_device()
    {
        await using var scene = await MessagesScene.StartAsync(areAcquainted: false);
        await scene.Anna.SendAsync(scene.BertsId, new Draft { Text = "Hello" }, Cancellation);
        var row = (await MessagesScene.HearAsync(scene.BertsTelephone, IsMessage))!;
        Assert.False(MessageRequests.IsAccepted(scene.BertsTelephone.Store.Conversations.Find(row.ConversationId)!));
        await scene.Bert.AcceptRequestAsync(scene.AnnasId, Cancellation);
        await MessagesScene.HearAsync(
            scene.AnnasTelephone, content => content.DataMessage?.Flags == (uint)DataMessage.Types.Flags.ProfileKeyUpdate);
        Assert.Equal(
            Convert.ToBase64String(scene.BertsTelephone.ProfileKey.Reveal()),
            scene.AnnasTelephone.Store.Conversations.Find(scene.BertsId)!.Json["profileKey"]!.GetValue<string>());

        await scene.Anna.BlockAsync(scene.BertsId, Cancellation);
        await MessagesScene.HearAsync(scene.AnnasComputer, content => content.SyncMessage?.Blocked is not null);
        Assert.True(MessageRequests.IsBlocked(scene.AnnasComputer.Store.Conversations.Find(scene.BertsId)));
        await Assert.ThrowsAsync<ClientException>(() => scene.Anna.SendAsync(scene.BertsId, new Draft { Text = "?" }, Cancellation));
        await scene.Anna.UnblockAsync(scene.BertsId, Cancellation);
        await MessagesScene.HearAsync(scene.AnnasComputer, content => content.SyncMessage?.Blocked is not null);
        Assert.False(MessageRequests.IsBlocked(scene.AnnasComputer.Store.Conversations.Find(scene.BertsId)));
    }

    [Fact]
    public async Task A_note_to_self_and_a_deletion_for_oneself_reach_the_other_device()
    {
        await using var scene = await MessagesScene.StartAsync();
        var (timestamp, _) = await scene.Anna.SendAsync(scene.AnnasId, new Draft { Text = "Milk" }, Cancellation);
        var row = (await MessagesScene.HearAsync(scene.AnnasComputer, IsTranscript))!;
        Assert.Equal(("Milk", timestamp), (row.Body, row.SentAt));
        await scene.Computer.DeleteForMeAsync(scene.AnnasId, [(scene.AnnasId, timestamp)], Cancellation);
        await MessagesScene.HearAsync(scene.AnnasTelephone, content => content.SyncMessage?.DeleteForMe is not null);
        Assert.Null(scene.AnnasTelephone.Store.Messages.Find(scene.AnnasId, timestamp));
        Assert.Null(scene.AnnasComputer.Store.Messages.Find(scene.AnnasId, timestamp));
    }

    [Fact]
    public async Task A_linked_device_gets_the_contacts_settings_and_blocks_that_it_asks_for()
    {
        await using var scene = await MessagesScene.StartAsync();
        scene.AnnasTelephone.Store.Transact(() =>
        {
            var conversation = scene.AnnasTelephone.Store.Conversations.GetOrAdd(scene.BertsId);
            scene.AnnasTelephone.Store.Conversations.Save(conversation with { Name = "Bert from the club" });
        });
        await scene.Anna.ConfigureAsync(readReceipts: false, typingIndicators: null, linkPreviews: null, Cancellation);
        await scene.Computer.RequestSyncAsync(Cancellation);
        await MessagesScene.HearAsync(scene.AnnasComputer, content => content.SyncMessage?.Contacts is not null);
        var patience = DateTime.UtcNow + Person.Patience;
        while (scene.AnnasComputer.Store.Conversations.Find(scene.BertsId)?.Name is null && DateTime.UtcNow < patience)
        {
            await Task.Delay(20, Cancellation);
        }

        Assert.Equal("Bert from the club", scene.AnnasComputer.Store.Conversations.Find(scene.BertsId)!.Name);
        Assert.False(scene.AnnasComputer.Store.Items.Flag("read-receipt-setting"));
    }

    [Fact]
    public async Task What_may_be_looked_at_once_is_gone_after_that()
    {
        await using var scene = await MessagesScene.StartAsync();
        await scene.Anna.SendAsync(
            scene.BertsId, new Draft { IsViewOnce = true, Files = [new DraftFile(scene.File("once.jpg", 5_000))] }, Cancellation);
        var row = (await MessagesScene.HearAsync(scene.BertsTelephone, IsMessage))!;
        await scene.Bert.AttachmentsFetchedAsync(Cancellation).WaitAsync(Person.Patience, Cancellation);
        var path = scene.BertsTelephone.Store.Messages.Find(row.Id)!.Json["attachments"]![0]!["path"]!.GetValue<string>();
        await scene.Bert.MarkViewedAsync(scene.AnnasId, scene.AnnasId, row.SentAt, Cancellation);

        Assert.True(scene.BertsTelephone.Store.Messages.Find(row.Id)!.IsErased);
        Assert.True((await MessagesScene.HearAsync(scene.AnnasComputer, IsTranscript))!.IsErased);
        var file = Path.Combine(scene.Bert.Folder.Attachments, path);
        var patience = DateTime.UtcNow + Person.Patience;
        while (File.Exists(file) && DateTime.UtcNow < patience)
        {
            await Task.Delay(20, Cancellation);
        }

        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused_before_anything_is_written()
    {
        await using var scene = await MessagesScene.StartAsync();
        Draft[] drafts =
        [
            new(),
            new Draft { Text = new string('x', 70_000) },
            new Draft { Files = [.. Enumerable.Repeat(new DraftFile("/nowhere"), 33)] },
            new Draft { Files = [new DraftFile("/nowhere")] },
            new Draft { Text = "x", IsViewOnce = true },
            new Draft { Text = "x", Styles = [(0, 5, BodyStyle.Bold)] },
            new Draft { Text = "x", Mentions = [(0, 1, scene.BertsId)] },
            new Draft { Text = "x", Preview = ("https://example.org/", "t", "d") },
            new Draft { Poll = ("?", ["one"], false) },
            new Draft { Text = "x", Quote = (scene.BertsId, 5), Files = [new DraftFile(scene.File("a.txt", 5))] },
        ];
        foreach (var draft in drafts)
        {
            var refused = await Assert.ThrowsAsync<ClientException>(() => scene.Anna.SendAsync(scene.BertsId, draft, Cancellation));
            Assert.True(refused.Error is ClientError.BadInput or ClientError.NotFound, refused.Message);
        }

        Assert.Empty(scene.AnnasTelephone.Store.Messages.Last(scene.AnnasTelephone.Store.Conversations.Find(scene.BertsId)!.Id, 10));
        Assert.Empty(Directory.EnumerateFiles(scene.Anna.Folder.Attachments, "*", SearchOption.AllDirectories));
    }
}
