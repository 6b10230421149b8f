using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Server.Grpc;
using Fluister.ServerTests.Grpc;
using Fluister.Wire.Protos;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>Messages by gRPC to accounts of another home server, as by JSON.</summary>
public sealed class RemoteGrpcTests
{
    private static readonly ByteString Payload = ByteString.CopyFrom(1, 2, 3);

    [Fact(Timeout = 60_000)]
    public async Task They_come_and_what_is_wrong_is_told()
    {
        await using var pair = await ServerPair.StartAsync();
        var (from, to) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync(devices: 2));
        var (first, second) = (LetterChannel.Of(pair.There, to, 1), LetterChannel.Of(pair.There, to, 2));
        var client = new GrpcClient(await pair.Here.ListenAsync());
        Assert.Equal([3u], (await SendAsync(to.Id, (1, 1001), (2, 1002), (3, 1003))).MismatchedDevices.ExtraDevices);
        Assert.Equal([2u], (await SendAsync(to.Id, (1, 1001), (2, 7))).MismatchedDevices.StaleDevices);
        Assert.NotNull((await SendAsync(
            ServiceId.Aci(pair.There.Identity.Tag.Mint(RandomSource.System)), (1, 1001))).DestinationNotFound);
        Assert.NotNull((await SendAsync(to.Id, (1, 1001), (2, 1002))).Success);
        foreach (var envelope in new[] { await first.EnvelopeAsync(), await second.EnvelopeAsync() })
        {
            Assert.Equal((Envelope.Types.Type.Signal, Payload), (envelope.Type, envelope.Content));
            Assert.Equal(from.Account.Aci, new Guid(envelope.SourceServiceId.Span, bigEndian: true));
        }

        Assert.NotNull((await SealAsync(new byte[16])).FailedUnidentifiedAuthorization);
        Assert.NotNull((await SealAsync(TestAccount.AccessKey)).Success);
        Assert.Equal(Envelope.Types.Type.Sealed, (await first.EnvelopeAsync()).Type);
        pair.IsCut = true;
        var unknown = await pair.There.AddAccountAsync();
        var reply = await CallAsync(unknown.Id, (1, 1001));
        Assert.Equal((GrpcCode.Unavailable, true), (reply.Code, reply.RetryAfter is not null));

        async Task<SendMessageAuthenticatedSenderResponse> SendAsync(ServiceId target, params (uint, uint)[] devices) =>
            (await CallAsync(target, devices)).Message<SendMessageAuthenticatedSenderResponse>();

        Task<GrpcReply> CallAsync(ServiceId target, params (uint, uint)[] devices) => client.CallAsync(
            "/org.signal.chat.messages.Messages/SendMessage",
            new SendAuthenticatedSenderMessageRequest
            {
                Destination = target.ToMessage(),
                Messages = Bundle(SendMessageType.DoubleRatchet, devices),
                Urgent = true,
            },
            from.Authorization());

        async Task<SendMessageResponse> SealAsync(byte[] key)
        {
            var request = new SendSealedSenderMessageRequest
            {
                Destination = to.Id.ToMessage(),
                Messages = Bundle(SendMessageType.UnidentifiedSender, (1, 1001), (2, 1002)),
                UnidentifiedAccessKey = ByteString.CopyFrom(key),
            };
            return (await client.CallAsync("/org.signal.chat.messages.MessagesAnonymous/SendSingleRecipientMessage", request))
                .Message<SendMessageResponse>();
        }
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
}
