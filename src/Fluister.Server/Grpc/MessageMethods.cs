using System.Diagnostics;
using Fluister.Protocol.Addresses;
using Fluister.Server.Accounts;
using Fluister.Server.Challenges;
using Fluister.Server.Messages;
using Fluister.Server.Requests;
using Fluister.Wire.Protos;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Fluister.Server.Grpc;

/// <summary>Sending by gRPC: what becomes of a message is decided in <see cref="Dispatch"/>, as for JSON.</summary>
internal sealed class MessageMethods(Dispatch dispatch)
{
    // As the service bounds them (facts: messages.proto).
    private const ulong LatestTimestamp = 8_640_000_000_000_000;
    private const uint HighestRegistrationId = 0x3fff;

    private static FileDescriptor Contract => MessagesReflection.Descriptor;

    /// <summary>What can be called.</summary>
    public IEnumerable<GrpcMethod> Methods =>
    [
        GrpcMethod.Of<SendAuthenticatedSenderMessageRequest, SendMessageAuthenticatedSenderResponse>(
            Contract, "Messages/SendMessage", Access.Device, SendAsync),
        GrpcMethod.Of<SendSyncMessageRequest, SendMessageAuthenticatedSenderResponse>(
            Contract, "Messages/SendSyncMessage", Access.Device, SendSyncAsync),
        GrpcMethod.Of<SendSealedSenderMessageRequest, SendMessageResponse>(
            Contract, "MessagesAnonymous/SendSingleRecipientMessage", Access.Anonymous, SendSealedAsync),
        GrpcMethod.Of<SendStoryMessageRequest, SendMessageResponse>(
            Contract, "MessagesAnonymous/SendStory", Access.Anonymous, SendStoryAsync),
        GrpcMethod.Of<SendMultiRecipientMessageRequest, SendMultiRecipientMessageResponse>(
            Contract, "MessagesAnonymous/SendMultiRecipientMessage", Access.Anonymous, SendToMany),
        GrpcMethod.Of<SendMultiRecipientStoryRequest, SendMultiRecipientMessageResponse>(
            Contract, "MessagesAnonymous/SendMultiRecipientStory", Access.Anonymous, SendStoryToManyAsync),
    ];

    private static ulong Timestamp(ulong timestamp) =>
        timestamp is > 0 and <= LatestTimestamp ? timestamp : throw new RefusedException(422);

    private static List<DevicePart> Parts(IndividualRecipientMessageBundle? bundle, Func<SendMessageType, Envelope.Types.Type> type)
    {
        if (bundle is null || bundle.Messages.Count == 0)
        {
            throw new RefusedException(422);
        }

        return
        [
            .. bundle.Messages.Select(entry =>
                entry.Key is > 0 and <= Device.Most && entry.Value.RegistrationId <= HighestRegistrationId && !entry.Value.Payload.IsEmpty
                    ? new DevicePart((int)entry.Key, (int)entry.Value.RegistrationId, type(entry.Value.Type), entry.Value.Payload.Memory)
                    : throw new RefusedException(422)),
        ];
    }

    private static Envelope.Types.Type Plain(SendMessageType type) => type switch
    {
        SendMessageType.DoubleRatchet => Envelope.Types.Type.Signal,
        SendMessageType.PrekeyMessage => Envelope.Types.Type.PreKey,
        SendMessageType.PlaintextContent => Envelope.Types.Type.Plaintext,
        _ => throw new RefusedException(422),
    };

    private static Envelope.Types.Type Sealed(SendMessageType type) =>
        type == SendMessageType.UnidentifiedSender ? Envelope.Types.Type.Sealed : throw new RefusedException(422);

    private static MismatchedDevices Message(ServiceId account, DeviceMismatch devices) => new()
    {
        ServiceIdentifier = account.ToMessage(),
        MissingDevices = { devices.Missing.Select(id => (uint)id) },
        ExtraDevices = { devices.Extra.Select(id => (uint)id) },
        StaleDevices = { devices.Stale.Select(id => (uint)id) },
    };

    private static ChallengeRequired Message(Challenge challenge)
    {
        var message = new ChallengeRequired
        {
            Token = challenge.Token,
            RetryAfterSeconds = (ulong)Math.Ceiling(challenge.RetryAfter.TotalSeconds),
        };
        if (challenge.CanAnswer)
        {
            message.ChallengeOptions.Add(ChallengeRequired.Types.ChallengeType.Captcha);
        }

        return message;
    }

    private static SendMessageAuthenticatedSenderResponse Answer(ServiceId target, SendOutcome outcome) => outcome switch
    {
        SendOutcome.Sent => new() { Success = new Empty() },
        SendOutcome.Mismatched mismatched => new() { MismatchedDevices = Message(target, mismatched.Devices) },
        SendOutcome.Challenged challenged => new() { ChallengeRequired = Message(challenged.Challenge) },
        SendOutcome.NoSuchAccount => new() { DestinationNotFound = new NotFound() },
        _ => throw new UnreachableException(),
    };

    private static SendMessageResponse AnswerAnonymous(ServiceId target, SendOutcome outcome) => outcome switch
    {
        SendOutcome.Sent => new() { Success = new Empty() },
        SendOutcome.Mismatched mismatched => new() { MismatchedDevices = Message(target, mismatched.Devices) },
        SendOutcome.NoSuchAccount => new() { DestinationNotFound = new NotFound() },
        _ => new() { FailedUnidentifiedAuthorization = new FailedUnidentifiedAuthorization() },
    };

    private async ValueTask<SendMessageAuthenticatedSenderResponse> SendAsync(GrpcCall call, SendAuthenticatedSenderMessageRequest request)
    {
        var target = request.Destination.Id();
        if (target.Uuid == call.Device.Account.Aci || target.Uuid == call.Device.Account.Pni)
        {
            throw new RefusedException(422);
        }

        return Answer(target, await dispatch.SendAsync(new OutgoingMessage
        {
            Sender = call.Device,
            Origin = call.Origin,
            Target = target,
            Parts = Parts(request.Messages, Plain),
            Timestamp = Timestamp(request.Messages.Timestamp),
            IsEphemeral = request.Ephemeral,
            IsUrgent = request.Urgent,
        }).ConfigureAwait(false));
    }

    private async ValueTask<SendMessageAuthenticatedSenderResponse> SendSyncAsync(GrpcCall call, SendSyncMessageRequest request)
    {
        var target = ServiceId.Aci(call.Device.Account.Aci);
        return Answer(target, await dispatch.SendAsync(new OutgoingMessage
        {
            Sender = call.Device,
            Origin = call.Origin,
            Target = target,
            Parts = Parts(request.Messages, Plain),
            Timestamp = Timestamp(request.Messages.Timestamp),
            IsUrgent = request.Urgent,
        }).ConfigureAwait(false));
    }

    private async ValueTask<SendMessageResponse> SendSealedAsync(GrpcCall call, SendSealedSenderMessageRequest request)
    {
        var target = request.Destination.Id();
        var parts = Parts(request.Messages, Sealed);
        var timestamp = Timestamp(request.Messages.Timestamp);

        // To claim that an account is open to anybody is to show a key of zeros, which fits nothing else. What speaks for a group's member
        // is not known here yet, so that it opens nothing.
        ReadOnlyMemory<byte> key = request.AuthorizationCase switch
        {
            SendSealedSenderMessageRequest.AuthorizationOneofCase.UnidentifiedAccessKey => request.UnidentifiedAccessKey.Memory,
            SendSealedSenderMessageRequest.AuthorizationOneofCase.UnrestrictedAccess => new byte[UnidentifiedAccess.KeyBytes],
            SendSealedSenderMessageRequest.AuthorizationOneofCase.GroupSendToken => default,
            _ => throw new RefusedException(422),
        };
        return AnswerAnonymous(target, await dispatch.SendAsync(new OutgoingMessage
        {
            AccessKey = key,
            Origin = call.Origin,
            Target = target,
            Parts = parts,
            Timestamp = timestamp,
            IsEphemeral = request.Ephemeral,
            IsUrgent = request.Urgent,
        }).ConfigureAwait(false));
    }

    private async ValueTask<SendMessageResponse> SendStoryAsync(GrpcCall call, SendStoryMessageRequest request)
    {
        var target = request.Destination.Id();
        return AnswerAnonymous(target, await dispatch.SendAsync(new OutgoingMessage
        {
            Origin = call.Origin,
            Target = target,
            Parts = Parts(request.Messages, Sealed),
            Timestamp = Timestamp(request.Messages.Timestamp),
            IsUrgent = request.Urgent,
            IsStory = true,
        }).ConfigureAwait(false));
    }

    // Without groups there is no token that could speak for the sender.
    private SendMultiRecipientMessageResponse SendToMany(GrpcCall call, SendMultiRecipientMessageRequest request) =>
        request.Message is null || request.GroupSendToken.IsEmpty
            ? throw new RefusedException(422)
            : new SendMultiRecipientMessageResponse { FailedUnidentifiedAuthorization = new FailedUnidentifiedAuthorization() };

    private async ValueTask<SendMultiRecipientMessageResponse> SendStoryToManyAsync(GrpcCall call, SendMultiRecipientStoryRequest request)
    {
        var message = request.Message ?? throw new RefusedException(422);
        var outcome = await dispatch.SendToManyAsync(new MessageForMany
        {
            Body = message.Payload.Memory,
            Origin = call.Origin,
            Timestamp = Timestamp(message.Timestamp),
            IsUrgent = request.Urgent,
            IsStory = true,
        }).ConfigureAwait(false);
        return outcome switch
        {
            ManyOutcome.Sent sent => new()
            {
                Success = new() { UnresolvedRecipients = { sent.Unresolved.Select(id => id.ToMessage()) } },
            },
            ManyOutcome.Mismatched mismatched => new()
            {
                MismatchedDevices = new()
                {
                    MismatchedDevices = { mismatched.Accounts.Select(account => Message(account.Key, account.Value)) },
                },
            },
            _ => new() { FailedUnidentifiedAuthorization = new FailedUnidentifiedAuthorization() },
        };
    }
}
