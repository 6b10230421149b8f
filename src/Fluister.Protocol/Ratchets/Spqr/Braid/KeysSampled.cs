using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>We send the header of our key until a first ciphertext begins to come, which the peer can make from the header alone.</summary>
internal sealed class KeysSampled(ulong epoch, BraidAuthenticator authenticator, byte[] vector, byte[] privateKey, ChunkEncoder header)
    : BraidState(epoch, authenticator)
{
    protected override uint Field => 2;

    protected override byte[] Private => privateKey;

    public override (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random)
    {
        var sending = header.Next(out var chunk);
        return (new KeysSampled(Epoch, Authenticator, vector, privateKey, sending), Say(BraidPayload.Header, chunk), null);
    }

    protected override (BraidState State, EpochSecret? Secret) ReceiveNow(in BraidMessage message) =>
        message.Payload == BraidPayload.Ciphertext1
            ? (new HeaderSent(Epoch, Authenticator, privateKey, new(vector), new ChunkDecoder(Ciphertext1Chunks).With(message.Chunk)), null)
            : (this, null);

    protected override void WriteKeys(ProtoWriter writer)
    {
        writer.Bytes(3, vector);
        writer.Bytes(4, privateKey);
    }

    protected override void WriteChunks(ProtoWriter writer) => Write(writer, 2, header);
}
