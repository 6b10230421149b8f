using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Fluister.Protocol.Ratchets.Spqr.Chains;

/// <summary>Keys of messages that were skipped and may still come, in the form of the session record: for each its index,
/// highest byte first, and its 32 bytes.</summary>
/// <remarks>Their order is libsignal's: a key that is taken leaves its place to the last one. Never changed; a copy is made where
/// a message comes out of order, which is seldom.</remarks>
internal sealed class KeyHistory(byte[] bytes)
{
    public const int EntryBytes = sizeof(uint) + SpqrChain.KeyBytes;

    private readonly byte[] _entries = bytes;

    public static KeyHistory Empty { get; } = new([]);

    public ReadOnlySpan<byte> Entries => _entries;

    /// <summary>Takes one key out.</summary>
    /// <returns>The history without it, or null where it is not there.</returns>
    public KeyHistory? Take(uint index, Span<byte> key)
    {
        for (var at = 0; at < _entries.Length; at += EntryBytes)
        {
            if (IndexAt(_entries, at) == index)
            {
                _entries.AsSpan(at + sizeof(uint), key.Length).CopyTo(key);
                var rest = _entries.AsSpan().ToArray();
                Remove(rest, rest.Length, at);
                var taken = rest.AsSpan(0, rest.Length - EntryBytes).ToArray();
                CryptographicOperations.ZeroMemory(rest);
                return new(taken);
            }
        }

        return null;
    }

    /// <summary>With more keys; where they become too many, those that can no longer be asked for are dropped.</summary>
    /// <param name="added">Entries.</param>
    /// <param name="counter">The highest index so far.</param>
    /// <param name="limits">The bounds of the chain.</param>
    public KeyHistory With(ReadOnlySpan<byte> added, uint counter, ChainLimits limits)
    {
        var length = _entries.Length + added.Length;
        if (added.IsEmpty && length < limits.Full * EntryBytes)
        {
            return this;
        }

        byte[] entries = [.. _entries, .. added];
        if (length < limits.Full * EntryBytes)
        {
            return new(entries);
        }

        var horizon = counter - Math.Min(counter, limits.Keys);
        for (var at = 0; at < length;)
        {
            if (IndexAt(entries, at) < horizon)
            {
                length = Remove(entries, length, at);
            }
            else
            {
                at += EntryBytes;
            }
        }

        var kept = entries.AsSpan(0, length).ToArray();
        CryptographicOperations.ZeroMemory(entries);
        return new(kept);
    }

    public void Clear() => CryptographicOperations.ZeroMemory(_entries);

    private static uint IndexAt(ReadOnlySpan<byte> entries, int at) => BinaryPrimitives.ReadUInt32BigEndian(entries[at..]);

    private static int Remove(Span<byte> entries, int length, int at)
    {
        var last = length - EntryBytes;
        entries.Slice(last, EntryBytes).CopyTo(entries[at..]);
        return last;
    }
}
