using Fluister.Archive.Conversations;
using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Wire.Protos;
using Google.Protobuf;
using ConversationDelete = Fluister.Wire.Protos.SyncMessage.Types.DeleteForMe.Types.ConversationDelete;
using Response = Fluister.Wire.Protos.SyncMessage.Types.MessageRequestResponse.Types.Type;

namespace Fluister.Tests.Client.Contents;

/// <summary>What other devices of the account tell takes its effect here.</summary>
public sealed class SyncTests : ContentFixture
{
    public SyncTests() => Accept(Bert);

    [Fact]
    public void A_message_that_another_device_sent_is_ours_and_makes_a_stranger_accepted()
    {
        var row = TakeSent(Data("From my telephone"), Cleo, sent => sent.UnidentifiedStatus.Add(
            new SyncMessage.Types.Sent.Types.UnidentifiedDeliveryStatus { DestinationServiceId = Cleo.ToString(), Unidentified = true }))!;

        Assert.Equal(("outgoing", Anna, 7, false), (row.Type, row.Source, row.SourceDevice, row.IsUnread));
        Assert.Equal("Sent", SendStates.StateOf(row, With(Cleo).Id));
        Assert.True(MessageRequests.IsAccepted(With(Cleo)));
        var message = Archive().Single();
        Assert.Equal((MessageDirection.Outgoing, "From my telephone"), (message.Direction, message.Body));
    }

    [Fact]
    public void A_note_to_self_stands_in_its_own_conversation()
    {
        var row = TakeSent(Data("Buy milk"), Anna)!;
        Assert.Equal(With(Anna).Id, row.ConversationId);
        using var archive = OpenArchive();
        Assert.Equal(ConversationKind.NoteToSelf, archive.Conversations.Single(known => known.Id == row.ConversationId).Kind);
    }

    [Fact]
    public void Edits_and_deletions_that_another_device_sent_change_the_message_here()
    {
        var row = TakeSent(Data("First"), Bert)!;
        var data = Data("Second");
        TakeSync(
            new SyncMessage
            {
                Sent = new SyncMessage.Types.Sent
                {
                    Timestamp = data.Timestamp,
                    DestinationServiceIdBinary = ByteString.CopyFrom(Bert.ToBytes()),
                    EditMessage = new EditMessage { TargetSentTimestamp = (ulong)row.SentAt, DataMessage = data },
                },
            },
            (long)data.Timestamp);
        Assert.Equal("Second", Now(row).Body);
        Assert.Equal("Sent", SendStates.StateOf(Now(row), With(Bert).Id));

        var delete = Data();
        delete.Delete = new DataMessage.Types.Delete { TargetSentTimestamp = (ulong)row.SentAt };
        TakeSent(delete, Bert);
        Assert.True(Now(row).IsErased);
    }

    [Fact]
    public void Read_elsewhere_is_read_here_also_before_the_message_comes()
    {
        var data = Data("Going");
        data.ExpireTimer = 60;
        var early = Data("Early");
        var first = Take(data)!;
        var sync = new SyncMessage();
        foreach (var timestamp in (ulong[])[data.Timestamp, early.Timestamp])
        {
            sync.Read.Add(new SyncMessage.Types.Read { SenderAci = Bert.ToString(), Timestamp = timestamp });
        }

        var readAt = Clock.Tick();
        TakeSync(sync, readAt);
        Assert.Equal((false, readAt), (Now(first).IsUnread, Now(first).ExpirationStart));
        Assert.Equal(0, With(Bert).Json["unreadCount"]!.GetValue<long>());
        Assert.False(Take(early)!.IsUnread);
        Assert.Equal(0, With(Bert).Json["unreadCount"]!.GetValue<long>());
    }

    [Fact]
    public void A_message_that_was_looked_at_once_elsewhere_loses_its_content()
    {
        var data = Data();
        data.IsViewOnce = true;
        data.Attachments.Add(Pointer());
        var row = Take(data)!;
        var open = new SyncMessage
        {
            ViewOnceOpen = new SyncMessage.Types.ViewOnceOpen { SenderAci = Bert.ToString(), Timestamp = data.Timestamp },
        };
        TakeSync(open);
        Assert.True(Now(row) is { IsErased: true, IsUnread: false });
        Assert.Null(TakeSync(open));

        var own = Data();
        own.IsViewOnce = true;
        own.Attachments.Add(Pointer());
        Assert.True(TakeSent(own, Bert)!.IsErased);
    }

    [Fact]
    public void Deleting_for_oneself_takes_messages_and_conversations_up_to_where_it_was_seen()
    {
        var rows = Enumerable.Range(1, 5).Select(number => Take(Data($"Line {number}"))!).ToList();
        var bert = new ConversationIdentifier { ThreadServiceId = Bert.ToString() };
        AddressableMessage Named(StoredMessage row) =>
            new() { AuthorServiceIdBinary = ByteString.CopyFrom(Bert.ToBytes()), SentTimestamp = (ulong)row.SentAt };
        TakeSync(new SyncMessage
        {
            DeleteForMe = new SyncMessage.Types.DeleteForMe
            {
                MessageDeletes =
                {
                    new SyncMessage.Types.DeleteForMe.Types.MessageDeletes { Conversation = bert, Messages = { Named(rows[1]) } },
                },
            },
        });
        Assert.Equal(["Line 1", "Line 3", "Line 4", "Line 5"], Archive().Select(message => message.Body));

        TakeSync(new SyncMessage
        {
            DeleteForMe = new SyncMessage.Types.DeleteForMe
            {
                ConversationDeletes =
                {
                    new ConversationDelete { Conversation = bert, MostRecentMessages = { Named(rows[3]), Named(rows[2]) } },
                },
            },
        });
        Assert.Equal(["Line 5"], Archive().Select(message => message.Body));
        Assert.NotNull(With(Bert).ActiveAt);
        TakeSync(new SyncMessage
        {
            DeleteForMe = new SyncMessage.Types.DeleteForMe
            {
                ConversationDeletes =
                {
                    new ConversationDelete { Conversation = bert, MostRecentMessages = { Named(rows[4]) }, IsFullDelete = true },
                },
            },
        });
        Assert.Empty(Archive());
        Assert.Null(With(Bert).ActiveAt);
        Assert.Equal(0, With(Bert).Json["unreadCount"]!.GetValue<long>());
    }

    [Fact]
    public void Who_is_blocked_is_the_list_and_nobody_else()
    {
        TakeSync(new SyncMessage { Blocked = new SyncMessage.Types.Blocked { Acis = { Bert.ToString(), "nonsense" } } });
        Assert.True(MessageRequests.IsBlocked(With(Bert)));
        TakeSync(new SyncMessage { Blocked = new SyncMessage.Types.Blocked { AcisBinary = { ByteString.CopyFrom(Cleo.ToBytes()) } } });
        Assert.False(MessageRequests.IsBlocked(With(Bert)));
        Assert.True(MessageRequests.IsBlocked(With(Cleo)));
    }

    [Theory]
    [InlineData(Response.Accept, true, false, "The message request was accepted.")]
    [InlineData(Response.Block, false, true, "The conversation was blocked.")]
    [InlineData(Response.BlockAndSpam, false, true, "The conversation was reported as spam.")]
    public void A_request_waits_until_it_is_answered_on_any_device(Response response, bool isAccepted, bool isBlocked, string sentence)
    {
        Take(Data("Hello, stranger"), Cleo);
        Assert.False(MessageRequests.IsAccepted(With(Cleo)));
        Assert.Empty(Outbox());
        TakeSync(new SyncMessage
        {
            MessageRequestResponse = new SyncMessage.Types.MessageRequestResponse { ThreadAci = Cleo.ToString(), Type = response },
        });
        Assert.Equal((isAccepted, isBlocked), (MessageRequests.IsAccepted(With(Cleo)), MessageRequests.IsBlocked(With(Cleo))));
        Assert.Equal(sentence, Archive()[^1].Event!.Text);
    }

    [Fact]
    public void A_declined_request_is_gone()
    {
        Take(Data("Hello, stranger"), Cleo);
        TakeSync(new SyncMessage
        {
            MessageRequestResponse = new SyncMessage.Types.MessageRequestResponse
            {
                ThreadAci = Cleo.ToString(),
                Type = Response.BlockAndDelete,
            },
        });
        Assert.Empty(Archive());
        Assert.True(MessageRequests.IsBlocked(With(Cleo)));
    }

    [Fact]
    public void A_verification_is_taken_with_its_key_and_told_in_the_history()
    {
        using var key = IdentityKeyPair.Generate(RandomSource.System);
        Store.Identities.Take(Bert, key.Public, Clock.GetUtcNow());
        var verified = new Verified
        {
            DestinationAci = Bert.ToString(),
            IdentityKey = ByteString.CopyFrom(key.Public.Serialized),
            State = Verified.Types.State.Verified,
        };
        Assert.NotNull(TakeSync(new SyncMessage { Verified = verified }));
        Assert.Null(TakeSync(new SyncMessage { Verified = verified }));
        Assert.Equal(Verification.Verified, Store.Identities.Find(Bert)!.Verification);
        Assert.Equal("Bert Berg was marked as verified.", Archive().Single().Event!.Text);

        verified.IdentityKey = ByteString.CopyFrom(new byte[5]);
        Assert.Equal(ClientError.Malformed, Assert.Throws<ClientException>(() => TakeSync(new SyncMessage { Verified = verified })).Error);
    }

    [Fact]
    public void Settings_are_those_of_the_account()
    {
        TakeSync(new SyncMessage { Configuration = new SyncMessage.Types.Configuration { ReadReceipts = false, LinkPreviews = true } });
        Assert.Equal((false, true, null), (
            Store.Items.Flag("read-receipt-setting"), Store.Items.Flag("linkPreviews"), Store.Items.Flag("typingIndicators")));
    }

    [Fact]
    public void The_primary_answers_what_a_linked_device_asks()
    {
        var conversation = With(Bert);
        conversation.Json["isBlocked"] = true;
        Store.Conversations.Save(conversation);
        foreach (var type in Enum.GetValues<SyncMessage.Types.Request.Types.Type>())
        {
            TakeSync(new SyncMessage { Request = new SyncMessage.Types.Request { Type = type } });
        }

        var answers = Outbox();
        Assert.All(answers, answer => Assert.Equal(Anna, answer.To));
        Assert.Equal([Bert.ToString()], answers[0].Content.SyncMessage.Blocked.Acis);
        Assert.True(answers[1].Content.SyncMessage.Configuration.ReadReceipts);
        Assert.Equal(Self.EntropyPool.RevealText(), answers[2].Content.SyncMessage.Keys.AccountEntropyPool);
        Assert.Single(Store.Jobs.Waiting("contact list answer", 10));
    }

    [Fact]
    public void The_list_of_contacts_comes_back_as_it_was_written()
    {
        var conversation = With(Bert);
        conversation.Json["expireTimer"] = 60;
        conversation.Json["expireTimerVersion"] = 3;
        Store.Conversations.Save(conversation with { ActiveAt = 5 });
        var list = ContactList.Write(Context);
        Store.Conversations.Remove(With(Bert).Id);
        Store.Transact(() => ContactList.Read(Context, list));
        Assert.Equal(("Bert Berg", 60L, 3L), (
            With(Bert).Name, With(Bert).Json["expireTimer"]!.GetValue<long>(), With(Bert).Json["expireTimerVersion"]!.GetValue<long>()));

        for (var length = 1; length < list.Length; length++)
        {
            var cut = list.AsSpan(0, length).ToArray();
            Assert.Equal(ClientError.Malformed, Assert.Throws<ClientException>(() => ContactList.Read(Context, cut)).Error);
        }
    }

    [Fact]
    public void Another_person_cannot_speak_for_our_devices()
    {
        var configuration = new SyncMessage.Types.Configuration { ReadReceipts = false };
        var sync = new Content { SyncMessage = new SyncMessage { Configuration = configuration } };
        Assert.Equal(ClientError.Malformed, Assert.Throws<ClientException>(() => Take(sync)).Error);
        Assert.Null(Store.Items.Flag("read-receipt-setting"));
    }
}
