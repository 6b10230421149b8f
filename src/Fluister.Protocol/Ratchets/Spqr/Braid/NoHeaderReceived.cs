using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Kem;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Chains;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>It is the peer's turn to make a key pair; its header comes.</summary>
internal sealed class NoHeaderReceived(ulong epoch, BraidAuthenticator authenticator, ChunkDecoder header)
    : BraidState(epoch, authenticator)
{
    protected override uint Field => 6;

    public override (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random) =>
        (this, Say(BraidPayload.None), null);

    protected override (BraidState State, EpochSecret? Secret) ReceiveNow(in BraidMessage message)
    {
        if (message.Payload != BraidPayload.Header)
        {
            return (this, null);
        }

        var receiving = header.With(message.Chunk);
        if (receiving.Decode() is not { } whole)
        {
            return (new NoHeaderReceived(Epoch, Authenticator, receiving), null);
        }

        Span<byte> mac = stackalloc byte[BraidAuthenticator.MacBytes];
        Authenticator.MacOfHeader(Epoch, whole.AsSpan(0, IncrementalMlKem768.HeaderBytes), mac);
        return CryptographicOperations.FixedTimeEquals(mac, whole.AsSpan(IncrementalMlKem768.HeaderBytes))
            ? (new HeaderReceived(Epoch, Authenticator, whole[..IncrementalMlKem768.HeaderBytes], new(VectorChunks)), null)
            : throw SpqrRefusal.Refused("its header is not authentic");
    }

    protected override void WriteChunks(ProtoWriter writer) => Write(writer, 2, header);
}
