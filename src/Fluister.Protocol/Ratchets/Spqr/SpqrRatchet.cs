using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Ratchets.Spqr.Braid;
using Fluister.Protocol.Ratchets.Spqr.Chains;

namespace Fluister.Protocol.Ratchets.Spqr;

/// <summary>The sparse post-quantum ratchet of one session (Signal, "The ML-KEM Braid Protocol" and
/// "The Double Ratchet Algorithm", revision 3, section 5), version 1.</summary>
/// <remarks>
/// <para>A step changes nothing until it is committed: the caller checks the message's MAC in between.</para>
/// <para>The ratchet has two halves: the braid agrees on one secret after the other, in chunks that ride on messages; the chain
/// makes message keys of them.</para>
/// </remarks>
internal sealed class SpqrRatchet : IDisposable
{
    private SpqrState? _state;

    private SpqrRatchet(SpqrState state) => _state = state;

    private SpqrState State => _state ?? throw new ObjectDisposedException(nameof(SpqrRatchet));

    /// <summary>The state at the beginning of a session.</summary>
    /// <param name="initiator">Whether this side made the handshake's first message.</param>
    /// <param name="key">The 32 bytes that the handshake gave.</param>
    /// <param name="unlimitedJumps">For a session with oneself.</param>
    public static SpqrRatchet Begin(bool initiator, ReadOnlySpan<byte> key, bool unlimitedJumps)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, SpqrChain.KeyBytes);
        var opening = new SpqrOpening(initiator, key.ToArray(), Version: 1, unlimitedJumps ? ChainLimits.Unlimited : default);
        return new(new(opening, null, BraidState.Begin(initiator, key)));
    }

    /// <summary>Reads a state as libsignal's session records hold it (PqRatchetState, field 15).</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static SpqrRatchet Read(ReadOnlySpan<byte> state) => new(SpqrState.Read(state));

    /// <summary>Writes the state; the caller clears it.</summary>
    public byte[] Write()
    {
        using var writer = new ProtoWriter(8 * 1024);
        State.Write(writer);
        return writer.ToArray();
    }

    /// <summary>What goes with the next message to the peer, and the key that is mixed into that message's keys.</summary>
    public SpqrStep Send(RandomSource random)
    {
        var state = State;
        var (braid, message, secret) = state.Braid.Send(random);
        var chain = With(state.BegunChain, secret);
        var key = new byte[SpqrChain.KeyBytes];
        chain = chain.Send(message.Epoch - 1, out var index, key);
        return new(this, state, new(state.Opening, chain, braid), message.Write(index), key);
    }

    /// <summary>Takes what came with a message of the peer.</summary>
    /// <exception cref="ProtocolException">Malformed, PostQuantumMissing, UnknownVersion, PostQuantumRatchet, or, of the message's
    /// key, Duplicate, KeyDropped or TooFarAhead.</exception>
    public SpqrStep Receive(ReadOnlySpan<byte> message)
    {
        var said = BraidMessage.Read(message, out var index);
        var state = State;
        var (braid, secret) = state.Braid.Receive(said);
        var chain = With(state.BegunChain, secret);
        var key = new byte[SpqrChain.KeyBytes];
        chain = chain.Receive(said.Epoch - 1, index, key);
        return new(this, state, new(null, chain, braid), [], key);
    }

    /// <summary>Takes a step from the state that it was made for.</summary>
    internal void Take(SpqrState from, SpqrState to)
    {
        if (!ReferenceEquals(_state, from))
        {
            throw new InvalidOperationException("Another step was taken since this one was made.");
        }

        _state = to;
        from.ClearAllBut(to);
    }

    /// <summary>Clears the whole state.</summary>
    public void Dispose()
    {
        _state?.ClearAllBut(null);
        _state = null;
    }

    private static SpqrChain With(SpqrChain chain, EpochSecret? secret)
    {
        if (secret is null)
        {
            return chain;
        }

        var next = chain.With(secret);
        secret.Clear();
        return next;
    }
}
