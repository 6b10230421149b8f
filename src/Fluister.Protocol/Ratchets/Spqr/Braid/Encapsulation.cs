using Fluister.Cryptography.Kem;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>The first half of an encapsulation, while the vector of the peer's key is not all there.</summary>
/// <param name="Rest">What the second half needs; secret.</param>
/// <param name="Ciphertext1">The first part of the ciphertext.</param>
internal sealed record Encapsulation(byte[] Rest, byte[] Ciphertext1)
{
    /// <summary>The second half, for a vector that was checked.</summary>
    public Ciphertext2Sampled Complete(ulong epoch, BraidAuthenticator authenticator, ReadOnlySpan<byte> vector)
    {
        Span<byte> whole = stackalloc byte[IncrementalMlKem768.Ciphertext2Bytes + BraidAuthenticator.MacBytes];
        var ciphertext2 = whole[..IncrementalMlKem768.Ciphertext2Bytes];
        IncrementalMlKem768.Encapsulate2(vector, Rest, ciphertext2);
        authenticator.MacOfCiphertext(epoch, Ciphertext1, ciphertext2, whole[IncrementalMlKem768.Ciphertext2Bytes..]);
        return new(epoch, authenticator, new(whole));
    }

    /// <summary>Refuses a vector that is not the one which its header announced.</summary>
    /// <exception cref="ProtocolException">PostQuantumRatchet.</exception>
    public static void Check(ReadOnlySpan<byte> header, ReadOnlySpan<byte> vector)
    {
        if (!IncrementalMlKem768.Matches(header, vector))
        {
            throw SpqrRefusal.Refused("its key does not fit its header");
        }
    }
}
