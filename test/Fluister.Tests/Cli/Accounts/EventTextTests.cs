using Fluister.Cli.Accounts;
using Fluister.Client;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Tests.Cli.Accounts;

public sealed class EventTextTests
{
    private const long Time = 1_792_694_205_123;

    private static readonly ServiceId s_self = ServiceId.Aci(new Guid("9d0652a3-dcc3-4d11-975f-74d61598733f"));
    private static readonly ServiceId s_anna = ServiceId.Aci(new Guid("796abedb-ca4e-4f18-8803-1fde5b921f9f"));

    public static TheoryData<string, Content> Contents => new()
    {
        { "Anna: Hello  [1792694205123]", Data(new DataMessage { Body = "Hello" }) },
        {
            "Anna: (answering “Hi”) Yes [map.png] [image/png]  [1792694205123]",
            Data(new DataMessage
            {
                Body = "Yes",
                Quote = new DataMessage.Types.Quote { Id = 7, Text = "Hi" },
                Attachments = { new AttachmentPointer { FileName = "map.png" }, new AttachmentPointer { ContentType = "image/png" } },
            })
        },
        {
            "Anna: Hey @You!  [1792694205123]",
            Data(new DataMessage
            {
                Body = "Hey \uFFFC!",
                BodyRanges =
                {
                    new BodyRange
                    {
                        Start = 4, Length = 1, MentionAciBinary = ByteString.CopyFrom(s_self.Uuid.ToByteArray(bigEndian: true)),
                    },
                    new BodyRange { Start = 900, Length = 1, MentionAci = s_self.ToString() },
                    new BodyRange { Start = 0, Length = 2, Style = BodyRange.Types.Style.Bold },
                },
            })
        },
        {
            "Anna: (poll) When? 1: today, 2: never  [1792694205123]",
            Data(new DataMessage { PollCreate = new DataMessage.Types.PollCreate { Question = "When?", Options = { "today", "never" } } })
        },
        {
            "Anna voted 2 on [5]",
            Data(new DataMessage { PollVote = new DataMessage.Types.PollVote { TargetSentTimestamp = 5, OptionIndexes = { 1 } } })
        },
        {
            "Anna reacted 👍 to [5]",
            Data(new DataMessage { Reaction = new DataMessage.Types.Reaction { Emoji = "👍", TargetSentTimestamp = 5 } })
        },
        {
            "Anna took 👍 back from [5]",
            Data(new DataMessage { Reaction = new DataMessage.Types.Reaction { Emoji = "👍", TargetSentTimestamp = 5, Remove = true } })
        },
        { "Anna deleted [5]", Data(new DataMessage { Delete = new DataMessage.Types.Delete { TargetSentTimestamp = 5 } }) },
        { "Anna let messages disappear after 60 s", Data(new DataMessage { Flags = 2, ExpireTimer = 60 }) },
        { "Anna: (sticker 🐈)  [1792694205123]", Data(new DataMessage { Sticker = new DataMessage.Types.Sticker { Emoji = "🐈" } }) },
        {
            "Anna edited [5]: better",
            new Content { EditMessage = new EditMessage { TargetSentTimestamp = 5, DataMessage = new DataMessage { Body = "better" } } }
        },
        { "Anna edited [5]: ", new Content { EditMessage = new EditMessage { TargetSentTimestamp = 5 } } },
        {
            "Anna has read [5], [6]",
            new Content { ReceiptMessage = new ReceiptMessage { Type = ReceiptMessage.Types.Type.Read, Timestamp = { 5, 6 } } }
        },
        { "Anna is typing", new Content { TypingMessage = new TypingMessage { Action = TypingMessage.Types.Action.Started } } },
        {
            "You to Anna: from my other device  [9]",
            new Content
            {
                SyncMessage = new SyncMessage
                {
                    Sent = new SyncMessage.Types.Sent
                    {
                        DestinationServiceId = s_anna.ToString(),
                        Timestamp = 9,
                        Message = new DataMessage { Body = "from my other device" },
                    },
                },
            }
        },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public void What_was_received_is_one_line(string expected, Content content)
    {
        var line = Of(new ContentReceived(s_anna, 1, Time, Time, true, content, "c", "m"));

        Assert.Equal(expected, line![21..]);
        Assert.Equal(EventText.Time(Time), line[..19]);
    }

    [Fact]
    public void Nothing_in_a_message_reaches_the_terminal_as_a_command()
    {
        var message = new DataMessage
        {
            Body = "a\u001b[2J\r\nb\u202e",
            Quote = new DataMessage.Types.Quote { Text = "\u0007q" },
            Attachments = { new AttachmentPointer { FileName = "\u001b]0;x\u0007" } },
            Sticker = new DataMessage.Types.Sticker { Emoji = "\u009b1m" },
        };

        var line = Of(new ContentReceived(s_anna, 1, long.MaxValue, 0, true, Data(message), "c", "m"))!;

        Assert.DoesNotContain(line, c => char.IsControl(c) || c == '\u202e');
        Assert.Contains("a\uFFFD[2J\uFFFD b\uFFFD", line);
    }

    [Fact]
    public void What_a_person_need_not_be_told_is_not()
    {
        Assert.Null(Of(new QueueEmpty()));
        Assert.Null(Of(new ContentReceived(s_anna, 1, Time, Time, true, Data(new DataMessage { Flags = 4 }), null, null)));
        Assert.Null(Of(new ContentReceived(s_self, 2, Time, Time, true, new Content { SyncMessage = new SyncMessage() }, null, null)));
    }

    [Fact]
    public void A_long_quote_is_cut_between_letters()
    {
        var quote = new DataMessage.Types.Quote { Text = new string('x', 39) + "👍 and more" };
        var line = Of(new ContentReceived(s_anna, 1, Time, Time, true, Data(new DataMessage { Body = "b", Quote = quote }), "c", "m"))!;
        Assert.Contains($"(answering “{new string('x', 39)}…”) b", line);
    }

    [Fact]
    public void Faults_are_told()
    {
        Assert.Contains("another safety number", Of(new IdentityChanged(s_anna)));
        Assert.Contains("Anna sent could not be read: no session", Of(new EnvelopeRefused(s_anna, 1, Time, "no session")));
        Assert.Contains("somebody sent", Of(new EnvelopeRefused(null, 0, Time, "no session")));
        Assert.Contains("given up: no more", Of(new SendFailed(s_anna, Time, null, new ClientException(ClientError.Refused, "no more"))));
    }

    private static Content Data(DataMessage message) => new() { DataMessage = message };

    private static string? Of(ClientEvent happened) =>
        new EventText(s_self, person => person == s_anna ? "Anna" : "somebody else").Of(happened);
}
