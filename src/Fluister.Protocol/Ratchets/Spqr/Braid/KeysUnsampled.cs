using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Kem;
using Fluister.Protocol.Ratchets.Spqr.Chains;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>It is our turn to make a key pair: with the next message.</summary>
internal sealed class KeysUnsampled(ulong epoch, BraidAuthenticator authenticator) : BraidState(epoch, authenticator)
{
    protected override uint Field => 1;

    public override (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random)
    {
        Span<byte> seed = stackalloc byte[64];
        random.Fill(seed);
        var vector = new byte[IncrementalMlKem768.VectorBytes];
        var privateKey = new byte[IncrementalMlKem768.PrivateKeyBytes];
        Span<byte> header = stackalloc byte[IncrementalMlKem768.HeaderBytes + BraidAuthenticator.MacBytes];
        var mac = header[IncrementalMlKem768.HeaderBytes..];
        IncrementalMlKem768.GenerateKey(seed, header[..IncrementalMlKem768.HeaderBytes], vector, privateKey);
        CryptographicOperations.ZeroMemory(seed);
        Authenticator.MacOfHeader(Epoch, header[..IncrementalMlKem768.HeaderBytes], mac);
        var sending = new Erasure.ChunkEncoder(header).Next(out var chunk);
        return (new KeysSampled(Epoch, Authenticator, vector, privateKey, sending), Say(BraidPayload.Header, chunk), null);
    }
}
