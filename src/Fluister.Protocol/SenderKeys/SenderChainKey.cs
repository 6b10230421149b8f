using System.Security.Cryptography;

namespace Fluister.Protocol.SenderKeys;

/// <summary>The key of a sender's chain at one iteration: gives that iteration's message key and the next chain key.</summary>
internal readonly record struct SenderChainKey(uint Iteration, byte[] Seed)
{
    private static ReadOnlySpan<byte> MessageLabel => [1];

    private static ReadOnlySpan<byte> ChainLabel => [2];

    /// <summary>The key of this iteration's message.</summary>
    public SenderMessageKey MessageKey() => new(Iteration, HMACSHA256.HashData(Seed, MessageLabel));

    /// <summary>The chain key of the next iteration.</summary>
    /// <exception cref="ProtocolException">Too far ahead: the counter of 32 bits is at its end.</exception>
    public SenderChainKey Next() => Iteration < uint.MaxValue
        ? new SenderChainKey(Iteration + 1, HMACSHA256.HashData(Seed, ChainLabel))
        : throw new ProtocolException(ProtocolError.TooFarAhead, "The chain of a sender key is at its end.");
}
