using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>We have the vector of the peer's key and send the first ciphertext until the peer has it (EkReceivedCt1Sampled).</summary>
internal sealed class VectorReceivedCiphertext1Sampled(
    ulong epoch, BraidAuthenticator authenticator, Encapsulation encapsulation, byte[] vector, ChunkEncoder ciphertext1)
    : BraidState(epoch, authenticator)
{
    public override bool HasSecret => true;

    protected override uint Field => 9;

    protected override byte[] Private => encapsulation.Rest;

    public override (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random)
    {
        var sending = ciphertext1.Next(out var chunk);
        return (
            new VectorReceivedCiphertext1Sampled(Epoch, Authenticator, encapsulation, vector, sending),
            Say(BraidPayload.Ciphertext1, chunk),
            null);
    }

    protected override (BraidState State, EpochSecret? Secret) ReceiveNow(in BraidMessage message) =>
        message.Payload is BraidPayload.Acknowledgement or BraidPayload.VectorAndAcknowledgement
            ? (encapsulation.Complete(Epoch, Authenticator, vector), null)
            : (this, null);

    protected override void WriteKeys(ProtoWriter writer)
    {
        writer.Bytes(3, encapsulation.Rest);
        writer.Bytes(4, vector);
        writer.Bytes(5, encapsulation.Ciphertext1);
    }

    protected override void WriteChunks(ProtoWriter writer) => Write(writer, 2, ciphertext1);
}
