using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SealedSender;
using Fluister.Wire.Protos;

namespace Fluister.Client.Receiving;

/// <summary>Reads the outside of envelopes, and takes seals off: everything that needs no store, so that several threads may.</summary>
internal sealed class EnvelopeOpener(ClientContext context)
{
    private readonly CertificateCheck _certificates = new(context);

    /// <summary>Opens an envelope of a device, of whichever type.</summary>
    /// <exception cref="EnvelopeException">It is not what it should be, or its sender is not certain.</exception>
    public OpenedEnvelope Open(Envelope envelope)
    {
        var destination = Destination(envelope);
        try
        {
            return envelope.Type switch
            {
                Envelope.Types.Type.Signal => Plain(envelope, destination, CiphertextMessageType.Signal),
                Envelope.Types.Type.PreKey => Plain(envelope, destination, CiphertextMessageType.PreKey),
                Envelope.Types.Type.Plaintext => Plain(envelope, destination, CiphertextMessageType.Plaintext),
                Envelope.Types.Type.Sealed => Unseal(envelope, destination),
                _ => throw new EnvelopeException("It is of an unknown type."),
            };
        }
        catch (ProtocolException refused)
        {
            throw new EnvelopeException(refused.Message, refused)
            {
                IsOfUnknownRoot = refused.Error == ProtocolError.UntrustedCertificate,
            };
        }
    }

    /// <summary>The device of a receipt that the server makes.</summary>
    /// <exception cref="EnvelopeException">It names none.</exception>
    public static ProtocolAddress Source(Envelope envelope) =>
        ServiceId.TryRead(envelope.SourceServiceId.Span, out var source)
        && envelope.SourceDevice is >= 1 and <= ProtocolAddress.MaximumDevice
            ? new ProtocolAddress(source, (int)envelope.SourceDevice)
            : throw new EnvelopeException("It does not say which device it comes from.");

    private OpenedEnvelope Plain(Envelope envelope, ServiceIdKind destination, CiphertextMessageType type)
    {
        var source = Source(envelope);
        if (source.Account.Kind != ServiceIdKind.Aci)
        {
            throw new EnvelopeException("It comes from a number's id, from which nobody sends.");
        }

        return Opened(envelope, source, destination, type, envelope.Content.Memory, ContentHint.Default, isSealed: false);
    }

    private OpenedEnvelope Unseal(Envelope envelope, ServiceIdKind destination)
    {
        if (destination != ServiceIdKind.Aci)
        {
            throw new EnvelopeException("It is sealed, and for the number's id, to which nothing is sealed.");
        }

        var content = SealedSenderCipher.Open(envelope.Content.Span, context.Self.AciIdentity);
        var certificate = content.Sender;
        _certificates.Validate(certificate, Time(envelope.ServerTimestamp));
        return Opened(
            envelope, certificate.Sender, destination, content.Type, content.MessageBytes.ToArray(), content.Hint, isSealed: true);
    }

    private OpenedEnvelope Opened(
        Envelope envelope, ProtocolAddress sender, ServiceIdKind destination, CiphertextMessageType type, ReadOnlyMemory<byte> message,
        ContentHint hint, bool isSealed)
    {
        if (sender.Account == context.Self.Aci && (sender.Device == context.Self.Device || destination != ServiceIdKind.Aci))
        {
            throw new EnvelopeException("It claims to come from this very device.") { Sender = sender.Account, Device = sender.Device };
        }

        var incoming = new Incoming
        {
            Sender = sender.Account,
            Device = sender.Device,
            Destination = destination,
            Timestamp = Milliseconds(envelope.ClientTimestamp),
            ServerTimestamp = Milliseconds(envelope.ServerTimestamp),
            ReceivedAt = context.Clock.GetUtcNow(),
            ServerGuid = new Guid(envelope.ServerGuid.Span, bigEndian: true),
            IsSealed = isSealed,
            ReportToken = envelope.ReportSpamToken.Memory,
            IsStory = envelope.Story,
        };
        return new OpenedEnvelope(incoming, type, message, hint);
    }

    private ServiceIdKind Destination(Envelope envelope)
    {
        if (ServiceId.TryRead(envelope.DestinationServiceId.Span, out var destination))
        {
            if (destination == context.Self.Aci)
            {
                return ServiceIdKind.Aci;
            }

            if (destination == context.Self.Pni && context.Self.PniIdentity is not null)
            {
                return ServiceIdKind.Pni;
            }
        }

        throw new EnvelopeException("It is for another account.");
    }

    private static DateTimeOffset Time(ulong milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(Milliseconds(milliseconds), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    private static long Milliseconds(ulong milliseconds) => (long)Math.Min(milliseconds, long.MaxValue);
}
