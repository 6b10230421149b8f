using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Kem;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>The second ciphertext comes; with all of it we decapsulate, and the epoch is over for us (EkSentCt1Received).</summary>
internal sealed class VectorSentCiphertext1Received(
    ulong epoch, BraidAuthenticator authenticator, byte[] privateKey, byte[] ciphertext1, ChunkDecoder ciphertext2)
    : BraidState(epoch, authenticator)
{
    protected override uint Field => 5;

    protected override byte[] Private => privateKey;

    public override (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random) =>
        (this, Say(BraidPayload.Acknowledgement), null);

    protected override (BraidState State, EpochSecret? Secret) ReceiveNow(in BraidMessage message)
    {
        if (message.Payload != BraidPayload.Ciphertext2)
        {
            return (this, null);
        }

        var receiving = ciphertext2.With(message.Chunk);
        return receiving.Decode() is { } whole
            ? Decapsulate(whole)
            : (new VectorSentCiphertext1Received(Epoch, Authenticator, privateKey, ciphertext1, receiving), null);
    }

    protected override void WriteKeys(ProtoWriter writer)
    {
        writer.Bytes(3, privateKey);
        writer.Bytes(4, ciphertext1);
    }

    protected override void WriteChunks(ProtoWriter writer) => Write(writer, 3, ciphertext2);

    private (BraidState State, EpochSecret? Secret) Decapsulate(ReadOnlySpan<byte> whole)
    {
        var second = whole[..IncrementalMlKem768.Ciphertext2Bytes];
        Span<byte> shared = stackalloc byte[32];
        IncrementalMlKem768.Decapsulate(privateKey, ciphertext1, second, shared);
        var secret = EpochSecret.Derive(Epoch, shared);
        CryptographicOperations.ZeroMemory(shared);

        // ML-KEM gives a secret for any ciphertext; this MAC tells whether it is the peer's.
        var ratcheted = Authenticator.With(Epoch, secret.Secret);
        Span<byte> mac = stackalloc byte[BraidAuthenticator.MacBytes];
        ratcheted.MacOfCiphertext(Epoch, ciphertext1, second, mac);
        return CryptographicOperations.FixedTimeEquals(mac, whole[IncrementalMlKem768.Ciphertext2Bytes..])
            ? (new NoHeaderReceived(Epoch + 1, ratcheted, new(HeaderChunks)), secret)
            : throw SpqrRefusal.Refused("its ciphertext is not authentic");
    }
}
