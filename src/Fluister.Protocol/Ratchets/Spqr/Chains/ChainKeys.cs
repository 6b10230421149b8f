using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Protocol.Encoding;

namespace Fluister.Protocol.Ratchets.Spqr.Chains;

/// <summary>The keys of one direction in one epoch: where it stands, what the next key comes from, and the keys skipped.</summary>
internal sealed class ChainKeys
{
    private const uint CounterField = 1;
    private const uint NextField = 2;
    private const uint SkippedField = 3;

    private readonly byte[] _next;

    private ChainKeys(uint counter, byte[] next, KeyHistory skipped) => (Counter, _next, Skipped) = (counter, next, skipped);

    public ChainKeys(ReadOnlySpan<byte> next)
        : this(0, next.ToArray(), KeyHistory.Empty)
    {
    }

    /// <summary>Index of the latest key; the first message has 1.</summary>
    public uint Counter { get; }

    public KeyHistory Skipped { get; }

    /// <summary>Whether no further key can come: an epoch that was left for a later one.</summary>
    public bool Ended => _next.Length == 0;

    /// <summary>Without what further keys come from.</summary>
    public ChainKeys End() => Ended ? this : new(Counter, [], Skipped);

    /// <summary>The next key.</summary>
    /// <exception cref="ProtocolException">PostQuantumRatchet after 2^32 - 1 messages.</exception>
    public ChainKeys Advance(Span<byte> key)
    {
        if (Counter == uint.MaxValue || Ended)
        {
            throw SpqrRefusal.Refused("its chain has ended");
        }

        var next = new byte[SpqrChain.KeyBytes];
        Derive(_next, Counter + 1, next, key);
        return new(Counter + 1, next, Skipped);
    }

    /// <summary>The key of one message, which is given once only.</summary>
    /// <exception cref="ProtocolException">Duplicate, KeyDropped or TooFarAhead.</exception>
    public ChainKeys Take(uint index, ChainLimits limits, Span<byte> key)
    {
        if (index <= Counter)
        {
            return (ulong)index + limits.Keys < Counter
                ? throw new ProtocolException(ProtocolError.KeyDropped, "The message's key of the post-quantum ratchet was dropped.")
                : new(Counter, _next, Skipped.Take(index, key) ?? throw Duplicate());
        }

        if (index - Counter > limits.Jumps)
        {
            throw new ProtocolException(ProtocolError.TooFarAhead, "The message lies too far ahead in the post-quantum ratchet.");
        }

        if (Ended)
        {
            throw SpqrRefusal.Refused("its chain has ended");
        }

        // Keys before this message that may still be asked for; those further back are not worth keeping.
        var count = Math.Min(index - 1 - Counter, limits.Keys);
        var skipped = new byte[count * KeyHistory.EntryBytes];
        var next = _next.AsSpan().ToArray();
        for (var i = Counter + 1; i < index; i++)
        {
            Derive(next, i, next, key);
            if (index - i <= count)
            {
                var entry = skipped.AsSpan((int)(count - (index - i)) * KeyHistory.EntryBytes);
                BinaryPrimitives.WriteUInt32BigEndian(entry, i);
                key.CopyTo(entry[sizeof(uint)..]);
            }
        }

        Derive(next, index, next, key);
        var before = index - Counter > limits.Keys ? KeyHistory.Empty : Skipped;
        var kept = before.With(skipped, index - 1, limits);
        CryptographicOperations.ZeroMemory(skipped);
        return new(index, next, kept);
    }

    /// <summary>Reads an EpochDirection of a session record.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ChainKeys Read(ReadOnlySpan<byte> bytes, ChainLimits limits)
    {
        var counter = 0u;
        ReadOnlySpan<byte> next = default, skipped = default;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case CounterField:
                    counter = reader.UInt32();
                    break;
                case NextField:
                    next = reader.Bytes();
                    break;
                case SkippedField:
                    skipped = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (next.Length is not (0 or SpqrChain.KeyBytes) ||
            skipped.Length % KeyHistory.EntryBytes != 0 || skipped.Length > limits.Full * KeyHistory.EntryBytes)
        {
            throw SpqrRefusal.Malformed("a chain");
        }

        return new(counter, next.ToArray(), skipped.IsEmpty ? KeyHistory.Empty : new(skipped.ToArray()));
    }

    public void Write(ProtoWriter writer)
    {
        writer.NonZero(CounterField, Counter);
        writer.NonEmpty(NextField, _next);
        writer.NonEmpty(SkippedField, Skipped.Entries);
    }

    /// <summary>Whether both hold the same secret for further keys.</summary>
    public bool SharesNext(ChainKeys other) => ReferenceEquals(_next, other._next);

    /// <summary>Clears what no later keys share.</summary>
    public void Clear(bool next, bool skipped)
    {
        if (next)
        {
            CryptographicOperations.ZeroMemory(_next);
        }

        if (skipped)
        {
            Skipped.Clear();
        }
    }

    private static ProtocolException Duplicate() =>
        new(ProtocolError.Duplicate, "The message's key of the post-quantum ratchet was taken before.");

    private static void Derive(ReadOnlySpan<byte> chain, uint index, Span<byte> next, Span<byte> key)
    {
        var label = "Signal PQ Ratchet V1 Chain Next"u8;
        Span<byte> info = stackalloc byte[sizeof(uint) + label.Length];
        BinaryPrimitives.WriteUInt32BigEndian(info, index);
        label.CopyTo(info[sizeof(uint)..]);
        Span<byte> both = stackalloc byte[2 * SpqrChain.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, chain, both, SpqrChain.NoSalt, info);
        both[..SpqrChain.KeyBytes].CopyTo(next);
        both[SpqrChain.KeyBytes..].CopyTo(key);
        CryptographicOperations.ZeroMemory(both);
    }
}
