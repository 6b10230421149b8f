using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>We have the first ciphertext, say so, and send the vector of our key until the second ciphertext begins to come.</summary>
internal sealed class Ciphertext1Received(
    ulong epoch, BraidAuthenticator authenticator, byte[] privateKey, byte[] ciphertext1, ChunkEncoder vector)
    : BraidState(epoch, authenticator)
{
    protected override uint Field => 4;

    protected override byte[] Private => privateKey;

    public override (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random)
    {
        var sending = vector.Next(out var chunk);
        return (
            new Ciphertext1Received(Epoch, Authenticator, privateKey, ciphertext1, sending),
            Say(BraidPayload.VectorAndAcknowledgement, chunk),
            null);
    }

    protected override (BraidState State, EpochSecret? Secret) ReceiveNow(in BraidMessage message)
    {
        if (message.Payload != BraidPayload.Ciphertext2)
        {
            return (this, null);
        }

        var receiving = new ChunkDecoder(Ciphertext2Chunks).With(message.Chunk);
        return (new VectorSentCiphertext1Received(Epoch, Authenticator, privateKey, ciphertext1, receiving), null);
    }

    protected override void WriteKeys(ProtoWriter writer)
    {
        writer.Bytes(3, privateKey);
        writer.Bytes(4, ciphertext1);
    }

    protected override void WriteChunks(ProtoWriter writer) => Write(writer, 2, vector);
}
