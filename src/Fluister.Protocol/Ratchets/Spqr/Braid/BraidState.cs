using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Kem;
using Fluister.Protocol.Ratchets.Spqr.Chains;
using Fluister.Protocol.Ratchets.Spqr.Erasure;

namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>One of the eleven states of the ML-KEM Braid (section 2). Never changed; a step gives another state.</summary>
/// <remarks>
/// <para>In each epoch one party makes a key pair and the other encapsulates for it, and the next epoch they change places:</para>
/// <para><see cref="KeysUnsampled"/>, <see cref="KeysSampled"/>, <see cref="HeaderSent"/>, <see cref="Ciphertext1Received"/>,
/// <see cref="VectorSentCiphertext1Received"/>, then as the other party;</para>
/// <para><see cref="NoHeaderReceived"/>, <see cref="HeaderReceived"/>, <see cref="Ciphertext1Sampled"/>, then
/// <see cref="VectorReceivedCiphertext1Sampled"/> or <see cref="Ciphertext1Acknowledged"/> or neither,
/// <see cref="Ciphertext2Sampled"/>, then as the first.</para>
/// </remarks>
internal abstract partial class BraidState(ulong epoch, BraidAuthenticator authenticator)
{
    protected const int HeaderChunks = (IncrementalMlKem768.HeaderBytes + BraidAuthenticator.MacBytes) / Chunk.Bytes;
    protected const int VectorChunks = IncrementalMlKem768.VectorBytes / Chunk.Bytes;
    protected const int Ciphertext1Chunks = IncrementalMlKem768.Ciphertext1Bytes / Chunk.Bytes;
    protected const int Ciphertext2Chunks = (IncrementalMlKem768.Ciphertext2Bytes + BraidAuthenticator.MacBytes) / Chunk.Bytes;

    /// <summary>The epoch that is being agreed on.</summary>
    public ulong Epoch { get; } = epoch;

    public BraidAuthenticator Authenticator { get; } = authenticator;

    /// <summary>Whether this party has the epoch's secret already.</summary>
    public virtual bool HasSecret => false;

    /// <summary>The decapsulation key or what encapsulation left behind, where the state has either.</summary>
    protected virtual byte[]? Private => null;

    /// <summary>The party that makes the first key pair begins: the initiator of the handshake.</summary>
    public static BraidState Begin(bool initiator, ReadOnlySpan<byte> secret)
    {
        var authenticator = BraidAuthenticator.Begin(secret);
        return initiator ? new KeysUnsampled(1, authenticator) : new NoHeaderReceived(1, authenticator, new(HeaderChunks));
    }

    /// <summary>What goes with the next message; the secret where this step gave it.</summary>
    public abstract (BraidState State, BraidMessage Message, EpochSecret? Secret) Send(RandomSource random);

    /// <summary>Takes what came with a message; of an epoch that is over nothing is needed any more.</summary>
    /// <exception cref="ProtocolException">PostQuantumRatchet: an epoch to come, or parts that are not authentic.</exception>
    public (BraidState State, EpochSecret? Secret) Receive(in BraidMessage message) =>
        message.Epoch == Epoch ? ReceiveNow(message) : message.Epoch < Epoch ? (this, null) : (ReceiveLater(message), null);

    /// <summary>Clears the keys that another state does not hold.</summary>
    public void ClearAllBut(BraidState? other)
    {
        if (!ReferenceEquals(Private, other?.Private))
        {
            CryptographicOperations.ZeroMemory(Private);
        }

        if (!ReferenceEquals(Authenticator, other?.Authenticator))
        {
            Authenticator.Clear();
        }
    }

    /// <summary>Takes a message of the epoch that is being agreed on; most payloads mean nothing in most states.</summary>
    protected virtual (BraidState State, EpochSecret? Secret) ReceiveNow(in BraidMessage message) => (this, null);

    /// <summary>Takes a message of a later epoch.</summary>
    protected virtual BraidState ReceiveLater(in BraidMessage message) => throw SpqrRefusal.Refused("its epoch is not there yet");

    protected BraidMessage Say(BraidPayload payload, Chunk chunk = default) => new(Epoch, payload, chunk);
}
