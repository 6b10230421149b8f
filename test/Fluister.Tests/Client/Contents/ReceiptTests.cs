using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Wire.Protos;

namespace Fluister.Tests.Client.Contents;

/// <summary>Receipts of others raise the states of our messages; ours are sent for what came, once for a batch.</summary>
public sealed class ReceiptTests : ContentFixture
{
    public ReceiptTests() => Accept(Bert);

    private static Content Receipt(ReceiptMessage.Types.Type type, params long[] timestamps)
    {
        var receipt = new ReceiptMessage { Type = type };
        receipt.Timestamp.Add(timestamps.Select(time => (ulong)time));
        return new Content { ReceiptMessage = receipt };
    }

    private string? State(long sentAt) => SendStates.StateOf(Store.Messages.Find(Anna, sentAt)!, With(Bert).Id);

    [Fact]
    public void States_rise_and_never_fall_and_only_who_was_written_to_raises_them()
    {
        var message = TakeSent(Data("Hi"), Bert)!;
        Assert.Equal("Sent", State(message.SentAt));
        Take(Receipt(ReceiptMessage.Types.Type.Read, message.SentAt));
        Assert.Equal("Read", State(message.SentAt));
        Take(Receipt(ReceiptMessage.Types.Type.Delivery, message.SentAt));
        Assert.Equal("Read", State(message.SentAt));
        Take(Receipt(ReceiptMessage.Types.Type.Viewed, message.SentAt));
        Assert.Equal("Viewed", State(message.SentAt));

        Accept(Cleo);
        Take(Receipt(ReceiptMessage.Types.Type.Viewed, message.SentAt), from: Cleo);
        Assert.Null(Now(message).Json["sendStateByConversationId"]![With(Cleo).Id]);
    }

    [Fact]
    public void A_receipt_before_the_transcript_of_its_message_waits_for_it()
    {
        var data = Data("Hi");
        Take(Receipt(ReceiptMessage.Types.Type.Read, (long)data.Timestamp));
        TakeSent(data, Bert);
        Assert.Equal("Read", State((long)data.Timestamp));
    }

    [Fact]
    public void The_server_tells_of_delivery_too()
    {
        var message = TakeSent(Data("Hi"), Bert)!;
        var told = Store.Transact(() => Handler.Delivered(Bert, 2, message.SentAt, Clock.GetUtcNow()));
        Assert.Equal(new DeliveryReported(Bert, 2, message.SentAt), told);
        Assert.Equal("Delivered", State(message.SentAt));
    }

    [Fact]
    public void All_that_came_together_is_acknowledged_with_one_receipt_a_sender()
    {
        Accept(Cleo);
        var (one, two, three) = (Data("1"), Data("2"), Data("3"));
        Store.Transact(() =>
        {
            Handler.Handle(Incoming((long)one.Timestamp), new Content { DataMessage = one });
            Handler.Handle(Incoming((long)two.Timestamp), new Content { DataMessage = two });
            Handler.Handle(Incoming((long)three.Timestamp, Cleo), new Content { DataMessage = three });
            Handler.Handle(Incoming((long)two.Timestamp), new Content { DataMessage = two });
            Handler.BeforeCommit();
        });

        var receipts = Outbox();
        Assert.Equal([Bert, Cleo], receipts.Select(receipt => receipt.To));
        Assert.Equal([one.Timestamp, two.Timestamp], receipts[0].Content.ReceiptMessage.Timestamp);
        Assert.Equal(ReceiptMessage.Types.Type.Delivery, receipts[0].Content.ReceiptMessage.Type);
    }

    [Fact]
    public void What_was_taken_back_strangers_and_unsealed_messages_are_not_acknowledged()
    {
        var (lost, kept) = (Data("lost"), Data("kept"));
        Store.Transact(() =>
        {
            Assert.Throws<InvalidOperationException>(() => Store.Attempt<bool>(() =>
            {
                Handler.Handle(Incoming((long)lost.Timestamp), new Content { DataMessage = lost });
                throw new InvalidOperationException("Taken back.");
            }));
            Handler.Handle(Incoming((long)kept.Timestamp), new Content { DataMessage = kept });
            Handler.BeforeCommit();
        });
        Assert.Equal([kept.Timestamp], Assert.Single(Outbox()).Content.ReceiptMessage.Timestamp);

        Take(Data("A stranger"), Cleo);
        var open = Data("Not sealed");
        Store.Transact(() =>
        {
            Handler.Handle(Incoming((long)open.Timestamp) with { IsSealed = false }, new Content { DataMessage = open });
            Handler.BeforeCommit();
        });
        Assert.Single(Outbox());
    }

    [Fact]
    public void Typing_is_told_and_never_kept_and_not_told_where_it_is_turned_off()
    {
        var typing = new Content { TypingMessage = new TypingMessage { Timestamp = (ulong)Clock.Tick() } };
        Assert.NotNull(Take(typing, (long)typing.TypingMessage.Timestamp));
        Assert.Null(Take(typing, (long)typing.TypingMessage.Timestamp + 1));
        Store.Items.SetFlag("typingIndicators", false);
        Assert.Null(Take(typing, (long)typing.TypingMessage.Timestamp));
        Assert.Empty(Archive());
    }
}
