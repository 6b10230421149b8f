using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Ratchets.Spqr.Chains;

/// <summary>The bounds of a session's chains as its record states them (ChainParams); zero stands for the usual value.</summary>
/// <param name="StatedJumps">Most keys that one message may skip; 0 for <see cref="Limits.ForwardJumps"/>.</param>
/// <param name="StatedKeys">How far behind the latest message a key is kept; 0 for <see cref="Limits.MessageKeys"/>.</param>
internal readonly record struct ChainLimits(uint StatedJumps, uint StatedKeys)
{
    private const uint JumpsField = 1;
    private const uint KeysField = 2;

    public uint Jumps => StatedJumps != 0 ? Math.Min(StatedJumps, Limits.SelfForwardJumps) : Limits.ForwardJumps;

    public uint Keys => StatedKeys != 0 ? StatedKeys : Limits.MessageKeys;

    /// <summary>Kept keys at which those out of reach are dropped: a tenth more than may be asked for, and one.</summary>
    public int Full => (int)((Keys * 11) / 10) + 1;

    /// <summary>What libsignal's record states for a session with another device of one's own. It has no bound then; ours is
    /// <see cref="Limits.SelfForwardJumps"/> whatever is stated, as an index can be forged and is used before any MAC is checked.</summary>
    public static ChainLimits Unlimited => new(uint.MaxValue, 0);

    public static ChainLimits Read(ReadOnlySpan<byte> bytes)
    {
        uint jumps = 0, keys = 0;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case JumpsField:
                    jumps = reader.UInt32();
                    break;
                case KeysField:
                    keys = reader.UInt32();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return keys <= Limits.MessageKeys ? new(jumps, keys) : throw SpqrRefusal.Malformed("a bound");
    }

    public void Write(ProtoWriter writer)
    {
        writer.NonZero(JumpsField, StatedJumps);
        writer.NonZero(KeysField, StatedKeys);
    }
}
