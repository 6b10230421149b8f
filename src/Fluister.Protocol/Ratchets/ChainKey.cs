using System.Security.Cryptography;

namespace Fluister.Protocol.Ratchets;

/// <summary>The key of a chain, from which each message's seed and the next chain key come (Double Ratchet, section 2.2, KDF_CK).</summary>
internal sealed class ChainKey : IDisposable
{
    public const int Bytes = 32;

    // The constants of section 5.2: HMAC over 0x01 gives a message's seed, over 0x02 the next chain key.
    private const byte SeedLabel = 0x01;
    private const byte ChainLabel = 0x02;

    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(Bytes, pinned: true);

    public ChainKey(ReadOnlySpan<byte> key, uint index)
    {
        if (key.Length != Bytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A chain key must have 32 bytes.");
        }

        key.CopyTo(_key);
        Index = index;
    }

    /// <summary>Number of the next message of the chain.</summary>
    public uint Index { get; private set; }

    public ReadOnlySpan<byte> Reveal() => _key;

    /// <summary>The seed of the keys of the message that a chain key is for; 32 bytes.</summary>
    public static void Seed(ReadOnlySpan<byte> key, Span<byte> seed) => HMACSHA256.HashData(key, [SeedLabel], seed);

    /// <summary>The chain key after a chain key; it may be written over it.</summary>
    public static void Next(ReadOnlySpan<byte> key, Span<byte> next) => HMACSHA256.HashData(key, [ChainLabel], next);

    /// <summary>Puts a later key in place of this one.</summary>
    public void Replace(ReadOnlySpan<byte> key, uint index)
    {
        key.CopyTo(_key);
        Index = index;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);
}
