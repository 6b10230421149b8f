using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>The peer has the first ciphertext; the rest of its key's vector comes.</summary>
internal sealed class Ciphertext1Acknowledged(
    ulong epoch, BraidAuthenticator authenticator, byte[] header, Encapsulation encapsulation, ChunkDecoder vector)
    : BraidState(epoch, authenticator)
{
    public override bool HasSecret => true;

    protected override uint Field => 10;

    protected override byte[] Private => encapsulation.Rest;

    public override (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random) =>
        (this, Say(BraidPayload.None), null);

    protected override (BraidState State, EpochSecret? Secret) ReceiveNow(in BraidMessage message)
    {
        // A chunk without the acknowledgement may still come, sent before it.
        if (message.Payload is not (BraidPayload.Vector or BraidPayload.VectorAndAcknowledgement))
        {
            return (this, null);
        }

        var receiving = vector.With(message.Chunk);
        if (receiving.Decode() is not { } whole)
        {
            return (new Ciphertext1Acknowledged(Epoch, Authenticator, header, encapsulation, receiving), null);
        }

        Encapsulation.Check(header, whole);
        return (encapsulation.Complete(Epoch, Authenticator, whole), null);
    }

    protected override void WriteKeys(ProtoWriter writer)
    {
        writer.Bytes(3, header);
        writer.Bytes(4, encapsulation.Rest);
        writer.Bytes(5, encapsulation.Ciphertext1);
    }

    protected override void WriteChunks(ProtoWriter writer) => Write(writer, 2, vector);
}
