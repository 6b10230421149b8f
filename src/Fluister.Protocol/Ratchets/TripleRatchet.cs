using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Handshake;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Ratchets.Spqr;

namespace Fluister.Protocol.Ratchets;

/// <summary>The double and the post-quantum ratchet side by side: a message's keys need both (Double Ratchet, section 5, Triple
/// Ratchet).</summary>
/// <remarks>Owns cipher and MAC of messages. Leaves to the layer above: which session a message is for, trust, and pre-keys.</remarks>
/// <param name="elliptic">The double ratchet.</param>
/// <param name="postQuantum">The post-quantum ratchet; none in sessions older than it.</param>
internal sealed class TripleRatchet(DoubleRatchet elliptic, SpqrRatchet? postQuantum) : IDisposable
{
    public DoubleRatchet Double => elliptic;

    public SpqrRatchet? PostQuantum => postQuantum;

    /// <summary>The side that began the session.</summary>
    public static TripleRatchet BeginAsInitiator(HandshakeSecret secret, PublicKey theirs, bool withOneself, RandomSource random) => new(
        DoubleRatchet.BeginAsInitiator(secret.Root, secret.Chain, theirs, random),
        SpqrRatchet.Begin(initiator: true, secret.PostQuantum, withOneself));

    /// <summary>The other side.</summary>
    public static TripleRatchet BeginAsRecipient(HandshakeSecret secret, KeyPair ours, bool withOneself) => new(
        DoubleRatchet.BeginAsRecipient(secret.Root, secret.Chain, ours),
        SpqrRatchet.Begin(initiator: false, secret.PostQuantum, withOneself));

    /// <summary>Encrypts and goes on; where it throws, nothing has changed.</summary>
    public SignalMessage Encrypt(
        byte version,
        IdentityKey ours,
        IdentityKey theirs,
        (ProtocolAddress From, ProtocolAddress To)? addresses,
        ReadOnlySpan<byte> plaintext,
        RandomSource random)
    {
        using var step = postQuantum?.Send(random);
        Span<byte> seed = stackalloc byte[SkippedKey.SeedBytes];
        Span<byte> memory = stackalloc byte[MessageKeys.Bytes];
        try
        {
            elliptic.SenderSeed(seed);
            var keys = MessageKeys.Derive(seed, step is null ? default : step.Key, memory);
            var parts = new SignalMessage.Parts
            {
                Version = version,
                RatchetKey = elliptic.SenderRatchetKey,
                Counter = elliptic.SenderIndex,
                PreviousCounter = elliptic.PreviousCounter,
                Body = keys.Encrypt(plaintext),
                PostQuantum = step is null ? default : step.Message,
                Addresses = addresses,
            };
            var message = SignalMessage.Create(parts, ours, theirs, keys.Mac);
            elliptic.Advance();
            step?.Commit();
            return message;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
            CryptographicOperations.ZeroMemory(memory);
        }
    }

    /// <summary>Decrypts a message. Nothing changes before the result is committed.</summary>
    /// <param name="message">The message.</param>
    /// <param name="ours">Our identity key.</param>
    /// <param name="theirs">The peer's identity key.</param>
    /// <param name="from">The peer.</param>
    /// <param name="to">This device.</param>
    /// <param name="farthest">How far ahead of its chain the message may be.</param>
    /// <exception cref="ProtocolException">Not authentic, a duplicate, too far ahead, badly padded, or refused by the post-quantum
    /// ratchet.</exception>
    public Step Decrypt(
        SignalMessage message, IdentityKey ours, IdentityKey theirs, ProtocolAddress from, ProtocolAddress to, uint farthest)
    {
        var doubleStep = elliptic.Receive(message.RatchetKey, message.Counter, farthest);
        SpqrStep? spqrStep = null;
        Span<byte> memory = stackalloc byte[MessageKeys.Bytes];
        try
        {
            spqrStep = Receive(message.PostQuantum);
            var keys = MessageKeys.Of(doubleStep.Key, spqrStep is null ? default : spqrStep.Key, memory);
            if (!message.IsAuthentic(theirs, ours, keys.Mac, from, to))
            {
                throw new ProtocolException(ProtocolError.NotAuthentic, "The MAC of a message does not fit.");
            }

            return new Step(keys.Decrypt(message.Body), doubleStep, spqrStep);
        }
        catch
        {
            doubleStep.Dispose();
            spqrStep?.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(memory);
        }
    }

    /// <summary>Clears the keys.</summary>
    public void Dispose()
    {
        elliptic.Dispose();
        postQuantum?.Dispose();
    }

    // Only the double ratchet says of a message that it came before. Here it may as well be a message of another session.
    private SpqrStep? Receive(ReadOnlySpan<byte> message)
    {
        try
        {
            return postQuantum?.Receive(message);
        }
        catch (ProtocolException refused) when (refused.Error == ProtocolError.Duplicate)
        {
            throw new ProtocolException(ProtocolError.PostQuantumRatchet, refused.Message);
        }
    }

    /// <summary>A decrypted message, and the step to it.</summary>
    internal sealed class Step(byte[] plaintext, DoubleRatchet.Step elliptic, SpqrStep? postQuantum) : IDisposable
    {
        public byte[] Plaintext => plaintext;

        /// <summary>Takes the step in both ratchets. Where it throws, for want of random bytes, nothing has changed.</summary>
        public void Commit(RandomSource random)
        {
            elliptic.Commit(random);
            postQuantum?.Commit();
        }

        /// <summary>Clears what was worked out.</summary>
        public void Dispose()
        {
            elliptic.Dispose();
            postQuantum?.Dispose();
        }
    }
}
