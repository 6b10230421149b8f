using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluister.Cli.Rpc;
using Fluister.Client;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Tests.Cli.Rpc;

/// <summary>The shape of what was received, written out as a program would meet it.</summary>
public sealed class EnvelopeJsonTests
{
    private static readonly ServiceId Ben = ServiceId.Aci(new Guid("22222222-2222-4222-8222-222222222222"));

    private const string Head = """
        "source":"22222222-2222-4222-8222-222222222222","sourceNumber":null,"sourceUuid":"22222222-2222-4222-8222-222222222222",
        "sourceName":"Ben","sourceDevice":2,"timestamp":1000,"serverReceivedTimestamp":1001,"serverDeliveredTimestamp":1001
        """;

    private const string Tail = ""","account":"11111111-1111-4111-8111-111111111111"}""";

    [Fact]
    public void A_text_with_everything()
    {
        var message = new DataMessage
        {
            Body = "\u201Chello\u201D \uFFFC",
            Timestamp = 1000,
            ExpireTimer = 60,
            BodyRanges =
            {
                new BodyRange { Start = 8, Length = 1, MentionAciBinary = ByteString.CopyFrom(Ben.ToBytes()) },
                new BodyRange { Start = 0, Length = 7, Style = BodyRange.Types.Style.Bold },
            },
            Quote = new DataMessage.Types.Quote { Id = 900, AuthorAci = Ben.ToString(), Text = "hi" },
            Attachments = { new AttachmentPointer { ContentType = "image/png", FileName = "a.png", Size = 7, Width = 3, Height = 4 } },
            Preview = { new Preview { Url = "https://a.example", Title = "A", Description = "of A" } },
            Sticker = new DataMessage.Types.Sticker { PackId = ByteString.CopyFrom(0xAB, 0xCD), StickerId = 3 },
        };
        Check(new Content { DataMessage = message }, """
            "dataMessage":{"timestamp":1000,"message":"“hello” ￼","expiresInSeconds":60,"isExpirationUpdate":false,"viewOnce":false,
            "quote":{"id":900,"author":"22222222-2222-4222-8222-222222222222","authorNumber":null,
            "authorUuid":"22222222-2222-4222-8222-222222222222","text":"hi","attachments":[]},
            "mentions":[{"name":"Ben","number":null,"uuid":"22222222-2222-4222-8222-222222222222","start":8,"length":1}],
            "previews":[{"url":"https://a.example","title":"A","description":"of A","image":null}],
            "attachments":[{"contentType":"image/png","filename":"a.png","id":"m:0","size":7,"width":3,"height":4,"caption":null,
            "uploadTimestamp":null}],
            "sticker":{"packId":"abcd","stickerId":3},
            "textStyles":[{"style":"BOLD","start":0,"length":7}]}
            """);
    }

    [Fact]
    public void A_reaction_a_deletion_and_an_edit()
    {
        Check(new Content
        {
            DataMessage = new DataMessage
            {
                Timestamp = 1000,
                Reaction = new DataMessage.Types.Reaction
                {
                    Emoji = "👍",
                    TargetAuthorAciBinary = ByteString.CopyFrom(Ben.ToBytes()),
                    TargetSentTimestamp = 900,
                    Remove = true,
                },
            },
        }, """
            "dataMessage":{"timestamp":1000,"message":null,"expiresInSeconds":0,"isExpirationUpdate":false,"viewOnce":false,
            "reaction":{"emoji":"👍","targetAuthor":"22222222-2222-4222-8222-222222222222","targetAuthorNumber":null,
            "targetAuthorUuid":"22222222-2222-4222-8222-222222222222","targetSentTimestamp":900,"isRemove":true}}
            """);
        Check(new Content
        {
            DataMessage = new DataMessage { Timestamp = 1000, Delete = new DataMessage.Types.Delete { TargetSentTimestamp = 900 } },
        }, """
            "dataMessage":{"timestamp":1000,"message":null,"expiresInSeconds":0,"isExpirationUpdate":false,"viewOnce":false,
            "remoteDelete":{"timestamp":900}}
            """);
        Check(new Content
        {
            EditMessage =
                new EditMessage { TargetSentTimestamp = 900, DataMessage = new DataMessage { Body = "better", Timestamp = 1000 } },
        }, """
            "editMessage":{"targetSentTimestamp":900,"dataMessage":{"timestamp":1000,"message":"better","expiresInSeconds":0,
            "isExpirationUpdate":false,"viewOnce":false}}
            """);
    }

    [Fact]
    public void Polls()
    {
        Check(new Content
        {
            DataMessage = new DataMessage
            {
                Timestamp = 1000,
                PollCreate = new DataMessage.Types.PollCreate { Question = "When?", AllowMultiple = true, Options = { "now", "later" } },
                PollVote = new DataMessage.Types.PollVote
                {
                    TargetAuthorAciBinary = ByteString.CopyFrom(Ben.ToBytes()),
                    TargetSentTimestamp = 900,
                    OptionIndexes = { 1 },
                    VoteCount = 2,
                },
                PollTerminate = new DataMessage.Types.PollTerminate { TargetSentTimestamp = 900 },
            },
        }, """
            "dataMessage":{"timestamp":1000,"message":null,"expiresInSeconds":0,"isExpirationUpdate":false,"viewOnce":false,
            "pollCreate":{"question":"When?","allowMultiple":true,"options":["now","later"]},
            "pollVote":{"author":"22222222-2222-4222-8222-222222222222","authorNumber":null,
            "authorUuid":"22222222-2222-4222-8222-222222222222","targetSentTimestamp":900,"optionIndexes":[1],"voteCount":2},
            "pollTerminate":{"targetSentTimestamp":900}}
            """);
    }

    [Fact]
    public void A_receipt_typing_and_what_another_device_sent()
    {
        Check(new Content { ReceiptMessage = new ReceiptMessage { Type = ReceiptMessage.Types.Type.Read, Timestamp = { 900, 901 } } }, """
            "receiptMessage":{"when":1000,"isDelivery":false,"isRead":true,"isViewed":false,"timestamps":[900,901]}
            """);
        Check(new Content { TypingMessage = new TypingMessage { Action = TypingMessage.Types.Action.Stopped, Timestamp = 1000 } }, """
            "typingMessage":{"action":"STOPPED","timestamp":1000}
            """);
        Check(new Content
        {
            SyncMessage = new SyncMessage
            {
                Sent = new SyncMessage.Types.Sent
                {
                    DestinationServiceId = Ben.ToString(),
                    Message = new DataMessage { Body = "from there", Timestamp = 1000 },
                },
            },
        }, """
            "syncMessage":{"sentMessage":{"destination":"22222222-2222-4222-8222-222222222222","destinationNumber":null,
            "destinationUuid":"22222222-2222-4222-8222-222222222222","timestamp":1000,"message":"from there","expiresInSeconds":0,
            "isExpirationUpdate":false,"viewOnce":false}}
            """);
    }

    [Fact]
    public void What_the_server_delivered_and_what_could_not_be_read()
    {
        Assert.Equal("""
            {"envelope":{"source":"22222222-2222-4222-8222-222222222222","sourceNumber":null,
            "sourceUuid":"22222222-2222-4222-8222-222222222222","sourceName":"Ben","sourceDevice":2,"timestamp":1000,
            "serverReceivedTimestamp":0,"serverDeliveredTimestamp":0,
            "receiptMessage":{"when":1000,"isDelivery":true,"isRead":false,"isViewed":false,"timestamps":[1000]}}
            """.ReplaceLineEndings("") + Tail, Written(new DeliveryReported(Ben, 2, 1000)));
        Assert.Equal("""
            {"envelope":{"source":null,"sourceNumber":null,"sourceUuid":null,"sourceName":null,"sourceDevice":0,"timestamp":1000,
            "serverReceivedTimestamp":0,"serverDeliveredTimestamp":0},"account":"11111111-1111-4111-8111-111111111111",
            "exception":{"message":"The seal is not whole.","type":"EnvelopeRefused"}}
            """.ReplaceLineEndings(""), Written(new EnvelopeRefused(null, 0, 1000, "The seal is not whole.")));
        Assert.Equal("{}", Written(new QueueEmpty()));
    }

    private static void Check(Content content, string expected) => Assert.Equal(
        $$"""{"envelope":{{{Head.ReplaceLineEndings("")}},{{expected.ReplaceLineEndings("").TrimEnd()}}}{{Tail}}""",
        Written(new ContentReceived(Ben, 2, 1000, 1001, true, content, "c", "m")));

    private static string Written(ClientEvent received)
    {
        using var self = RpcTalk.Self();
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            EnvelopeJson.Write(writer, received, self, _ => new KnownPerson(null, "Ben"));
            writer.WriteEndObject();
        }

        // The encoder escapes what is beyond 16 bits all the same.
        return Encoding.UTF8.GetString(buffer.ToArray()).Replace("\\uD83D\\uDC4D", "👍", StringComparison.Ordinal);
    }
}
