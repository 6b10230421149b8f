using Fluister.Protocol.Ratchets.Spqr;
using Fluister.Protocol.Ratchets.Spqr.Braid;

namespace Fluister.Tests.Protocol.Spqr;

/// <summary>Both ends of one ratchet, Alice (0) who began and Bob (1); every key is compared where a message arrives.</summary>
internal sealed class SpqrPair
{
    private readonly SpqrRatchet[] _ratchets;
    private readonly ulong[] _epochs = [1, 1];

    public SpqrPair(int seed)
    {
        Random = new(seed);
        var key = Random.Bytes(32);
        _ratchets = [SpqrRatchet.Begin(initiator: true, key, false), SpqrRatchet.Begin(initiator: false, key, false)];
    }

    public SeededRandom Random { get; }

    public SpqrRatchet this[int side] => _ratchets[side];

    /// <summary>The epoch of a side's latest message.</summary>
    public ulong Epoch(int side) => _epochs[side];

    public Sent Send(int side)
    {
        using var step = _ratchets[side].Send(Random);
        var sent = new Sent(step.Message.ToArray(), step.Key.ToArray());
        step.Commit();
        _epochs[side] = BraidMessage.Read(sent.Bytes, out _).Epoch;
        return sent;
    }

    public void Receive(int side, Sent message)
    {
        using var step = _ratchets[side].Receive(message.Bytes);
        Assert.True(step.Message.IsEmpty);
        Assert.True(step.Key.SequenceEqual(message.Key), $"{Random}: another key");
        step.Commit();
    }

    /// <summary>Writes a side, reads it, and goes on with what was read.</summary>
    public byte[] Again(int side)
    {
        var bytes = _ratchets[side].Write();
        _ratchets[side] = SpqrRatchet.Read(bytes);
        Assert.Equal(bytes, _ratchets[side].Write());
        return bytes;
    }

    internal readonly record struct Sent(byte[] Bytes, byte[] Key);
}
