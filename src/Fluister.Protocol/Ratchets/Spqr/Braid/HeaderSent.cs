using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>We send the vector of our key while the first ciphertext comes.</summary>
internal sealed class HeaderSent(
    ulong epoch, BraidAuthenticator authenticator, byte[] privateKey, ChunkEncoder vector, ChunkDecoder ciphertext1)
    : BraidState(epoch, authenticator)
{
    protected override uint Field => 3;

    protected override byte[] Private => privateKey;

    public override (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random)
    {
        var sending = vector.Next(out var chunk);
        return (new HeaderSent(Epoch, Authenticator, privateKey, sending, ciphertext1), Say(BraidPayload.Vector, chunk), null);
    }

    protected override (BraidState State, EpochSecret? Secret) ReceiveNow(in BraidMessage message)
    {
        if (message.Payload != BraidPayload.Ciphertext1)
        {
            return (this, null);
        }

        var receiving = ciphertext1.With(message.Chunk);
        return receiving.Decode() is { } whole
            ? (new Ciphertext1Received(Epoch, Authenticator, privateKey, whole, vector), null)
            : (new HeaderSent(Epoch, Authenticator, privateKey, vector, receiving), null);
    }

    protected override void WriteKeys(ProtoWriter writer) => writer.Bytes(3, privateKey);

    protected override void WriteChunks(ProtoWriter writer)
    {
        Write(writer, 2, vector);
        Write(writer, 3, ciphertext1);
    }
}
