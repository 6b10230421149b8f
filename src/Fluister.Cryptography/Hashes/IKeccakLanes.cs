using System.Diagnostics.CodeAnalysis;

namespace Fluister.Cryptography.Hashes;

/// <summary>One 64-bit lane of a Keccak state, of one state or of several side by side.</summary>
internal interface IKeccakLanes<TSelf>
    where TSelf : unmanaged, IKeccakLanes<TSelf>
{
    /// <summary>How many states lie side by side.</summary>
    static abstract int Count { get; }

    /// <summary>The same 64 bits in every state.</summary>
    static abstract TSelf All(ulong bits);

    /// <summary>The exclusive or of two.</summary>
    static abstract TSelf Xor(TSelf a, TSelf b);

    /// <summary>The exclusive or of three.</summary>
    static abstract TSelf Xor(TSelf a, TSelf b, TSelf c);

    /// <summary>The step chi: <c>a ^ (~b &amp; c)</c>.</summary>
    static abstract TSelf Chi(TSelf a, TSelf b, TSelf c);

    /// <summary>Rotation to the left by a constant.</summary>
    static abstract TSelf Rotate(TSelf a, [ConstantExpected] byte bits);
}
