using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>We send the first ciphertext while the vector of the peer's key comes.</summary>
internal sealed class Ciphertext1Sampled(
    ulong epoch,
    BraidAuthenticator authenticator,
    byte[] header,
    Encapsulation encapsulation,
    ChunkEncoder ciphertext1,
    ChunkDecoder vector)
    : BraidState(epoch, authenticator)
{
    public override bool HasSecret => true;

    protected override uint Field => 8;

    protected override byte[] Private => encapsulation.Rest;

    public override (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random)
    {
        var sending = ciphertext1.Next(out var chunk);
        return (With(sending, vector), Say(BraidPayload.Ciphertext1, chunk), null);
    }

    protected override (BraidState State, EpochSecret? Secret) ReceiveNow(in BraidMessage message)
    {
        if (message.Payload is not (BraidPayload.Vector or BraidPayload.VectorAndAcknowledgement))
        {
            return (this, null);
        }

        var acknowledged = message.Payload == BraidPayload.VectorAndAcknowledgement;
        var receiving = vector.With(message.Chunk);
        if (receiving.Decode() is not { } whole)
        {
            return (acknowledged ? new Ciphertext1Acknowledged(Epoch, Authenticator, header, encapsulation, receiving)
                : With(ciphertext1, receiving), null);
        }

        Encapsulation.Check(header, whole);
        return (acknowledged ? encapsulation.Complete(Epoch, Authenticator, whole)
            : new VectorReceivedCiphertext1Sampled(Epoch, Authenticator, encapsulation, whole, ciphertext1), null);
    }

    protected override void WriteKeys(ProtoWriter writer)
    {
        writer.Bytes(3, header);
        writer.Bytes(4, encapsulation.Rest);
        writer.Bytes(5, encapsulation.Ciphertext1);
    }

    protected override void WriteChunks(ProtoWriter writer)
    {
        Write(writer, 2, ciphertext1);
        Write(writer, 3, vector);
    }

    private Ciphertext1Sampled With(ChunkEncoder sending, ChunkDecoder receiving) =>
        new(Epoch, Authenticator, header, encapsulation, sending, receiving);
}
