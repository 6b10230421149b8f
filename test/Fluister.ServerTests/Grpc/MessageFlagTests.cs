using Fluister.Server.Grpc;
using Fluister.Server.Mailboxes;
using Fluister.Wire.Protos;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;

namespace Fluister.ServerTests.Grpc;

/// <summary>What a sender says of a message besides its content reaches the device, and stories for many.</summary>
public sealed class MessageFlagTests : IAsyncLifetime
{
    private static readonly ByteString Payload = ByteString.CopyFrom(1, 2, 3);

    private readonly TestServer _server = new();
    private GrpcClient _client = null!;
    private TestAccount _sender = null!;
    private TestAccount _recipient = null!;

    public async ValueTask InitializeAsync()
    {
        _client = new GrpcClient(await _server.ListenAsync());
        (_sender, _recipient) = (await _server.AddAccountAsync(devices: 2), await _server.AddAccountAsync());
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_way_of_sending_says_whether_it_is_urgent(bool urgent)
    {
        var destination = _recipient.Id.ToMessage();
        var plain = Bundle(SendMessageType.DoubleRatchet, 1);
        var hidden = Bundle(SendMessageType.UnidentifiedSender, 1);
        await SendAsync("Messages/SendMessage", new SendAuthenticatedSenderMessageRequest
        {
            Destination = destination,
            Messages = plain,
            Urgent = urgent,
        });
        await SendAsync("Messages/SendSyncMessage", new SendSyncMessageRequest
        {
            Messages = Bundle(SendMessageType.DoubleRatchet, 2),
            Urgent = urgent,
        });
        await SendAsync("MessagesAnonymous/SendSingleRecipientMessage", new SendSealedSenderMessageRequest
        {
            Destination = destination,
            Messages = hidden,
            Urgent = urgent,
            UnidentifiedAccessKey = ByteString.CopyFrom(TestAccount.AccessKey),
        });
        await SendAsync("MessagesAnonymous/SendStory", new SendStoryMessageRequest
        {
            Destination = destination,
            Messages = hidden,
            Urgent = urgent,
        });
        await SendAsync("MessagesAnonymous/SendMultiRecipientStory", Story(1001, urgent));
        var letters = Mailbox(_recipient, 1).Concat(Mailbox(_sender, 2)).ToList();
        Assert.Equal(5, letters.Count);
        Assert.All(letters, letter => Assert.Equal(urgent, letter.Urgent));
        Assert.Equal([false, false, true, true, false], letters.Select(letter => letter.Story));
    }

    [Fact]
    public async Task A_story_for_many_reaches_those_who_are_there_or_says_whose_devices_are_wrong()
    {
        var sent = await SendAsync("MessagesAnonymous/SendMultiRecipientStory", Story(1001, urgent: false));
        Assert.Empty(sent.Message<SendMultiRecipientMessageResponse>().Success.UnresolvedRecipients);
        var wrong = await SendAsync("MessagesAnonymous/SendMultiRecipientStory", Story(999, urgent: false));
        var devices = wrong.Message<SendMultiRecipientMessageResponse>().MismatchedDevices.MismatchedDevices.Single();
        Assert.Equal((_recipient.Id.ToMessage(), 1U), (devices.ServiceIdentifier, devices.StaleDevices.Single()));
        Assert.Single(Mailbox(_recipient, 1));
    }

    [Fact]
    public async Task What_is_no_request_for_many_is_an_invalid_argument()
    {
        (string Method, IMessage Message)[] wrong =
        [
            ("MessagesAnonymous/SendMultiRecipientMessage", new SendMultiRecipientMessageRequest { GroupSendToken = Payload }),
            ("MessagesAnonymous/SendMultiRecipientMessage", new SendMultiRecipientMessageRequest { Message = Story(1, true).Message }),
            ("MessagesAnonymous/SendMultiRecipientStory", new SendMultiRecipientStoryRequest()),
            ("MessagesAnonymous/SendSingleRecipientMessage", new SendSealedSenderMessageRequest
            {
                Destination = _recipient.Id.ToMessage(),
                Messages = Bundle(SendMessageType.UnidentifiedSender, 1),
            }),
        ];
        foreach (var (method, message) in wrong)
        {
            Assert.Equal(GrpcCode.InvalidArgument, (await CallAsync(method, message)).Code);
        }

        var keys = await _client.CallAsync("/org.signal.chat.keys.KeysAnonymous/GetPreKeys", new GetPreKeysAnonymousRequest());
        Assert.Equal(GrpcCode.InvalidArgument, keys.Code);
        var challenge = await _client.CallAsync(
            "/org.signal.chat.challenge.Challenge/HandleChallengeResponse", new AnswerChallengeRequest(), _sender.Authorization());
        Assert.Equal(GrpcCode.InvalidArgument, challenge.Code);
    }

    private static IndividualRecipientMessageBundle Bundle(SendMessageType type, uint device) => new()
    {
        Timestamp = 77,
        Messages = { [device] = new() { RegistrationId = 1000 + device, Payload = Payload, Type = type } },
    };

    // Version, count, the recipient's id and device, then key material and what is shared: as a client would have sealed it.
    private SendMultiRecipientStoryRequest Story(ushort registrationId, bool urgent) => new()
    {
        Message = new MultiRecipientMessage
        {
            Timestamp = 77,
            Payload = ByteString.CopyFrom(
            [
                0x23, 1, 0, .. _recipient.Account.Aci.ToByteArray(bigEndian: true), 1, (byte)(registrationId >> 8), (byte)registrationId,
                .. new byte[48], .. new byte[64],
            ]),
        },
        Urgent = urgent,
    };

    private List<Envelope> Mailbox(TestAccount account, int device) =>
    [
        .. _server.Home.Mailboxes.Read(new MailboxKey(account.Account.Aci, device), 0)
            .Select(letter => Envelope.Parser.ParseFrom(letter.Envelope)),
    ];

    private async Task<GrpcReply> SendAsync(string method, IMessage message)
    {
        var reply = await CallAsync(method, message);
        Assert.Equal(GrpcCode.Ok, reply.Code);
        return reply;
    }

    private Task<GrpcReply> CallAsync(string method, IMessage message) => _client.CallAsync(
        "/org.signal.chat.messages." + method,
        message,
        method.StartsWith("Messages/", StringComparison.Ordinal) ? _sender.Authorization() : null);
}
