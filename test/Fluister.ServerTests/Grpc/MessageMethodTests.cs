using Fluister.Protocol.Addresses;
using Fluister.Server.Grpc;
using Fluister.Server.Mailboxes;
using Fluister.Wire.Protos;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Fluister.ServerTests.Grpc;

/// <summary>Sending by gRPC: into the same mailboxes as by JSON, and what is wrong is part of the answer.</summary>
public sealed class MessageMethodTests : IAsyncLifetime
{
    private static readonly ByteString Payload = ByteString.CopyFrom(1, 2, 3);

    private readonly TestServer _server = new();
    private GrpcClient _client = null!;
    private TestAccount _sender = null!;
    private TestAccount _recipient = null!;

    public async ValueTask InitializeAsync()
    {
        _client = new GrpcClient(await _server.ListenAsync());
        (_sender, _recipient) = (await _server.AddAccountAsync(devices: 2), await _server.AddAccountAsync(devices: 2));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(SendMessageType.DoubleRatchet, Envelope.Types.Type.Signal)]
    [InlineData(SendMessageType.PrekeyMessage, Envelope.Types.Type.PreKey)]
    [InlineData(SendMessageType.PlaintextContent, Envelope.Types.Type.Plaintext)]
    public async Task A_message_lies_in_each_devices_mailbox_with_who_sent_it(SendMessageType given, Envelope.Types.Type kept)
    {
        var request = To(_recipient.Id, Bundle(given, (1, 1001), (2, 1002)));
        Assert.NotNull((await SendAsync(request)).Message<SendMessageAuthenticatedSenderResponse>().Success);
        foreach (var device in new[] { 1, 2 })
        {
            var envelope = Assert.Single(Mailbox(_recipient, device));
            Assert.Equal((kept, Payload, 77ul, true), (envelope.Type, envelope.Content, envelope.ClientTimestamp, envelope.Urgent));
            Assert.Equal(_sender.Id.ToBytes(), envelope.SourceServiceId.ToByteArray());
            Assert.Equal(_recipient.Id.ToBytes(), envelope.DestinationServiceId.ToByteArray());
            Assert.Equal(1u, envelope.SourceDevice);
        }
    }

    [Fact]
    public async Task Devices_that_the_sender_does_not_know_as_they_are_are_named_and_nothing_is_sent()
    {
        var reply = await SendAsync(To(_recipient.Id, Bundle(SendMessageType.DoubleRatchet, (1, 999), (3, 1003))));
        Assert.Equal(
            new MismatchedDevices
            {
                ServiceIdentifier = _recipient.Id.ToMessage(),
                MissingDevices = { 2 },
                ExtraDevices = { 3 },
                StaleDevices = { 1 },
            },
            reply.Message<SendMessageAuthenticatedSenderResponse>().MismatchedDevices);
        Assert.Empty(Mailbox(_recipient, 1));
        var nobody = await SendAsync(To(ServiceId.Aci(Guid.NewGuid()), Bundle(SendMessageType.DoubleRatchet, (1, 1))));
        Assert.NotNull(nobody.Message<SendMessageAuthenticatedSenderResponse>().DestinationNotFound);
    }

    [Fact]
    public async Task A_sync_message_goes_to_the_senders_other_devices_and_only_so()
    {
        var request = new SendSyncMessageRequest { Messages = Bundle(SendMessageType.DoubleRatchet, (2, 1002)) };
        var reply = await _client.CallAsync("/org.signal.chat.messages.Messages/SendSyncMessage", request, _sender.Authorization());
        Assert.NotNull(reply.Message<SendMessageAuthenticatedSenderResponse>().Success);
        Assert.Single(Mailbox(_sender, 2));
        var own = await SendAsync(To(_sender.Id, Bundle(SendMessageType.DoubleRatchet, (2, 1002))));
        Assert.Equal(GrpcCode.InvalidArgument, own.Code);
    }

    [Fact]
    public async Task A_sealed_sender_who_does_not_know_the_devices_as_they_are_is_told_them()
    {
        var request = Sealed(_recipient.Id);
        request.UnidentifiedAccessKey = ByteString.CopyFrom(TestAccount.AccessKey);
        request.Messages = Bundle(SendMessageType.UnidentifiedSender, (1, 999), (3, 1003));
        var reply = await AnonymousAsync("SendSingleRecipientMessage", request);
        var wrong = reply.Message<SendMessageResponse>().MismatchedDevices;
        Assert.Equal((_recipient.Id.ToMessage(), 2U, 3U, 1U),
            (wrong.ServiceIdentifier, wrong.MissingDevices.Single(), wrong.ExtraDevices.Single(), wrong.StaleDevices.Single()));
        Assert.Empty(Mailbox(_recipient, 1));
        request.Messages = Bundle(SendMessageType.DoubleRatchet, (1, 1001), (2, 1002));
        Assert.Equal(GrpcCode.InvalidArgument, (await AnonymousAsync("SendSingleRecipientMessage", request)).Code);
    }

    [Fact]
    public async Task A_sealed_message_needs_the_access_key_and_says_not_who_sent_it()
    {
        var right = Sealed(_recipient.Id);
        right.UnidentifiedAccessKey = ByteString.CopyFrom(TestAccount.AccessKey);
        Assert.NotNull((await SealAsync(right)).Success);
        var envelope = Assert.Single(Mailbox(_recipient, 1));
        Assert.Equal((Envelope.Types.Type.Sealed, false, false), (envelope.Type, envelope.HasSourceServiceId, envelope.HasSourceDevice));

        var wrong = Sealed(_recipient.Id);
        wrong.UnidentifiedAccessKey = ByteString.CopyFrom(new byte[16]);
        var unrestricted = Sealed(_recipient.Id);
        unrestricted.UnrestrictedAccess = new Empty();
        var token = Sealed(_recipient.Id);
        token.GroupSendToken = Payload;
        var nobody = Sealed(ServiceId.Aci(Guid.NewGuid()));
        nobody.UnidentifiedAccessKey = ByteString.CopyFrom(TestAccount.AccessKey);
        foreach (var request in new[] { wrong, unrestricted, token, nobody })
        {
            Assert.NotNull((await SealAsync(request)).FailedUnidentifiedAuthorization);
        }

        Assert.Single(Mailbox(_recipient, 1));
        var open = await _server.AddAccountAsync(devices: 2, isUnrestricted: true);
        var free = Sealed(open.Id);
        free.UnrestrictedAccess = new Empty();
        Assert.NotNull((await SealAsync(free)).Success);
    }

    [Fact]
    public async Task A_story_needs_no_key_and_does_not_tell_who_has_an_account()
    {
        var request = new SendStoryMessageRequest
        {
            Destination = _recipient.Id.ToMessage(),
            Messages = Bundle(SendMessageType.UnidentifiedSender, (1, 1001), (2, 1002)),
        };
        Assert.NotNull((await AnonymousAsync("SendStory", request)).Message<SendMessageResponse>().Success);
        Assert.True(Assert.Single(Mailbox(_recipient, 1)).Story);
        request.Destination = ServiceId.Aci(Guid.NewGuid()).ToMessage();
        Assert.NotNull((await AnonymousAsync("SendStory", request)).Message<SendMessageResponse>().Success);
    }

    [Fact]
    public async Task A_message_for_many_is_refused_while_there_are_no_groups_to_speak_for_its_sender()
    {
        var request = new SendMultiRecipientMessageRequest
        {
            Message = new MultiRecipientMessage { Timestamp = 77, Payload = Payload },
            GroupSendToken = Payload,
        };
        var reply = await AnonymousAsync("SendMultiRecipientMessage", request);
        Assert.NotNull(reply.Message<SendMultiRecipientMessageResponse>().FailedUnidentifiedAuthorization);
        var story = new SendMultiRecipientStoryRequest { Message = request.Message };
        Assert.Equal(GrpcCode.InvalidArgument, (await AnonymousAsync("SendMultiRecipientStory", story)).Code);
    }

    [Fact]
    public async Task What_is_no_message_is_an_invalid_argument()
    {
        IndividualRecipientMessageBundle Good() => Bundle(SendMessageType.DoubleRatchet, (1, 1001), (2, 1002));
        var early = Good();
        early.Timestamp = 0;
        var late = Good();
        late.Timestamp = 8_640_000_000_000_001;
        var empty = Good();
        empty.Messages[1].Payload = ByteString.Empty;
        var large = Good();
        large.Messages[1].Payload = ByteString.CopyFrom(new byte[(96 * 1024) + 1]);
        IndividualRecipientMessageBundle?[] wrong =
        [
            null, new() { Timestamp = 77 }, early, late, empty, large,
            Bundle(SendMessageType.Unspecified, (1, 1001), (2, 1002)), Bundle(SendMessageType.UnidentifiedSender, (1, 1001), (2, 1002)),
            Bundle(SendMessageType.DoubleRatchet, (1, 1001), (2, 1002), (128, 1)),
            Bundle(SendMessageType.DoubleRatchet, (1, 1001), (2, 0x4000)),
        ];
        foreach (var bundle in wrong)
        {
            Assert.Equal(GrpcCode.InvalidArgument, (await SendAsync(To(_recipient.Id, bundle))).Code);
        }

        Assert.Equal(GrpcCode.InvalidArgument, (await SendAsync(new SendAuthenticatedSenderMessageRequest { Messages = Good() })).Code);
        Assert.Empty(Mailbox(_recipient, 1));
    }

    private static IndividualRecipientMessageBundle Bundle(SendMessageType type, params (uint Device, uint RegistrationId)[] devices)
    {
        var bundle = new IndividualRecipientMessageBundle { Timestamp = 77 };
        foreach (var (device, registrationId) in devices)
        {
            bundle.Messages[device] = new() { RegistrationId = registrationId, Payload = Payload, Type = type };
        }

        return bundle;
    }

    private static SendAuthenticatedSenderMessageRequest To(ServiceId target, IndividualRecipientMessageBundle? bundle) =>
        new() { Destination = target.ToMessage(), Messages = bundle, Urgent = true };

    private static SendSealedSenderMessageRequest Sealed(ServiceId target) => new()
    {
        Destination = target.ToMessage(),
        Messages = Bundle(SendMessageType.UnidentifiedSender, (1, 1001), (2, 1002)),
    };

    private List<Envelope> Mailbox(TestAccount account, int device)
    {
        var letters = _server.Home.Mailboxes.Read(new MailboxKey(account.Account.Aci, device), 0);
        return [.. letters.Select(letter => Envelope.Parser.ParseFrom(letter.Envelope))];
    }

    private Task<GrpcReply> SendAsync(SendAuthenticatedSenderMessageRequest request) =>
        _client.CallAsync("/org.signal.chat.messages.Messages/SendMessage", request, _sender.Authorization());

    private async Task<SendMessageResponse> SealAsync(SendSealedSenderMessageRequest request) =>
        (await AnonymousAsync("SendSingleRecipientMessage", request)).Message<SendMessageResponse>();

    private Task<GrpcReply> AnonymousAsync(string method, IMessage request) =>
        _client.CallAsync("/org.signal.chat.messages.MessagesAnonymous/" + method, request);
}
