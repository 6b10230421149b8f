using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Kem;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>We have the header of the peer's key: with the next message we make the first ciphertext and have the secret.</summary>
internal sealed class HeaderReceived(ulong epoch, BraidAuthenticator authenticator, byte[] header, ChunkDecoder vector)
    : BraidState(epoch, authenticator)
{
    protected override uint Field => 7;

    public override (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random)
    {
        Span<byte> seed = stackalloc byte[32];
        Span<byte> shared = stackalloc byte[32];
        random.Fill(seed);
        var ciphertext1 = new byte[IncrementalMlKem768.Ciphertext1Bytes];
        var rest = new byte[IncrementalMlKem768.StateBytes];
        IncrementalMlKem768.Encapsulate1(header, seed, ciphertext1, rest, shared);
        var secret = EpochSecret.Derive(Epoch, shared);
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(shared);

        var sending = new ChunkEncoder(ciphertext1).Next(out var chunk);
        var ratcheted = Authenticator.With(Epoch, secret.Secret);
        return (
            new Ciphertext1Sampled(Epoch, ratcheted, header, new(rest, ciphertext1), sending, vector),
            Say(BraidPayload.Ciphertext1, chunk),
            secret);
    }

    protected override void WriteKeys(ProtoWriter writer) => writer.Bytes(3, header);

    protected override void WriteChunks(ProtoWriter writer) => Write(writer, 2, vector);
}
