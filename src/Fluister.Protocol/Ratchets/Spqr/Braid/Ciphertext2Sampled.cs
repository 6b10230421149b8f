using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>We send the second ciphertext until the peer is in the next epoch, where the key pair is ours to make.</summary>
internal sealed class Ciphertext2Sampled(ulong epoch, BraidAuthenticator authenticator, ChunkEncoder ciphertext2)
    : BraidState(epoch, authenticator)
{
    public override bool HasSecret => true;

    protected override uint Field => 11;

    public override (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random)
    {
        var sending = ciphertext2.Next(out var chunk);
        return (new Ciphertext2Sampled(Epoch, Authenticator, sending), Say(BraidPayload.Ciphertext2, chunk), null);
    }

    protected override BraidState ReceiveLater(in BraidMessage message) =>
        message.Epoch - 1 == Epoch ? new KeysUnsampled(message.Epoch, Authenticator) : base.ReceiveLater(message);

    protected override void WriteChunks(ProtoWriter writer) => Write(writer, 2, ciphertext2);
}
