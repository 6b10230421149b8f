using Fluister.Client.Contents;
using Fluister.Client.Sending;
using Fluister.Protocol;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Padding;
using Fluister.SqlCipher;
using Fluister.Wire.Protos;
using Google.Protobuf;
using DecryptionErrorMessage = Fluister.Protocol.Messages.DecryptionErrorMessage;

namespace Fluister.Client.Receiving;

/// <summary>Gives one envelope its effect in the store, within a transaction: once, whatever is in it.</summary>
/// <remarks>Whatever is wrong with an envelope becomes an event, and the envelope is taken nevertheless, lest it come for ever. Only a
/// failure of the store goes further: then nothing of the transaction is kept, and the envelope comes again.</remarks>
internal sealed class EnvelopeTaker(
    ClientContext context, ContentHandler handler, Sender sender, EnvelopeDecryptor decryptor, SessionRepair repair)
{
    /// <summary>Whether a failure is the store's, and not the envelope's.</summary>
    public static bool IsOfStore(Exception failure) =>
        failure is CipherException or ClientException { Error: ClientError.Store } or OutOfMemoryException;

    /// <summary>Takes an envelope.</summary>
    /// <param name="envelope">As it came.</param>
    /// <param name="opened">What was read of it; null for a receipt of the server.</param>
    /// <param name="refusal">Why it could not be read.</param>
    /// <param name="taken">Is told what to tell, and how many sessions were begun.</param>
    public void Take(Envelope envelope, OpenedEnvelope? opened, EnvelopeException? refusal, TakenBatch taken)
    {
        if (envelope.ServerGuid.Length != 16)
        {
            taken.Events.Add(Refused(envelope, new EnvelopeException("It has no id of the server's.")));
            return;
        }

        if (!context.Store.Inbox.Take(new Guid(envelope.ServerGuid.Span, bigEndian: true)))
        {
            return;
        }

        try
        {
            if (refusal is not null)
            {
                taken.Events.Add(Refused(envelope, refusal));
            }
            else if (opened is null)
            {
                taken.Add(context.Store.Attempt(() => Delivered(envelope)));
            }
            else if (opened.Type == CiphertextMessageType.Plaintext)
            {
                var report = PlaintextContent.Parse(opened.Message.Span).Report();
                context.Store.Attempt(() => Answer(opened, report));
            }
            else
            {
                Read(opened, taken);
            }
        }
        catch (ProtocolException repeated) when (repeated.Error == ProtocolError.Duplicate && opened is not null)
        {
            var (by, device, timestamp) = (opened.Incoming.Sender, opened.Incoming.Device, opened.Incoming.Timestamp);
            taken.Events.Add(new EnvelopeRepeated(by, device, timestamp));
        }
        catch (Exception failure) when (!IsOfStore(failure))
        {
            taken.Events.Add(Refused(envelope, opened, failure));
        }
    }

    private static EnvelopeRefused Refused(Envelope envelope, EnvelopeException why) =>
        new(why.Sender, why.Device, (long)Math.Min(envelope.ClientTimestamp, long.MaxValue), why.Message);

    // What nobody foresaw is named by its kind alone: its message might hold anything.
    private static EnvelopeRefused Refused(Envelope envelope, OpenedEnvelope? opened, Exception failure) => new(
        opened?.Incoming.Sender,
        opened?.Incoming.Device ?? 0,
        (long)Math.Min(envelope.ClientTimestamp, long.MaxValue),
        failure is ProtocolException or ClientException or EnvelopeException ? failure.Message
            : failure is InvalidProtocolBufferException ? "Its content is malformed."
            : $"It cannot be handled ({failure.GetType().Name}).");

    // The server knows that a device has acknowledged, not that it could read: the send log is only pruned by what the device itself says.
    private ClientEvent? Delivered(Envelope envelope)
    {
        var by = EnvelopeOpener.Source(envelope);
        var timestamp = (long)Math.Min(envelope.ClientTimestamp, long.MaxValue);
        return handler.Delivered(by.Account, by.Device, timestamp, context.Clock.GetUtcNow());
    }

    private bool Answer(OpenedEnvelope opened, DecryptionErrorMessage report)
    {
        repair.Answer(opened.Sender, report);
        return true;
    }

    private void Read(OpenedEnvelope opened, TakenBatch taken)
    {
        var plaintext = Decrypt(opened, taken);
        var content = Content.Parser.ParseFrom(MessagePadding.Unpad(plaintext));
        if (opened.Incoming.Sender == context.Self.Aci)
        {
            sender.OwnDevicesChanged();
        }

        if (content.ContentCase == Content.ContentOneofCase.DecryptionErrorMessage)
        {
            var report = DecryptionErrorMessage.Parse(content.DecryptionErrorMessage.Span);
            context.Store.Attempt(() => Answer(opened, report));
        }
        else if (content.ContentCase != Content.ContentOneofCase.NullMessage || content.PniSignatureMessage is not null)
        {
            taken.Add(context.Store.Attempt(() => handler.Handle(opened.Incoming, content)));
        }
    }

    // The session goes on even where the content turns out to be of no use: its message was decrypted.
    private byte[] Decrypt(OpenedEnvelope opened, TakenBatch taken)
    {
        try
        {
            var (session, message) = decryptor.Decrypt(opened);
            taken.Add(context.Store.Attempt(() => decryptor.Keep(opened, session, message)));
            taken.Handshakes += message.PreKeysUsed is null ? 0 : 1;
            return message.Plaintext;
        }
        catch (ProtocolException failed) when (IsWorthAsking(failed.Error))
        {
            context.Store.Attempt(() =>
            {
                repair.Ask(opened);
                return true;
            });
            throw;
        }
        catch (Exception failed) when (failed is not ProtocolException && !IsOfStore(failed))
        {
            Forget();
            throw;
        }
    }

    // A duplicate was read before; to who claims another identity key in our own account nothing is said.
    private static bool IsWorthAsking(ProtocolError error) => error is not (ProtocolError.Duplicate or ProtocolError.UntrustedIdentity);

    // It is not known how far a session got: what is in memory of it is not used any more.
    private void Forget()
    {
        try
        {
            context.Store.Attempt<bool>(() => throw new EnvelopeException("Taken back."));
        }
        catch (EnvelopeException)
        {
            // As meant.
        }
    }
}
